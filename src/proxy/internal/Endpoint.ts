/** One side of a link, as a pipe reads from it and writes to it. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Net from "node:net"

/** The connection broke. */
export class BrokenConnection extends Data.TaggedError("BrokenConnection")<{}> {}

export interface Endpoint {
  /** The next bytes, at least one; `undefined` at the end of the stream. Nothing is read before it is asked for. */
  readonly pull: Effect.Effect<Uint8Array | undefined, BrokenConnection>
  /** Done when the operating system has taken the bytes. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, BrokenConnection>
  /** Sends the end of the stream (FIN); done when that is on its way. */
  readonly end: Effect.Effect<void>
  /** From now on `pull` answers as at the end of the stream. */
  readonly stopReading: () => void
}

/** The endpoint of a socket that was opened with `allowHalfOpen`. Node reads one buffer (64 KiB) ahead and no more. */
export const socketEndpoint = (raw: Net.Socket): Endpoint => {
  let stopped = false
  // Wakes the one reader that waits.
  let wake = () => {}
  for (const event of ["readable", "end", "close"] as const) raw.on(event, () => wake())
  // An error is always followed by `close`.
  raw.on("error", () => {})
  return {
    pull: Effect.callback((resume) => {
      const settle = (result: Effect.Effect<Uint8Array | undefined, BrokenConnection>) => {
        // Forgotten before the reader goes on, since that may pull again at once.
        wake = () => {}
        resume(result)
      }
      wake = () => {
        const bytes: Uint8Array | null = stopped ? null : raw.read()
        if (bytes !== null) settle(Effect.succeed(bytes))
        else if (stopped || raw.readableEnded) settle(Effect.undefined)
        else if (raw.destroyed) settle(Effect.fail(new BrokenConnection()))
      }
      wake()
      return Effect.sync(() => {
        wake = () => {}
      })
    }),
    write: (bytes) =>
      Effect.callback((resume) => {
        raw.write(bytes, (error) => resume(error ? Effect.fail(new BrokenConnection()) : Effect.void))
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
