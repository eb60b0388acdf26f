/**
 * Cuts a stream into MQTT packets, however its bytes are split. It keeps at most one unfinished packet; one over the limit
 * is refused on its header, before anything of it is kept.
 */
import { FrameError } from "../protocol/FrameError.ts"
import type { BodyReader } from "../protocol/Framing.ts"

/** Bytes that the length of a packet has at most, behind the first byte. */
const maxLengthBytes = 4
const headerRoom = 1 + maxLengthBytes

const noBytes = new Uint8Array(0)

export class PacketReader implements BodyReader {
  private readonly maxBytes: number
  /** The unfinished packet. It grows with what arrives, not with what its header promises. */
  private held = noBytes
  private filled = 0
  /** Bytes of the whole packet; 0 while that is not known. */
  private size = 0
  private failure: FrameError | undefined

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get partial(): boolean {
    return this.filled > 0
  }

  /** Bytes kept of the unfinished packet. */
  get buffered(): number {
    return this.held.byteLength
  }

  push(chunk: Uint8Array, bodies: Array<Uint8Array>): FrameError | undefined {
    if (this.failure !== undefined) return this.failure
    let at = 0
    while (at < chunk.byteLength) {
      if (this.filled === 0) {
        const size = this.measure(chunk, at, chunk.byteLength)
        if (size instanceof FrameError) return (this.failure = size)
        if (size !== undefined && at + size <= chunk.byteLength) {
          bodies.push(chunk.subarray(at, at + size))
          at += size
          continue
        }
        this.size = size ?? 0
        this.keep(chunk.subarray(at))
        return undefined
      }
      if (this.size === 0) {
        this.keep(chunk.subarray(at, ++at))
        const size = this.measure(this.held, 0, this.filled)
        if (size instanceof FrameError) return (this.failure = size)
        this.size = size ?? 0
      } else {
        const taken = Math.min(this.size - this.filled, chunk.byteLength - at)
        this.keep(chunk.subarray(at, at + taken))
        at += taken
      }
      if (this.filled === this.size) {
        bodies.push(this.held.subarray(0, this.size))
        this.held = noBytes
        this.filled = 0
        this.size = 0
      }
    }
    return undefined
  }

  end(): FrameError | undefined {
    return this.partial
      ? new FrameError({ kind: "Truncated", message: "the connection ended inside a packet" })
      : undefined
  }

  /** Bytes of the packet that begins there; undefined while its header has not come. */
  private measure(bytes: Uint8Array, from: number, end: number): number | undefined | FrameError {
    let length = 0
    for (let n = 1; n <= maxLengthBytes; n++) {
      if (from + n >= end) return undefined
      const byte = bytes[from + n]!
      length += (byte & 0x7f) * 128 ** (n - 1)
      if (byte < 0x80) return this.checked(1 + n + length)
    }
    return new FrameError({ kind: "ProtocolViolation", message: "the length of a packet has four bytes at most" })
  }

  private checked(size: number): number | FrameError {
    if (size <= this.maxBytes) return size
    const message = `a packet of ${size} bytes is over the limit of ${this.maxBytes}`
    return new FrameError({ kind: "FrameTooLarge", message })
  }

  private keep(bytes: Uint8Array): void {
    const needed = this.filled + bytes.byteLength
    if (needed > this.held.byteLength) {
      const most = this.size === 0 ? headerRoom : this.size
      const grown = new Uint8Array(Math.max(needed, Math.min(most, Math.max(needed * 2, 64))))
      grown.set(this.held.subarray(0, this.filled))
      this.held = grown
    }
    this.held.set(bytes, this.filled)
    this.filled = needed
  }
}
