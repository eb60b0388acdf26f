/** What files have in them: bytes from a number, the same for the same number. */
import { createHash } from "node:crypto"
import { Dice } from "../../src/testing/Dice.ts"

/** Which bytes, and how many of them. */
export interface Content {
  readonly content: number
  readonly size: number
}

export interface Bytes {
  readonly bytes: Uint8Array
  /** In hexadecimal. */
  readonly sha256: string
}

/** Contents that are remembered: to make one takes longer than to send it. */
const remembered = 64

export class Contents {
  private readonly made = new Map<string, Bytes>()

  of({ content, size }: Content): Bytes {
    const key = `${content} ${size}`
    const known = this.made.get(key)
    if (known !== undefined) return known
    const bytes = new Dice(content).bytes(size)
    const made = { bytes, sha256: createHash("sha256").update(bytes).digest("hex") }
    this.made.set(key, made)
    for (const oldest of this.made.keys()) {
      if (this.made.size <= remembered) break
      this.made.delete(oldest)
    }
    return made
  }
}
