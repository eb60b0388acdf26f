import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Socket from "effect/socket/Socket"
import type { Dialer } from "../../client/Dialer.ts"

/**
 * A dialer whose connections can be made faulty, as networks are. It wraps the member's own dialer, so it is the same in
 * every world.
 */
export interface FaultyDialer {
  readonly dialer: Dialer["Service"]
  /** Breaks all connections without a goodbye. */
  readonly cut: Effect.Effect<void>
  /** While it is set, new connections are refused. */
  readonly refuse: (refusing: boolean) => Effect.Effect<void>
  /** From now on nothing passes over the present connections, and neither side notices. */
  readonly halfOpen: Effect.Effect<void>
  /** While it is set, nothing passes; afterwards everything does that has waited. */
  readonly stall: (stalled: boolean) => Effect.Effect<void>
  /** What arrives is held back for this many milliseconds. */
  readonly delay: (millis: number) => Effect.Effect<void>
  /** Reads at most so many bytes a second. */
  readonly throttle: (bytesPerSecond: number) => Effect.Effect<void>
}

const broken = new Socket.SocketError({ reason: new Socket.SocketCloseError({ code: 1006 }) })
const refused = new Socket.SocketError({
  reason: new Socket.SocketOpenError({ kind: "Unknown", cause: { code: "ECONNREFUSED" } }),
})

interface Link {
  readonly cut: Deferred.Deferred<never, Socket.SocketError>
  silent: boolean
}

const sizeOf = (chunk: Uint8Array | string): number => (typeof chunk === "string" ? chunk.length : chunk.byteLength)

export const make = (dialer: Dialer["Service"]): FaultyDialer => {
  const links = new Set<Link>()
  const passing = Latch.makeUnsafe(true)
  let isRefusing = false
  let late = 0
  let bytesPerSecond = Number.POSITIVE_INFINITY

  const pass = (chunks: ReadonlyArray<Uint8Array | string>): Effect.Effect<void> => {
    const bytes = chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0)
    const wait = late + (bytes / bytesPerSecond) * 1000
    return wait === 0 ? passing.await : Effect.andThen(passing.await, Effect.sleep(wait))
  }

  const faulty = (inner: Socket.Socket): Socket.Socket => {
    const link: Link = { cut: Deferred.makeUnsafe(), silent: false }
    return Socket.make({
      reader: Effect.gen(function* () {
        if (isRefusing) return yield* refused
        const { pull, upgrade } = yield* inner.reader
        yield* Effect.acquireRelease(
          Effect.sync(() => links.add(link)),
          () => Effect.sync(() => links.delete(link)),
        )
        const arriving = Effect.tap(pull, (chunks) => Effect.suspend(() => (link.silent ? Effect.never : pass(chunks))))
        return { pull: Effect.raceFirst(arriving, Deferred.await(link.cut)), upgrade }
      }),
      writer: Effect.map(inner.writer, (writer) => {
        const unless = (write: Effect.Effect<void, Socket.SocketError>) =>
          Effect.suspend(() => (link.silent ? Effect.void : Effect.andThen(passing.await, write)))
        return {
          write: (chunk) => unless(writer.write(chunk)),
          writeAll: (chunks) => unless(writer.writeAll(chunks)),
        }
      }),
    })
  }

  return {
    dialer: { ...dialer, socket: Effect.map(dialer.socket, faulty) },
    cut: Effect.sync(() => {
      for (const { cut } of links) Deferred.doneUnsafe(cut, Effect.fail(broken))
    }),
    refuse: (refusing) => Effect.sync(() => void (isRefusing = refusing)),
    halfOpen: Effect.sync(() => {
      for (const link of links) link.silent = true
    }),
    stall: (stalled) => Effect.asVoid(stalled ? passing.close : passing.open),
    delay: (millis) => Effect.sync(() => void (late = millis)),
    throttle: (bytes) => Effect.sync(() => void (bytesPerSecond = bytes)),
  }
}
