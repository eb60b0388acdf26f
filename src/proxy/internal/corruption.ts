/**
 * Changes bytes of a stream by chance: the same ones with the same chances, however the stream is cut into pieces. It
 * throws for the distance to the next one rather than for each byte, which is what makes rare ones cheap.
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
      this.distance = this.throw()
    }
    if (this.distance >= bytes.length) {
      this.distance -= bytes.length
      return { result: bytes, changed: 0 }
    }
    const result = Uint8Array.from(bytes)
    let changed = 0
    let at = this.distance
    for (; at < bytes.length; at += 1 + this.throw()) {
      // Never to what it was.
      result[at] = result[at]! ^ (1 + Math.floor(this.chance() * 255))
      changed++
    }
    this.distance = at - bytes.length
    return { result, changed }
  }

  private throw(): number {
    if (this.probability <= 0) return Number.POSITIVE_INFINITY
    if (this.probability >= 1) return 0
    return Math.floor(Math.log(1 - this.chance()) / Math.log(1 - this.probability))
  }
}
