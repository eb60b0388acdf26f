const utf8 = new TextEncoder()

/** Bytes that the length of a packet takes. */
const lengthBytes = (length: number): number => (length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4)

/** Gathers the fields of a packet, whose header is put in front when all are there. */
export class Output {
  private bytes = new Uint8Array(64)
  private filled = 0

  byte(value: number): this {
    this.room(1)[this.filled++] = value
    return this
  }

  short(value: number): this {
    return this.byte(value >>> 8).byte(value & 0xff)
  }

  long(value: number): this {
    return this.short(Math.floor(value / 0x1_0000)).short(value % 0x1_0000)
  }

  varint(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.byte(rest)
  }

  text(text: string): this {
    const bytes = utf8.encode(text)
    return this.short(bytes.byteLength).raw(bytes)
  }

  raw(bytes: Uint8Array): this {
    this.room(bytes.byteLength).set(bytes, this.filled)
    this.filled += bytes.byteLength
    return this
  }

  /** What was gathered, with its length in front as properties have it. */
  properties(properties: Output): this {
    return this.varint(properties.filled).raw(properties.all)
  }

  /** What was gathered, as a packet that begins with this byte. */
  packet(first: number): Uint8Array {
    const header = 1 + lengthBytes(this.filled)
    const packet = new Uint8Array(header + this.filled)
    writeHeader(packet, 0, first, this.filled)
    packet.set(this.all, header)
    return packet
  }

  get all(): Uint8Array {
    return this.bytes.subarray(0, this.filled)
  }

  private room(length: number): Uint8Array {
    const needed = this.filled + length
    if (needed > this.bytes.byteLength) {
      const grown = new Uint8Array(needed * 2)
      grown.set(this.all)
      this.bytes = grown
    }
    return this.bytes
  }
}

/** Writes the first byte and the length; says where the rest begins. */
export const writeHeader = (into: Uint8Array, start: number, first: number, length: number): number => {
  let at = start
  into[at++] = first
  let rest = length
  while (rest >= 0x80) {
    into[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  into[at++] = rest
  return at
}

/** Bytes of a packet whose body has so many. */
export const packetSize = (length: number): number => 1 + lengthBytes(length) + length
