/** One side of a link: what a way reads from and writes to. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Net from "node:net"

/** The connection is gone. */
export class Broken extends Data.TaggedError("Broken")<{}> {}

export interface End {
  /** The next bytes, at least one; `undefined` when nothing more will come. Nothing is read before it is asked for. */
  readonly pull: Effect.Effect<Uint8Array | undefined, Broken>
  /** Done when the system has taken them. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, Broken>
  /** Says the end (FIN), and is done when that is under way. */
  readonly end: Effect.Effect<void>
  /** From now on the reader is told that nothing more comes. */
  readonly stopReading: () => void
}

/** Of a socket that has `allowHalfOpen`. Node reads one buffer ahead (64 KiB) and no more. */
export const socketEnd = (raw: Net.Socket): End => {
  let stopped = false
  // The one reader that waits.
  let wake = () => {}
  for (const event of ["readable", "end", "close"] as const) raw.on(event, () => wake())
  // `close` follows.
  raw.on("error", () => {})
  return {
    pull: Effect.callback((resume) => {
      const settle = (result: Effect.Effect<Uint8Array | undefined, Broken>) => {
        // Before the reader goes on, since it may come back at once.
        wake = () => {}
        resume(result)
      }
      wake = () => {
        const bytes: Uint8Array | null = stopped ? null : raw.read()
        if (bytes !== null) settle(Effect.succeed(bytes))
        else if (stopped || raw.readableEnded) settle(Effect.undefined)
        else if (raw.destroyed) settle(Effect.fail(new Broken()))
      }
      wake()
      return Effect.sync(() => {
        wake = () => {}
      })
    }),
    write: (bytes) =>
      Effect.callback((resume) => {
        raw.write(bytes, (error) => resume(error ? Effect.fail(new Broken()) : Effect.void))
      }),
    end: Effect.callback((resume) => {
      if (raw.destroyed || raw.writableEnded) return resume(Effect.void)
      raw.end(() => resume(Effect.void))
      raw.once("close", () => resume(Effect.void))
    }),
    stopReading: () => {
      stopped = true
      wake()
    },
  }
}
