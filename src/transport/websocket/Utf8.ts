/**
 * Judges UTF-8 piece by piece: the first byte that cannot be right is found when it comes, wherever the pieces were cut. No
 * overlong forms, no surrogates, nothing beyond U+10FFFF (RFC 3629).
 */
export class Utf8 {
  /** Bytes that the character still needs; 0 between two characters. */
  private missing = 0
  /** What its next byte has to lie between. Only behind some first bytes it is fewer than all that continue a character. */
  private lowest = 0x80
  private highest = 0xbf

  /** Whether what was taken so far ends with a whole character. */
  get whole(): boolean {
    return this.missing === 0
  }

  /** Takes the next bytes, those from `from` up to `to`. False where one of them cannot be right; then it is over. */
  take(bytes: Uint8Array, from: number, to: number): boolean {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!
      if (this.missing === 0) {
        if (byte >= 0x80 && !this.begin(byte)) return false
      } else {
        if (byte < this.lowest || byte > this.highest) return false
        this.missing--
        this.lowest = 0x80
        this.highest = 0xbf
      }
    }
    return true
  }

  private begin(byte: number): boolean {
    // What continues a character, two that could only be overlong, and those beyond U+10FFFF.
    if (byte < 0xc2 || byte > 0xf4) return false
    this.missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    if (byte === 0xe0) this.lowest = 0xa0
    else if (byte === 0xed) this.highest = 0x9f
    else if (byte === 0xf0) this.lowest = 0x90
    else if (byte === 0xf4) this.highest = 0x8f
    return true
  }
}
