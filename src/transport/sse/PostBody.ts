/** Reads the body of a post, within its bounds. */
import * as Effect from "effect/Effect"
import type { IncomingMessage } from "node:http"
import { linesOf } from "./Lines.ts"

/** Bytes of a post: several of the largest frames. */
export const maxPostBytes = 256 * 1024
/** Lines of a post: they are handled in one go, for others wait. */
export const maxPostLines = 1024

/** The request broke off: there is nobody to answer. */
type Refused = "TooLarge" | "TooManyLines" | "BrokenOff"

export const readBody = (request: IncomingMessage): Effect.Effect<Uint8Array, Refused> =>
  Effect.callback((resume) => {
    const chunks: Array<Uint8Array> = []
    let length = 0
    const fail = (refused: Refused) => resume(Effect.fail(refused))
    if (Number(request.headers["content-length"] ?? 0) > maxPostBytes) return fail("TooLarge")
    const onData = (chunk: Uint8Array) => {
      length += chunk.byteLength
      chunks.push(chunk)
      if (length > maxPostBytes) settle(() => fail("TooLarge"))
    }
    const onEnd = () => settle(() => resume(checked(Buffer.concat(chunks, length))))
    const onClose = () => settle(() => fail("BrokenOff"))
    const forget = () => {
      request.off("data", onData)
      request.off("end", onEnd)
      request.off("close", onClose)
    }
    const settle = (outcome: () => void) => {
      forget()
      outcome()
    }
    request.on("data", onData)
    request.on("end", onEnd)
    request.on("close", onClose)
    if (request.destroyed) onClose()
    return Effect.sync(forget)
  })

const checked = (body: Uint8Array): Effect.Effect<Uint8Array, Refused> => {
  let count = 0
  for (const _ of linesOf(body)) if (++count > maxPostLines) return Effect.fail("TooManyLines")
  return Effect.succeed(body)
}
