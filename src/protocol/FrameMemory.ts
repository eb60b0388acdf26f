const encoder = new TextEncoder()

/** A `Buffer` where there is such a thing: a socket would make one of it. */
const allocate = (bytes: number): Uint8Array => globalThis.Buffer?.allocUnsafeSlow(bytes) ?? new Uint8Array(bytes)

/** Bytes that are got at once. A frame that has to stay keeps all those beside it, so they are not many. */
const pieceBytes = 16 * 1024

/** Text of up to so many characters is not measured before it is written: it takes what it could come to at most. */
const unmeasured = 2048

/**
 * Where frames are written, one behind the other: memory costs more to get than to write, and frames that lie side by side
 * are one piece without being copied. Used by one writer at a time, between `begin` and `take`.
 */
export class FrameMemory {
  bytes = allocate(pieceBytes)
  /** Where the next byte goes. */
  at = 0
  private start = 0

  begin(): void {
    this.start = this.at
  }

  /** What was written is not needed any more. */
  clear(): void {
    this.at = this.start = 0
  }

  /** Makes room for so many bytes more. */
  reserve(bytes: number): void {
    const { at, start } = this
    if (at + bytes <= this.bytes.byteLength) return
    const written = at - start
    // What is large has memory of its own, and grows by doubling.
    const size = written + bytes <= pieceBytes ? pieceBytes : Math.max(written + bytes, written * 2)
    const larger = allocate(size)
    larger.set(this.bytes.subarray(start, at))
    this.bytes = larger
    this.start = 0
    this.at = written
  }

  /** Writes text as UTF-8 so many bytes behind `at`, and says where it ends. */
  writeText(text: string, behind: number): number {
    const most = text.length <= unmeasured ? text.length * 3 : utf8Length(text)
    this.reserve(behind + most)
    const from = this.at + behind
    const { bytes } = this
    // The text is written in place: a view on that place would be garbage for each frame.
    return from + writeInto(bytes, text, from)
  }

  /** Writes bytes so far behind `at`, and says where they end. */
  writeBytes(body: Uint8Array, behind: number): number {
    this.reserve(behind + body.byteLength)
    this.bytes.set(body, this.at + behind)
    return this.at + behind + body.byteLength
  }

  /** What was written since `begin`; shared, so not to be written to. */
  take(): Uint8Array {
    return this.bytes.subarray(this.start, this.at)
  }
}

/** What `allocate` gives out is all that is written to. */
const writeInto: (bytes: Uint8Array, text: string, from: number) => number =
  globalThis.Buffer === undefined
    ? (bytes, text, from) => encoder.encodeInto(text, bytes.subarray(from)).written
    : (bytes, text, from) => (bytes as Buffer).write(text, from)

const utf8Length = (text: string): number =>
  globalThis.Buffer === undefined ? text.length * 3 : Buffer.byteLength(text)
