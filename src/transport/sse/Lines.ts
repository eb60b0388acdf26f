/** What is posted: a frame a line. */
import type { FrameError } from "../../protocol/FrameError.ts"
import { type BodyReader, MessageReader, newline } from "../../protocol/Framing.ts"

const carriageReturn = 0x0d

/** Where lines begin and end, without what ends them; those with nothing in them are none. */
export function* linesOf(text: Uint8Array): Iterable<readonly [start: number, end: number]> {
  let start = 0
  while (start < text.byteLength) {
    const found = text.indexOf(newline, start)
    const next = found === -1 ? text.byteLength : found
    const end = next > start && text[next - 1] === carriageReturn ? next - 1 : next
    if (end > start) yield [start, end]
    start = next + 1
  }
}

/** Reads pieces that are whole lines, one or many. */
export class LineReader implements BodyReader {
  readonly partial = false
  private readonly messages: MessageReader

  constructor(maxBytes: number) {
    this.messages = new MessageReader(maxBytes)
  }

  push(piece: Uint8Array, bodies: Array<Uint8Array>): FrameError | undefined {
    for (const [start, end] of linesOf(piece)) {
      const error = this.messages.push(piece.subarray(start, end), bodies)
      if (error !== undefined) return error
    }
    return undefined
  }

  end(): FrameError | undefined {
    return undefined
  }
}
