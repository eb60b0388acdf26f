import { maxDepth } from "../../domain/Limits.ts"
import { FrameError } from "../FrameError.ts"

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

// Up to here a loop over ASCII is faster than the decoder: it reads most field names and values.
const shortText = 24

const fail = (message: string) => new FrameError({ kind: "InvalidMessagePack", message })

/**
 * Reads MessagePack as frames use it. Libraries believe the lengths they read and allocate for them: 15 kB of nested
 * array headers cost gigabytes. Here nothing is allocated for a length alone, nesting ends while reading, text must be
 * UTF-8, a map's keys must be text, and there are no extension types.
 *
 * Throws a `FrameError`.
 */
export const unpack = (body: Uint8Array): unknown => {
  const reader = new Reader(body)
  const value = reader.value(maxDepth)
  if (reader.at !== body.byteLength) throw fail("the frame goes on behind its MessagePack value")
  return value
}

class Reader {
  at = 0
  private readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** `levels` is how many arrays and maps may still lie within each other. */
  value(levels: number): unknown {
    const head = this.bytes[this.take(1)]!
    if (head < 0x80) return head
    if (head >= 0xe0) return head - 0x100
    if (head < 0x90) return this.map(head & 0x0f, levels)
    if (head < 0xa0) return this.array(head & 0x0f, levels)
    if (head < 0xc0) return this.text(head & 0x1f)
    switch (head) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.binary(this.length(head - 0xc4))
      case 0xca:
        return this.view.getFloat32(this.take(4))
      case 0xcb:
        return this.view.getFloat64(this.take(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.length(head - 0xcc)
      // Beyond 2^53 digits are lost, but what comes out is still beyond it, and no field takes that.
      case 0xcf:
        return Number(this.view.getBigUint64(this.take(8)))
      case 0xd0:
        return this.view.getInt8(this.take(1))
      case 0xd1:
        return this.view.getInt16(this.take(2))
      case 0xd2:
        return this.view.getInt32(this.take(4))
      case 0xd3:
        return Number(this.view.getBigInt64(this.take(8)))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.text(this.length(head - 0xd9))
      case 0xdc:
      case 0xdd:
        return this.array(this.length(head - 0xdb), levels)
      case 0xde:
      case 0xdf:
        return this.map(this.length(head - 0xdd), levels)
      case 0xc1:
        throw fail("0xc1 is not MessagePack")
      default:
        throw fail("MessagePack's extension types are not used here")
    }
  }

  /** Moves over `count` bytes and returns where they start. */
  private take(count: number): number {
    const start = this.at
    if (count > this.bytes.byteLength - start) throw fail("the MessagePack value is cut short")
    this.at = start + count
    return start
  }

  /** An unsigned integer of 1, 2 or 4 bytes, for `size` 0, 1 and 2. */
  private length(size: number): number {
    if (size === 0) return this.bytes[this.take(1)]!
    return size === 1 ? this.view.getUint16(this.take(2)) : this.view.getUint32(this.take(4))
  }

  private text(length: number): string {
    const start = this.take(length)
    if (length <= shortText) {
      let text = ""
      let at = start
      while (at < this.at && this.bytes[at]! < 0x80) text += String.fromCharCode(this.bytes[at++]!)
      if (at === this.at) return text
    }
    try {
      return decoder.decode(this.bytes.subarray(start, this.at))
    } catch {
      throw new FrameError({ kind: "InvalidUtf8", message: "a text in the frame is not UTF-8" })
    }
  }

  /** Not copied: what arrives is in memory that is not used again, and chunks of files are large. */
  private binary(length: number): Uint8Array {
    const start = this.take(length)
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, length)
  }

  private array(length: number, levels: number): Array<unknown> {
    this.enter(levels)
    const items: Array<unknown> = []
    for (let index = 0; index < length; index++) items.push(this.value(levels - 1))
    return items
  }

  private map(length: number, levels: number): Record<string, unknown> {
    this.enter(levels)
    const fields: Record<string, unknown> = {}
    for (let index = 0; index < length; index++) {
      const key = this.value(levels - 1)
      if (typeof key !== "string") throw fail("a MessagePack map's keys must be text")
      const value = this.value(levels - 1)
      // Assigned, it would become the prototype; as JSON.parse has it, it is a field like any other, of which the last counts.
      if (key === "__proto__") {
        Object.defineProperty(fields, key, { value, enumerable: true, writable: true, configurable: true })
      } else {
        fields[key] = value
      }
    }
    return fields
  }

  private enter(levels: number): void {
    if (levels === 0) throw new FrameError({ kind: "TooDeep", message: `nested deeper than ${maxDepth} levels` })
  }
}
