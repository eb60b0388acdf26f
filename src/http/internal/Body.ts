import * as Effect from "effect/Effect"
import type { IncomingMessage } from "node:http"
import { RequestError } from "../../domain/RequestError.ts"

/** The whole body, of so many bytes at most. What is beyond them is not read. */
export const readBody = (request: IncomingMessage, maxBytes: number): Effect.Effect<Buffer, RequestError> =>
  Effect.callback((resume) => {
    const tooLarge = () => {
      detach()
      request.pause()
      resume(
        Effect.fail(
          new RequestError({ reason: "BodyTooLarge", detail: `The body of a request has up to ${maxBytes} bytes` }),
        ),
      )
    }
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) return tooLarge()
    const chunks: Array<Buffer> = []
    let length = 0
    const onData = (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBytes) return tooLarge()
      chunks.push(chunk)
    }
    const onEnd = () => {
      detach()
      resume(Effect.succeed(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    }
    // Nobody is there any more to be told: the request is interrupted.
    const onError = () => detach()
    const detach = () => {
      request.off("data", onData)
      request.off("end", onEnd)
      request.off("error", onError)
    }
    request.on("data", onData)
    request.on("end", onEnd)
    request.on("error", onError)
    return Effect.sync(detach)
  })
