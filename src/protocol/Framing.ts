/**
 * A frame on a byte stream: its body's length as four bytes, big-endian, then the body.
 */
import { maxFrameBytes } from "../domain/Limits.ts"
import { FrameError } from "./FrameError.ts"

/** Bytes of the length prefix. */
export const headerBytes = 4

const noBytes = new Uint8Array(0)

/**
 * Cuts a stream into bodies, however its bytes are split. It keeps at most one unfinished frame;
 * a length of 0 or over the limit is refused on the header, before any body is kept.
 */
export class Deframer {
  readonly maxBytes: number
  /** The length, as far as it has come: there is no buffer while nothing is unfinished. */
  private header = 0
  private headerFilled = 0
  /** The unfinished body. It grows with what arrives, not with what the header promises. */
  private body = noBytes
  private bodyFilled = 0
  private bodyLength = 0
  private failure: FrameError | undefined

  constructor(maxBytes: number = maxFrameBytes) {
    this.maxBytes = maxBytes
  }

  /** Whether a frame has begun and not ended: from here on the peer's time is running. */
  get partial(): boolean {
    return this.headerFilled > 0
  }

  /** Bytes kept of the unfinished frame. */
  get buffered(): number {
    return this.headerFilled + this.body.byteLength
  }

  /**
   * Takes a chunk and appends the bodies it completes to `bodies`. They may share the chunk's
   * memory. Returns the error that ends the stream, if there is one; what came before it counts,
   * and what comes after it gets the same error.
   */
  push(chunk: Uint8Array, bodies: Array<Uint8Array>): FrameError | undefined {
    if (this.failure !== undefined) return this.failure
    let at = 0
    while (at < chunk.byteLength) {
      if (this.headerFilled < headerBytes) {
        this.header = this.header * 0x100 + chunk[at++]!
        this.headerFilled++
        if (this.headerFilled < headerBytes) continue
        this.failure = this.startBody()
        if (this.failure !== undefined) return this.failure
      }
      const missing = this.bodyLength - this.bodyFilled
      const available = chunk.byteLength - at
      if (this.bodyFilled === 0 && available >= missing) {
        bodies.push(chunk.subarray(at, at + missing))
        at += missing
        this.reset()
      } else {
        const taken = Math.min(missing, available)
        this.keep(chunk.subarray(at, at + taken))
        at += taken
        if (this.bodyFilled === this.bodyLength) {
          bodies.push(this.body.subarray(0, this.bodyLength))
          this.reset()
        }
      }
    }
    return undefined
  }

  /** To be called when the stream ends: an error if it ended inside a frame. */
  end(): FrameError | undefined {
    return this.partial
      ? new FrameError({ kind: "Truncated", message: "the connection ended inside a frame" })
      : undefined
  }

  private startBody(): FrameError | undefined {
    const length = this.header
    if (length === 0) {
      return new FrameError({ kind: "EmptyFrame", message: "a frame's length must not be 0" })
    }
    if (length > this.maxBytes) {
      return new FrameError({
        kind: "FrameTooLarge",
        message: `a frame of ${length} bytes is over the limit of ${this.maxBytes}`,
      })
    }
    this.bodyLength = length
    return undefined
  }

  private keep(bytes: Uint8Array): void {
    const needed = this.bodyFilled + bytes.byteLength
    if (needed > this.body.byteLength) {
      const grown = new Uint8Array(Math.min(this.bodyLength, Math.max(needed, this.body.byteLength * 2, 256)))
      grown.set(this.body.subarray(0, this.bodyFilled))
      this.body = grown
    }
    this.body.set(bytes, this.bodyFilled)
    this.bodyFilled = needed
  }

  private reset(): void {
    this.header = 0
    this.headerFilled = 0
    this.body = noBytes
    this.bodyFilled = 0
    this.bodyLength = 0
  }
}

/** Writes a body's length into the first four bytes of `frame`, which has room for both. */
export const writeHeader = (frame: Uint8Array): Uint8Array => {
  const length = frame.byteLength - headerBytes
  frame[0] = length >>> 24
  frame[1] = length >>> 16
  frame[2] = length >>> 8
  frame[3] = length
  return frame
}

/** The body as a frame. */
export const frame = (body: Uint8Array): Uint8Array => {
  const framed = new Uint8Array(headerBytes + body.byteLength)
  framed.set(body, headerBytes)
  return writeHeader(framed)
}
