import { FrameError } from "../protocol/FrameError.ts"
import { type BodyReader, newline } from "../protocol/Framing.ts"
import { maxLine, maxTags } from "./Line.ts"

/** Stands for a line that was too long: it is answered, and the next is read. */
export const tooLong: Uint8Array = new Uint8Array(0)

const noBytes = new Uint8Array(0)
const carriageReturn = 0x0d
const at = 0x40
const space = 0x20

/** A line without what ends it is at most so long, its tags included. */
const maxKept = maxTags + maxLine - 2

/** Whether a line is within its bounds, which are one for its tags and one for the rest. */
const fits = (line: Uint8Array): boolean => {
  if (line[0] !== at) return line.byteLength <= maxLine - 2
  const end = line.indexOf(space)
  const tags = end === -1 ? line.byteLength : end + 1
  return tags <= maxTags && line.byteLength - tags <= maxLine - 2
}

/**
 * Cuts a stream into lines, however its bytes are split, without what ends them; empty lines are nothing. Of a line that is
 * too long no more is kept than of one that is not. One that goes on for more than `maxBytes` ends the reading.
 */
export class LineReader implements BodyReader {
  private readonly maxBytes: number
  private line: Uint8Array = noBytes
  private filled = 0
  /** Bytes of the unfinished line, kept or not. */
  private seen = 0
  private failure: FrameError | undefined

  constructor(maxBytes: number) {
    this.maxBytes = Math.max(maxBytes, maxKept)
  }

  get partial(): boolean {
    return this.seen > 0
  }

  /** Bytes kept of the unfinished line. */
  get buffered(): number {
    return this.line.byteLength
  }

  push(piece: Uint8Array, bodies: Array<Uint8Array>): FrameError | undefined {
    if (this.failure !== undefined) return this.failure
    let from = 0
    while (from < piece.byteLength) {
      const end = piece.indexOf(newline, from)
      if (end === -1) return this.keep(piece.subarray(from))
      if (this.seen === 0) this.take(piece.subarray(from, end), bodies)
      else {
        const error = this.keep(piece.subarray(from, end))
        if (error !== undefined) return error
        if (this.seen > this.filled) bodies.push(tooLong)
        else this.take(this.line.subarray(0, this.filled), bodies)
        this.line = noBytes
        this.filled = this.seen = 0
      }
      from = end + 1
    }
    return undefined
  }

  end(): FrameError | undefined {
    // Nobody minds that the last line was not ended.
    return undefined
  }

  private take(line: Uint8Array, bodies: Array<Uint8Array>): void {
    let { byteLength } = line
    while (byteLength > 0 && line[byteLength - 1] === carriageReturn) byteLength--
    if (byteLength === 0) return
    const body = line.subarray(0, byteLength)
    bodies.push(fits(body) ? body : tooLong)
  }

  private keep(bytes: Uint8Array): FrameError | undefined {
    this.seen += bytes.byteLength
    if (this.seen > this.maxBytes) {
      this.line = noBytes
      const message = `a line of more than ${this.maxBytes} bytes`
      return (this.failure = new FrameError({ kind: "FrameTooLarge", message }))
    }
    // With room for the carriage return.
    if (this.seen > maxKept + 1) {
      this.line = noBytes
      this.filled = 0
      return undefined
    }
    if (this.seen > this.line.byteLength) {
      const grown = new Uint8Array(Math.min(maxKept + 1, Math.max(this.seen * 2, 128)))
      grown.set(this.line.subarray(0, this.filled))
      this.line = grown
    }
    this.line.set(bytes, this.filled)
    this.filled = this.seen
    return undefined
  }
}
