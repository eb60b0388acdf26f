/** Puts an HTTP server under load: the same request again and again, over a number of connections at once. */
import * as Effect from "effect/Effect"
import { type Outcome, type Target, requester } from "./internal/server/httpRequest.ts"
import { LoadError } from "./LoadError.ts"
import type { LoadOptions } from "./internal/server/LoadOptions.ts"
import { measure } from "./internal/server/measure.ts"

/** A request that is given up takes its connection with it. */
export interface HttpLoad extends Target, LoadOptions {}

const timedOut: Outcome = { _tag: "Failed", reason: "no answer in time", absent: false, bytes: 0, bytesSent: 0 }

/** A pause, so that a closed loop does not spin where nobody answers. */
const afterFailure = "50 millis"

/** The result of the whole load. Fails with `LoadError` where nobody answers at all. */
export const run = (load: HttpLoad) =>
  measure(
    {
      kind: "http",
      name: `${load.method} ${load.url.href}`,
      about: `The same request again and again, over ${load.connections} connections.`,
      target: load.url.href,
      connections: load.connections,
    },
    load,
    Effect.fnUntraced(function* (record, begin) {
      const request = Effect.timeoutOrElse((yield* requester(load)).request, {
        duration: load.timeout,
        orElse: () => Effect.succeed(timedOut),
      })
      const [pace] = begin(1)
      const connection = Effect.gen(function* () {
        while (true) {
          const due = pace.next(record.now())
          if (due === undefined) return
          yield* record.until(due)
          record.send()
          const { sentAt } = record
          const outcome = yield* Effect.onInterrupt(request, () => Effect.sync(() => record.stopped([due])))
          record.bytesReceived += outcome.bytes
          record.bytesSent += outcome.bytesSent
          if (outcome._tag === "Failed") {
            if (outcome.absent && record.answered === 0) {
              return yield* new LoadError({ target: load.url.href, reason: outcome.reason })
            }
            record.lose(Math.min(due, sentAt), outcome.reason)
            yield* Effect.sleep(afterFailure)
            continue
          }
          record.answer({ due, sentAt })
          record.count(`status ${outcome.status}`)
          if (outcome.opened) record.count("connections opened")
          if (outcome.status >= 400) record.refuse(`status ${outcome.status}`)
        }
      })
      record.connected = load.connections
      const connections = Array.from({ length: load.connections }, () => connection)
      yield* Effect.onInterrupt(Effect.all(connections, { concurrency: "unbounded", discard: true }), () =>
        Effect.sync(() => record.stopped(pace.untaken(record.now()))),
      )
      for (const due of pace.untaken(record.now())) record.lose(due, "not sent in time")
    }),
  )
