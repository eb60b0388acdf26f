/** Writes the few kinds of values that a certificate is made of, in DER (ITU-T X.690). */

/** A tag, the length of the content, and the content. */
const value = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

export const sequence = (...parts: ReadonlyArray<Uint8Array>): Buffer => value(0x30, ...parts)

export const set = (...parts: ReadonlyArray<Uint8Array>): Buffer => value(0x31, ...parts)

/** A positive number. */
export const integer = (bytes: Uint8Array): Buffer =>
  bytes[0]! >= 0x80 ? value(0x02, Uint8Array.of(0), bytes) : value(0x02, bytes)

export const isTrue = value(0x01, Uint8Array.of(0xff))

export const octets = (bytes: Uint8Array): Buffer => value(0x04, bytes)

/** Bits, of which the last `unused` of the last byte do not count. */
export const bits = (bytes: Uint8Array, unused = 0): Buffer => value(0x03, Uint8Array.of(unused), bytes)

export const utf8 = (text: string): Buffer => value(0x0c, Buffer.from(text))

/** Tagged for its place in a structure, with a value within it. */
export const explicit = (place: number, ...parts: ReadonlyArray<Uint8Array>): Buffer => value(0xa0 | place, ...parts)

/** Tagged for its place, without a value of its own. */
export const implicit = (place: number, bytes: Uint8Array): Buffer => value(0x80 | place, bytes)

export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  const bytes = [first * 40 + second, ...rest.flatMap(inSevens)]
  return value(0x06, Buffer.from(bytes))
}

/** A number in groups of seven bits; all but the last have the highest bit. */
const inSevens = (number: number): Array<number> => {
  const groups = [number & 0x7f]
  for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
  return groups
}

/** From 2050 on with four digits of the year, until then with two. */
export const time = (iso: string): Buffer => {
  const digits = `${iso.slice(0, 19).replaceAll(/\D/g, "")}Z`
  return iso < "2050" ? value(0x17, Buffer.from(digits.slice(2))) : value(0x18, Buffer.from(digits))
}
