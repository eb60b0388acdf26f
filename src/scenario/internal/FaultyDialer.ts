import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Socket from "effect/socket/Socket"
import type { Dialer } from "../../client/Dialer.ts"

/**
 * Stands between a member and its way to the service, and makes happen on it what happens on networks. It is the same
 * in every world, since it is on the member's side.
 */
export interface Gate {
  readonly dialer: Dialer["Service"]
  /** Breaks the link without a word. */
  readonly cut: Effect.Effect<void>
  /** Links cannot be made, from now on or until then. */
  readonly shut: (shut: boolean) => Effect.Effect<void>
  /** From now on nothing passes over the links there are, and neither side is told. */
  readonly silence: Effect.Effect<void>
  /** Nothing passes, until it does again. */
  readonly stall: (stalled: boolean) => Effect.Effect<void>
  /** What arrives comes so many milliseconds later. */
  readonly delay: (millis: number) => Effect.Effect<void>
  /** Reads at most so many bytes a second. */
  readonly limit: (bytesPerSecond: number) => Effect.Effect<void>
}

const broken = new Socket.SocketError({ reason: new Socket.SocketCloseError({ code: 1006 }) })
const refused = new Socket.SocketError({
  reason: new Socket.SocketOpenError({ kind: "Unknown", cause: { code: "ECONNREFUSED" } }),
})

interface Way {
  readonly cut: Deferred.Deferred<never, Socket.SocketError>
  silent: boolean
}

const sizeOf = (chunk: Uint8Array | string): number => (typeof chunk === "string" ? chunk.length : chunk.byteLength)

export const make = ({ address, socket }: Dialer["Service"]): Gate => {
  const ways = new Set<Way>()
  const passing = Latch.makeUnsafe(true)
  let isShut = false
  let late = 0
  let bytesPerSecond = Number.POSITIVE_INFINITY

  const pass = (chunks: ReadonlyArray<Uint8Array | string>): Effect.Effect<void> => {
    const bytes = chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0)
    const wait = late + (bytes / bytesPerSecond) * 1000
    return wait === 0 ? passing.await : Effect.andThen(passing.await, Effect.sleep(wait))
  }

  const gated = (inner: Socket.Socket): Socket.Socket => {
    const way: Way = { cut: Deferred.makeUnsafe(), silent: false }
    return Socket.make({
      reader: Effect.gen(function* () {
        if (isShut) return yield* refused
        const { pull, upgrade } = yield* inner.reader
        yield* Effect.acquireRelease(
          Effect.sync(() => ways.add(way)),
          () => Effect.sync(() => ways.delete(way)),
        )
        const arriving = Effect.tap(pull, (chunks) => Effect.suspend(() => (way.silent ? Effect.never : pass(chunks))))
        return { pull: Effect.raceFirst(arriving, Deferred.await(way.cut)), upgrade }
      }),
      writer: Effect.map(inner.writer, (writer) => {
        const unless = (write: Effect.Effect<void, Socket.SocketError>) =>
          Effect.suspend(() => (way.silent ? Effect.void : Effect.andThen(passing.await, write)))
        return {
          write: (chunk) => unless(writer.write(chunk)),
          writeAll: (chunks) => unless(writer.writeAll(chunks)),
        }
      }),
    })
  }

  return {
    dialer: { address, socket: Effect.map(socket, gated) },
    cut: Effect.sync(() => {
      for (const { cut } of ways) Deferred.doneUnsafe(cut, Effect.fail(broken))
    }),
    shut: (shut) => Effect.sync(() => void (isShut = shut)),
    silence: Effect.sync(() => {
      for (const way of ways) way.silent = true
    }),
    stall: (stalled) => Effect.asVoid(stalled ? passing.close : passing.open),
    delay: (millis) => Effect.sync(() => void (late = millis)),
    limit: (bytes) => Effect.sync(() => void (bytesPerSecond = bytes)),
  }
}
