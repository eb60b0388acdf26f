import { PacketError } from "../Packet.ts"
import { ReasonCode } from "../ReasonCode.ts"

// What begins with a byte order mark keeps it.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const malformed = (message: string) => new PacketError(ReasonCode.malformedPacket, message)

/** Reads the fields of a packet one after the other. Throws a `PacketError` where one is not what it should be. */
export class Input {
  private readonly bytes: Uint8Array
  private at: number
  private end: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
    this.end = bytes.byteLength
  }

  get left(): number {
    return this.end - this.at
  }

  byte(): number {
    return this.bytes[this.take(1)]!
  }

  short(): number {
    const at = this.take(2)
    return this.bytes[at]! * 0x100 + this.bytes[at + 1]!
  }

  long(): number {
    return this.short() * 0x1_0000 + this.short()
  }

  varint(): number {
    let value = 0
    for (let n = 0; n < 4; n++) {
      const byte = this.byte()
      value += (byte & 0x7f) * 128 ** n
      if (byte < 0x80) return value
    }
    throw malformed("a length has four bytes at most")
  }

  binary(): Uint8Array {
    const length = this.short()
    const at = this.take(length)
    return this.bytes.subarray(at, at + length)
  }

  text(): string {
    const text = decode(this.binary())
    if (text === undefined) throw malformed("a text is UTF-8")
    if (text.includes("\0")) throw malformed("a text has no NUL")
    return text
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.take(this.left), this.end)
  }

  /** The next so many bytes by themselves. */
  part(length: number): Input {
    const at = this.take(length)
    const part = new Input(this.bytes, at)
    part.end = at + length
    return part
  }

  /** To be called when everything was read. */
  done(): void {
    if (this.left > 0) throw malformed("a packet has more than belongs into it")
  }

  private take(length: number): number {
    const { at } = this
    if (at + length > this.end) throw malformed("a packet is shorter than what is in it")
    this.at = at + length
    return at
  }
}

/** Undefined where it is not UTF-8. */
export const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
