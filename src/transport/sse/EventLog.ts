/**
 * What a session was sent, as events, and is kept for a reader that comes back: each event has the next number, and whoever
 * says which number it had last gets exactly those behind it. A batch that was sent at once is one piece of memory, the same
 * that is written to the response.
 */
import { newline } from "../../protocol/Framing.ts"

interface Batch {
  /** The number of its first event. */
  readonly first: number
  readonly count: number
  readonly bytes: Uint8Array
}

/** What a batch occupies beside its bytes, roughly: many small ones are not to be free. */
const overhead = 256

export class EventLog {
  /** The number of the last event. */
  last = 0
  /** Bytes that are kept. */
  bytes = 0
  private readonly key: string
  /** What an event begins with, up to its number. */
  private readonly head: Uint8Array
  private batches: Array<Batch> = []

  constructor(key: string) {
    this.key = key
    this.head = Buffer.from(`id: ${key}.`)
  }

  /** Adds frames, which are lines, and gives what is to be written: an event for each of them. */
  append(pieces: ReadonlyArray<Uint8Array>): Uint8Array {
    const first = this.last + 1
    const lines: Array<Uint8Array> = []
    let length = 0
    for (const piece of pieces) {
      // Each body has a newline in front.
      for (let start = 1, end = 0; end < piece.byteLength; start = end + 1) {
        const found = piece.indexOf(newline, start)
        end = found === -1 ? piece.byteLength : found
        lines.push(piece.subarray(start, end))
        length += this.head.byteLength + digitsOf(++this.last) + data.byteLength + end - start + 2
      }
    }
    const bytes = Buffer.allocUnsafeSlow(length)
    let at = 0
    let number = first
    for (const line of lines) {
      bytes.set(this.head, at)
      at += this.head.byteLength
      at = writeNumber(bytes, number++, at)
      bytes.set(data, at)
      at += data.byteLength
      bytes.set(line, at)
      at += line.byteLength
      bytes[at++] = newline
      bytes[at++] = newline
    }
    return this.keep({ first, count: lines.length, bytes })
  }

  /** Adds an event that has a name. */
  appendNamed(name: string, data: unknown): Uint8Array {
    const first = ++this.last
    const text = `event: ${name}\nid: ${this.key}.${first}\ndata: ${JSON.stringify(data)}\n\n`
    return this.keep({ first, count: 1, bytes: Buffer.from(text) })
  }

  /** Everything behind this event; undefined where some of it is not kept any more, or it has never been. */
  since(number: number): ReadonlyArray<Uint8Array> | undefined {
    const [oldest] = this.batches
    if (number > this.last || number < (oldest?.first ?? this.last + 1) - 1) return undefined
    const missed: Array<Uint8Array> = []
    for (const { bytes, count, first } of this.batches) {
      if (number < first) missed.push(bytes)
      else if (number < first + count - 1) missed.push(behind(bytes, number - first + 1))
    }
    return missed
  }

  /** The reader has this event, and everything before it. */
  forget(number: number): void {
    let known = 0
    while (known < this.batches.length && this.batches[known]!.first + this.batches[known]!.count - 1 <= number) known++
    this.drop(known)
  }

  /** Drops the oldest until so many bytes are left, but not what was sent last. */
  trim(bytes: number): void {
    let dropped = 0
    for (let left = this.bytes; left > bytes && dropped < this.batches.length - 1; dropped++) {
      left -= this.batches[dropped]!.bytes.byteLength + overhead
    }
    this.drop(dropped)
  }

  clear(): void {
    this.drop(this.batches.length)
  }

  private keep(batch: Batch): Uint8Array {
    this.batches.push(batch)
    this.bytes += batch.bytes.byteLength + overhead
    return batch.bytes
  }

  private drop(count: number): void {
    if (count === 0) return
    for (const { bytes } of this.batches.splice(0, count)) this.bytes -= bytes.byteLength + overhead
  }
}

const data = Buffer.from("\ndata: ")

const digitsOf = (number: number): number => {
  let digits = 1
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) digits++
  return digits
}

/** In decimal digits; says where it ends. */
const writeNumber = (bytes: Uint8Array, number: number, at: number): number => {
  const end = at + digitsOf(number)
  for (let digit = end - 1, rest = number; digit >= at; digit--, rest = Math.floor(rest / 10))
    bytes[digit] = 0x30 + (rest % 10)
  return end
}

/** What is behind so many events: they end with an empty line, and have none inside. */
const behind = (bytes: Uint8Array, events: number): Uint8Array => {
  let at = 0
  for (let passed = 0; passed < events; at++) {
    at = bytes.indexOf(newline, at)
    if (bytes[at + 1] === newline) {
      passed++
      at++
    }
  }
  return bytes.subarray(at)
}
