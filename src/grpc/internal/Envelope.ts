/** How messages lie in a stream of gRPC, gRPC-Web and Connect: a byte of flags, the length, the message. */
import { FrameError } from "../../protocol/FrameError.ts"
import type { BodyReader, Framing } from "../../protocol/Framing.ts"

const headerBytes = 5

/** Of trailers that come as a message: in gRPC-Web, and in Connect. */
export const trailersOfWeb = 0x80
export const endOfConnect = 0x02

export const enveloped = (body: Uint8Array, flags = 0): Uint8Array => {
  const bytes = new Uint8Array(headerBytes + body.byteLength)
  bytes[0] = flags
  new DataView(bytes.buffer).setUint32(1, body.byteLength)
  bytes.set(body, headerBytes)
  return bytes
}

export const envelope: Framing = {
  headerRoom: headerBytes,
  enclose: (bytes, start, end) => {
    const length = end - start - headerBytes
    bytes[start] = 0
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(start + 1, length)
    return end
  },
}

/** Cuts what arrives into messages. It keeps one unfinished, which grows with what arrives. */
export class EnvelopeReader implements BodyReader {
  private readonly maxBytes: number
  private pieces: Array<Uint8Array> = []
  private kept = 0
  private failure: FrameError | undefined

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get partial(): boolean {
    return this.kept > 0
  }

  push(piece: Uint8Array, bodies: Array<Uint8Array>): FrameError | undefined {
    if (this.failure !== undefined) return this.failure
    if (piece.byteLength === 0) return undefined
    this.pieces.push(piece)
    this.kept += piece.byteLength
    while (this.kept >= headerBytes) {
      const head = this.peek(headerBytes)
      this.failure = wrongIn(head, this.maxBytes)
      if (this.failure !== undefined) return this.failure
      const whole = headerBytes + lengthIn(head)
      if (this.kept < whole) break
      const bytes = this.peek(whole)
      bodies.push(bytes.subarray(headerBytes, whole))
      const [first] = this.pieces
      this.pieces = first!.byteLength > whole ? [first!.subarray(whole)] : this.pieces.slice(1)
      this.kept -= whole
    }
    return undefined
  }

  end(): FrameError | undefined {
    return this.partial
      ? new FrameError({ kind: "Truncated", message: "the stream ended inside a message" })
      : undefined
  }

  /** So many bytes from the first on, all in the first piece. */
  private peek(bytes: number): Uint8Array {
    const [first] = this.pieces
    if (first!.byteLength >= bytes) return first!
    const joined = Buffer.concat(this.pieces)
    this.pieces = [joined]
    return joined
  }
}

const lengthIn = (head: Uint8Array): number => new DataView(head.buffer, head.byteOffset).getUint32(1)

const wrongIn = (head: Uint8Array, maxBytes: number): FrameError | undefined => {
  const [flags] = head
  const length = lengthIn(head)
  if (flags !== 0) {
    const message =
      flags === 1
        ? "messages of a session are not compressed: grpc-accept-encoding said so"
        : "the first byte of a message is 0"
    return new FrameError({ kind: "ProtocolViolation", message })
  }
  if (length <= maxBytes) return undefined
  const message = `a message of ${length} bytes is over the limit of ${maxBytes}`
  return new FrameError({ kind: "FrameTooLarge", message })
}
