/** Puts a WebSocket echo server under load: connections send messages, each of which has to come back. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { type EchoConnection, type EchoTarget, open } from "./internal/server/echoConnection.ts"
import { LoadError } from "./LoadError.ts"
import * as Pace from "./internal/server/pace.ts"
import type { LoadOptions } from "./internal/server/LoadOptions.ts"
import { measure } from "./internal/server/measure.ts"

export interface WebSocketLoad extends EchoTarget, LoadOptions {
  readonly connections: number
}

/** Handshakes at once. */
const handshakes = 64

/** Before a connection is tried again that was lost or could not be opened. */
const beforeAgain = "1 second"

/** The result of the whole load. Fails with `LoadError` where the first connection cannot be opened. */
export const run = (load: WebSocketLoad) =>
  measure(
    {
      kind: "ws",
      name: `echo of ${load.url.href}`,
      about: `Messages of ${load.size} bytes that come back, over ${load.connections} connections.`,
      target: load.url.href,
      connections: load.connections,
    },
    load,
    Effect.fnUntraced(function* (record, begin) {
      const timeout = Duration.toMillis(load.timeout)
      const live = new Set<EchoConnection>()
      const opened = (id: number) =>
        open(id, load, record).pipe(
          Effect.timeoutOrElse({ duration: load.timeout, orElse: () => Effect.fail("no handshake in time") }),
          Effect.tap((connection) => Effect.sync(() => live.add(connection))),
        )
      const openedOrCounted = (id: number) =>
        Effect.suspend(() => {
          const began = record.now()
          return Effect.catch(opened(id), (reason) =>
            Effect.as(
              Effect.sync(() => record.lose(began, reason, "handshake")),
              undefined,
            ),
          )
        })

      const sendWhatIsDue = Effect.fnUntraced(function* (connection: EchoConnection, pace: Pace.Pace) {
        while (true) {
          yield* connection.until(() => !connection.isFull)
          if (connection.closed) return
          const due = pace.next(record.now())
          if (due === undefined) break
          yield* record.until(due)
          connection.send(due)
        }
        yield* connection.until(() => connection.isIdle)
      })

      const takePart = Effect.fnUntraced(function* (id: number, first: EchoConnection | undefined, pace: Pace.Pace) {
        let connection = first
        while (true) {
          if (connection !== undefined) {
            yield* sendWhatIsDue(connection, pace)
            live.delete(connection)
            connection.leave()
          }
          if (pace.isOver(record.now())) return
          yield* Effect.sleep(beforeAgain)
          connection = yield* openedOrCounted(id)
        }
      })

      yield* Effect.addFinalizer(() => Effect.sync(() => live.forEach((connection) => connection.leave())))
      // The first one is opened alone: where that fails, the others need not try.
      const first = yield* Effect.mapError(opened(0), (reason) => new LoadError({ target: load.url.href, reason }))
      const others = yield* Effect.forEach(
        Array.from({ length: load.connections - 1 }, (_, n) => n + 1),
        openedOrCounted,
        { concurrency: handshakes },
      )
      const paces = begin(load.connections)
      const giveUp = Effect.sync(() => live.forEach((connection) => connection.giveUp(record.now() - timeout)))
      yield* Effect.forkScoped(Effect.repeat(giveUp, Schedule.spaced(Math.max(10, timeout / 10))))
      yield* Effect.onInterrupt(
        Effect.forEach([first, ...others], (connection, id) => takePart(id, connection, paces[id]!), {
          concurrency: "unbounded",
          discard: true,
        }),
        () =>
          Effect.sync(() => {
            for (const connection of live) record.stopped(connection.waiting)
            record.stopped(Pace.untaken(paces, record.now()))
          }),
      )
      for (const due of Pace.untaken(paces, record.now())) record.lose(due, "not sent in time")
    }),
  )
