/** The mask that a client puts over what it sends (RFC 6455, 5.3): four bytes, over and over. */

/** From so many bytes on it is faster to go by words, although they have to be found first. */
const worthWords = 64

/** Four bytes as the word that this machine would read them as. */
const fourBytes = new Uint8Array(4)
const oneWord = new Int32Array(fourBytes.buffer)

const wordOf = (mask: number): number => {
  fourBytes[0] = mask >>> 24
  fourBytes[1] = mask >>> 16
  fourBytes[2] = mask >>> 8
  fourBytes[3] = mask
  return oneWord[0]!
}

/** The mask for what comes `bytes` later. */
export const rotated = (mask: number, bytes: number): number => {
  const bits = (bytes & 3) * 8
  // A shift by 32 is none at all.
  return bits === 0 ? mask : (mask << bits) | (mask >>> (32 - bits))
}

/** Takes the mask, its first byte the highest, off the bytes in their place. Says whether all of them are ASCII then. */
export const unmask = (bytes: Uint8Array, from: number, to: number, mask: number): boolean =>
  to - from < worthWords ? byBytes(bytes, from, to, mask) : byWords(bytes, from, to, mask)

const byBytes = (bytes: Uint8Array, from: number, to: number, mask: number): boolean => {
  let seen = 0
  let at = from
  for (; at + 3 < to; at += 4) {
    const first = bytes[at]! ^ (mask >>> 24)
    const second = bytes[at + 1]! ^ ((mask >>> 16) & 0xff)
    const third = bytes[at + 2]! ^ ((mask >>> 8) & 0xff)
    const fourth = bytes[at + 3]! ^ (mask & 0xff)
    bytes[at] = first
    bytes[at + 1] = second
    bytes[at + 2] = third
    bytes[at + 3] = fourth
    seen |= first | second | third | fourth
  }
  for (let shift = 24; at < to; at++, shift -= 8) {
    const byte = bytes[at]! ^ ((mask >>> shift) & 0xff)
    bytes[at] = byte
    seen |= byte
  }
  return seen < 0x80
}

/** Words lie at multiples of four in memory; what is before and behind them goes by bytes. */
const byWords = (bytes: Uint8Array, from: number, to: number, mask: number): boolean => {
  const before = -(bytes.byteOffset + from) & 3
  const start = from + before
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, (to - start) >>> 2)
  const turned = rotated(mask, before)
  const word = wordOf(turned)
  let seen = 0
  for (let at = 0; at < words.length; at++) {
    const plain = words[at]! ^ word
    words[at] = plain
    seen |= plain
  }
  const head = byBytes(bytes, from, start, mask)
  const tail = byBytes(bytes, start + words.length * 4, to, turned)
  return (seen & 0x8080_8080) === 0 && head && tail
}
