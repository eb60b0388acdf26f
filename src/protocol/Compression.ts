/**
 * Compression of single frames, so that a frame is still compressed once for all who get it.
 *
 * Once it is negotiated every body starts with one byte: 0, what follows is plain; 1, what follows
 * is compressed. Small bodies stay plain: they only grow.
 */
import * as Result from "effect/Result"
import { maxDecompressionRatio, maxFrameBytes } from "../domain/Limits.ts"
import { FrameError } from "./FrameError.ts"

/** An algorithm, provided by the platform. `decompress` must stop before it holds more than `maxBytes`, which are at least 1. */
export interface Compressor {
  readonly name: "deflate"
  readonly compress: (bytes: Uint8Array) => Uint8Array
  readonly decompress: (bytes: Uint8Array, maxBytes: number) => Uint8Array | "TooLarge" | "Invalid"
}

/** Bodies below this many bytes are not worth it. */
export const worthwhile = 256

const marked = (mark: 0 | 1, bytes: Uint8Array): Uint8Array => {
  const body = new Uint8Array(bytes.byteLength + 1)
  body[0] = mark
  body.set(bytes, 1)
  return body
}

export const compress = (compressor: Compressor, body: Uint8Array): Uint8Array => {
  // Larger than a peer unpacks: it may still read it plain.
  if (body.byteLength < worthwhile || body.byteLength > maxFrameBytes) return marked(0, body)
  const compressed = compressor.compress(body)
  // A peer refuses what expands beyond the ratio: a body that compresses that well is sent plain.
  return compressed.byteLength >= body.byteLength || body.byteLength > compressed.byteLength * maxDecompressionRatio
    ? marked(0, body)
    : marked(1, compressed)
}

const invalid = (message: string) => Result.fail(new FrameError({ kind: "InvalidCompression", message }))

export const decompress = (compressor: Compressor, body: Uint8Array): Result.Result<Uint8Array, FrameError> => {
  const content = body.subarray(1)
  if (body[0] === 0) return Result.succeed(content)
  if (body[0] !== 1) return invalid("the frame's first byte must be 0 or 1")
  if (content.byteLength === 0) return invalid("the frame's compressed part is missing")
  const maxBytes = Math.min(maxFrameBytes, content.byteLength * maxDecompressionRatio)
  const plain = compressor.decompress(content, maxBytes)
  if (plain === "Invalid") return invalid("the frame's compressed part is damaged")
  if (plain === "TooLarge") {
    return Result.fail(
      new FrameError({
        kind: "DecompressionLimit",
        message: `the frame expands to more than ${maxBytes} bytes: at most ${maxFrameBytes}, and ${maxDecompressionRatio} times its compressed size`,
      }),
    )
  }
  return Result.succeed(plain)
}
