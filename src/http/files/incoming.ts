/** The body of a request as it comes, only as fast as somebody takes it. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import { RequestError } from "../../domain/RequestError.ts"

/** Nobody will read this: whoever sent the body is gone. */
const cutOff = () => new RequestError({ reason: "Unavailable", detail: "The connection was lost" })

const events = ["readable", "end", "error", "close"] as const

/** What Node has read by then is one piece, of 64 KiB at most. Whatever ends the reading, the connection stays, for an answer. */
export const incoming = (request: IncomingMessage): Stream.Stream<Uint8Array, RequestError> =>
  Effect.gen(function* () {
    let wake = () => {}
    const changed = () => wake()
    yield* Effect.acquireRelease(
      Effect.sync(() => events.forEach((event) => request.on(event, changed))),
      () => Effect.sync(() => events.forEach((event) => request.off(event, changed))),
    )
    const pull: Effect.Effect<readonly [Uint8Array], RequestError | Cause.Done> = Effect.suspend(() => {
      const piece = request.read() as Buffer | null
      if (piece !== null) return Effect.succeed([piece])
      if (request.readableEnded) return Cause.done()
      if (request.destroyed) return Effect.fail(cutOff())
      return Effect.callback<readonly [Uint8Array], RequestError | Cause.Done>((resume) => {
        wake = () => resume(pull)
        return Effect.sync(() => (wake = () => {}))
      })
    })
    return Stream.fromPull(Effect.succeed(pull))
  }).pipe(Stream.unwrap)
