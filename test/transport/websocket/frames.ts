/** Frames as a client writes them, right or wrong: RFC 6455, byte by byte. */

export interface FrameParts {
  readonly opcode: number
  readonly payload?: Uint8Array | string
  /** Whether it is the last of its message; true. */
  readonly final?: boolean
  /** The three reserved bits as a number: RSV1 is 4. */
  readonly reserved?: number
  /** Four bytes; none at all where it is undefined and named. */
  readonly mask?: Uint8Array | undefined
  /** In how many bytes the length is written: 0, 2 or 8; the fewest that do. */
  readonly lengthBytes?: 0 | 2 | 8
  /** The length that the header says; the payload's. */
  readonly length?: number | bigint
}

const someMask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d)

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex"))
export const join = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))

export const frame = (parts: FrameParts): Uint8Array => {
  const { final = true, opcode, reserved = 0 } = parts
  const payload = typeof parts.payload === "string" ? utf8(parts.payload) : (parts.payload ?? new Uint8Array(0))
  const mask = "mask" in parts ? parts.mask : someMask
  const length = BigInt(parts.length ?? payload.byteLength)
  const lengthBytes = parts.lengthBytes ?? (length < 126n ? 0 : length < 0x1_0000n ? 2 : 8)
  const header = new DataView(new ArrayBuffer(2 + lengthBytes))
  header.setUint8(0, (final ? 0x80 : 0) | (reserved << 4) | opcode)
  header.setUint8(
    1,
    (mask === undefined ? 0 : 0x80) | (lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127),
  )
  if (lengthBytes === 2) header.setUint16(2, Number(length))
  if (lengthBytes === 8) header.setBigUint64(2, length)
  const masked = mask === undefined ? payload : payload.map((byte, at) => byte ^ mask[at % 4]!)
  return join(new Uint8Array(header.buffer), mask ?? new Uint8Array(0), masked)
}

type Payload = Uint8Array | string
type More = Omit<FrameParts, "opcode" | "payload">

export const text = (payload: Payload, more?: More): Uint8Array => frame({ opcode: 1, payload, ...more })
export const binary = (payload: Payload, more?: More): Uint8Array => frame({ opcode: 2, payload, ...more })
export const more = (payload: Payload, more?: More): Uint8Array => frame({ opcode: 0, payload, ...more })
export const ping = (payload: Payload, more?: More): Uint8Array => frame({ opcode: 9, payload, ...more })
export const pong = (payload: Payload, more?: More): Uint8Array => frame({ opcode: 10, payload, ...more })
export const close = (code?: number, reason: Payload = "", more?: More): Uint8Array => {
  const codeBytes = code === undefined ? new Uint8Array(0) : Uint8Array.of(code >>> 8, code & 0xff)
  return frame({ opcode: 8, payload: join(codeBytes, typeof reason === "string" ? utf8(reason) : reason), ...more })
}
