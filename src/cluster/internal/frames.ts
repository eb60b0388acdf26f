/**
 * What goes over a link: a length, a kind, how many batches were received, and what is said. Each frame says the latter, so
 * an acknowledgement of its own is only sent where there is nothing else to say.
 */
const frameKinds = { batch: 1, ack: 2, ping: 3, pong: 4, bye: 5 } as const
export type FrameKind = keyof typeof frameKinds

const kindOf = new Map<number, FrameKind>([
  [frameKinds.batch, "batch"],
  [frameKinds.ack, "ack"],
  [frameKinds.ping, "ping"],
  [frameKinds.pong, "pong"],
  [frameKinds.bye, "bye"],
])

/** A length of four bytes, a kind, and a count of four. */
const headBytes = 9
/** Behind the length. */
const leastBytes = headBytes - 4

/** No frame is longer: who sends one is no node. */
export const maxFrameBytes = 16 * 1024 * 1024

export const encodeFrame = (kind: FrameKind, received: number, text = ""): Buffer => {
  const size = text === "" ? 0 : Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(headBytes + size)
  frame.writeUInt32BE(leastBytes + size)
  frame.writeUInt8(frameKinds[kind], 4)
  frame.writeUInt32BE(received, 5)
  if (size > 0) frame.write(text, headBytes)
  return frame
}

export interface Frame {
  readonly kind: FrameKind
  /** How many batches the other side has received, counted in 32 bits. */
  readonly received: number
  readonly text: string
}

/** Cuts what comes into frames. */
export class FrameReader {
  private chunks: Array<Buffer> = []
  private size = 0

  /** Hands over each frame that is complete; false where what came is none. */
  read(chunk: Buffer, onFrame: (frame: Frame) => void): boolean {
    this.chunks.push(chunk)
    this.size += chunk.length
    while (this.size >= headBytes) {
      const head = this.front(headBytes)
      const length = head.readUInt32BE()
      const kind = kindOf.get(head.readUInt8(4))
      if (length < leastBytes || length > maxFrameBytes || kind === undefined) return false
      if (this.size < 4 + length) return true
      const bytes = this.front(4 + length)
      onFrame({ kind, received: bytes.readUInt32BE(5), text: bytes.toString("utf8", headBytes, 4 + length) })
      this.drop(4 + length)
    }
    return true
  }

  /** So many bytes in one piece, at least; they stay. What is in several pieces is put together once. */
  private front(count: number): Buffer {
    const [first] = this.chunks
    if (first !== undefined && first.length >= count) return first
    const whole = Buffer.concat(this.chunks)
    this.chunks = [whole]
    return whole
  }

  private drop(count: number): void {
    const [first, ...rest] = this.chunks
    if (first === undefined) return
    this.size -= count
    this.chunks = first.length === count ? rest : [first.subarray(count), ...rest]
  }
}
