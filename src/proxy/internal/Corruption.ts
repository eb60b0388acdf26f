/**
 * Changes random bytes of a stream: the same ones for the same random numbers, however the stream is cut into pieces.
 * It draws the distance to the next changed byte rather than a number for each byte, so that rare changes are cheap.
 */
export class Corruption {
  private readonly chance: () => number
  private probability = 0
  private distance = Number.POSITIVE_INFINITY

  constructor(chance: () => number) {
    this.chance = chance
  }

  apply(bytes: Uint8Array, probability: number): { readonly result: Uint8Array; readonly changed: number } {
    if (probability !== this.probability) {
      this.probability = probability
      this.distance = this.draw()
    }
    if (this.distance >= bytes.length) {
      this.distance -= bytes.length
      return { result: bytes, changed: 0 }
    }
    const result = Uint8Array.from(bytes)
    let changed = 0
    let at = this.distance
    for (; at < bytes.length; at += 1 + this.draw()) {
      // The byte always becomes a different one.
      result[at] = result[at]! ^ (1 + Math.floor(this.chance() * 255))
      changed++
    }
    this.distance = at - bytes.length
    return { result, changed }
  }

  private draw(): number {
    if (this.probability <= 0) return Number.POSITIVE_INFINITY
    if (this.probability >= 1) return 0
    return Math.floor(Math.log(1 - this.chance()) / Math.log(1 - this.probability))
  }
}
