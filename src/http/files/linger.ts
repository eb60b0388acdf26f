import * as Effect from "effect/Effect"
import type { IncomingMessage } from "node:http"

/** Bytes, and time, for which it is taken. */
const maxBytes = 8 * 1024 * 1024
const atMost = "2 seconds"

/** Takes what is still coming of a body, and throws it away: who is sending may not read before that what it was answered. */
export const linger = (request: IncomingMessage): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    let bytes = 0
    const done = () => resume(Effect.void)
    const take = (piece: Buffer) => {
      bytes += piece.length
      if (bytes > maxBytes) done()
    }
    request.on("data", take).on("end", done).on("error", done)
    request.resume()
    return Effect.sync(() => request.off("data", take).off("end", done).off("error", done).pause())
  }).pipe(Effect.timeoutOption(atMost), Effect.asVoid)
