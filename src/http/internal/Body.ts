import type { IncomingMessage } from "node:http"
import { RequestError } from "../../domain/RequestError.ts"

/** Whether there is a body at all. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0

const tooLarge = (maxBytes: number) =>
  new RequestError({ reason: "BodyTooLarge", detail: `The body of a request has up to ${maxBytes} bytes` })

/** Reads the whole body, of so many bytes at most: what is beyond them is not read. Of one that breaks off nothing is told. */
export const readBody = (
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | RequestError) => void,
): void => {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return done(tooLarge(maxBytes))
  const chunks: Array<Buffer> = []
  let length = 0
  request.on("data", (chunk: Buffer) => {
    length += chunk.length
    if (length <= maxBytes) return void chunks.push(chunk)
    request.removeAllListeners("data")
    request.removeAllListeners("end")
    request.pause()
    done(tooLarge(maxBytes))
  })
  request.on("end", () => done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
}
