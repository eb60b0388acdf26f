/** What must hold for every byte that comes in, at the level of frames. */
import { isDeepStrictEqual } from "node:util"
import * as Result from "effect/Result"
import { maxFrameBytes } from "../../src/domain/Limits.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { FrameError } from "../../src/protocol/FrameError.ts"
import { Deframer, headerBytes } from "../../src/protocol/Framing.ts"
import type { Wire } from "../../src/protocol/Wire.ts"
import * as ErrorFrame from "../../src/protocol/v2/ErrorFrame.ts"
import * as RequestError from "../../src/domain/RequestError.ts"
import { type HostileStream, secret } from "../../src/testing/Fuzz.ts"
import { deflate } from "../../src/transport/Zlib.ts"

type Side = Wire<1 | 2, unknown, unknown>

/** A side that reads, and the other side, which writes what it reads. */
const pairs: ReadonlyArray<readonly [reader: Side, writer: Side]> = (
  [
    [Encoding.server1, Encoding.client1],
    [Encoding.server2("json"), Encoding.client2("json")],
    [Encoding.server2("msgpack"), Encoding.client2("msgpack")],
    [Encoding.server2("json", deflate), Encoding.client2("json", deflate)],
    [Encoding.server2("msgpack", deflate), Encoding.client2("msgpack", deflate)],
  ] as ReadonlyArray<readonly [Side, Side]>
).flatMap(([server, client]) => [
  [server, client],
  [client, server],
])

/** What keeps an error from being sent to the peer and written to a log as it is; undefined where nothing does. */
export const checkRefusal = (error: unknown): string | undefined => {
  if (!(error instanceof FrameError)) return `the refusal is no FrameError: ${String(error)}`
  const { field = "", kind, message, ref } = error
  // The error names a surplus field, and that name may be anything in a damaged stream.
  if (message.replace(field, "").includes(secret)) return `the message repeats a value: ${message}`
  if (!/^[\w.?]{0,64}$/.test(field)) return `the field's name is not safe: ${JSON.stringify(field)}`
  if (message.length > 500 || !/^[ -~]+$/.test(message)) return `the message is not safe: ${JSON.stringify(message)}`
  const told = new RequestError.RequestError({ reason: "InvalidFrame", detail: message, field: error.field })
  for (const codec of ["json", "msgpack"] as const) Encoding.server2(codec).encode(ErrorFrame.errorFrame(told, ref))
  return kind === "InvalidField" && error.field === undefined ? `the message names no field: ${message}` : undefined
}

export const checkBody = (body: Uint8Array): string | undefined => {
  for (const [reader, writer] of pairs) {
    const decoded = reader.decode(body)
    if (Result.isFailure(decoded)) {
      const complaint = checkRefusal(decoded.failure)
      if (complaint !== undefined) return complaint
    } else {
      const again = reader.decode(writer.encode(decoded.success).subarray(headerBytes))
      if (Result.isFailure(again) || !isDeepStrictEqual(again.success, decoded.success)) {
        return `what was taken is not what is written: ${JSON.stringify(decoded.success)}`
      }
    }
  }
  return undefined
}

/** What is wrong with how the stream was handled, in a sentence; undefined where nothing is. */
export const checkStream = ({ chunks }: HostileStream): string | undefined => {
  const deframer = new Deframer()
  const bodies: Array<Uint8Array> = []
  for (const chunk of chunks) {
    const error = deframer.push(chunk, bodies)
    if (deframer.buffered > maxFrameBytes + headerBytes) return `${deframer.buffered} bytes are kept of one frame`
    if (error === undefined) continue
    const complaint = checkRefusal(error)
    if (complaint !== undefined) return complaint
    break
  }
  for (const body of bodies) {
    if (body.byteLength === 0 || body.byteLength > maxFrameBytes) return `a body of ${body.byteLength} bytes came out`
    const complaint = checkBody(body)
    if (complaint !== undefined) return complaint
  }
  return undefined
}
