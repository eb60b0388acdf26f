/**
 * SHA-256 of what passes. Node's own where there is Node, without an import that a browser could not follow. Browsers hash
 * only what is in memory as a whole, so there it is worked out here, as FIPS 180-4 says.
 */
interface NodeHash {
  readonly update: (bytes: Uint8Array) => unknown
  readonly digest: (encoding: "hex") => string
}
interface NodeCrypto {
  readonly createHash: (algorithm: "sha256") => NodeHash
}
interface NodeProcess {
  readonly getBuiltinModule?: (name: string) => unknown
}

const nodeCrypto = (globalThis as { readonly process?: NodeProcess }).process?.getBuiltinModule?.("crypto") as
  | NodeCrypto
  | undefined

export interface Sha256Hash {
  readonly update: (bytes: Uint8Array) => void
  /** In hexadecimal. Nothing can be added after this. */
  readonly digest: () => string
}

export const make = (): Sha256Hash => {
  if (nodeCrypto === undefined) return new PlainHash()
  const hash = nodeCrypto.createHash("sha256")
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") }
}

const blockBytes = 64

const primes = (count: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}
/** The first 32 bits of the fraction. */
const fraction = (n: number): number => ((n - Math.floor(n)) * 0x1_0000_0000) | 0

const rounds = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)))
const initial = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)))

export class PlainHash implements Sha256Hash {
  private readonly state = Int32Array.from(initial)
  private readonly words = new Int32Array(64)
  private readonly block = new Uint8Array(blockBytes)
  private filled = 0
  private bytes = 0

  update(bytes: Uint8Array): void {
    this.bytes += bytes.length
    let at = 0
    if (this.filled > 0) {
      at = Math.min(bytes.length, blockBytes - this.filled)
      this.block.set(bytes.subarray(0, at), this.filled)
      this.filled += at
      if (this.filled < blockBytes) return
      this.compress(this.block, 0)
      this.filled = 0
    }
    for (; at + blockBytes <= bytes.length; at += blockBytes) this.compress(bytes, at)
    this.block.set(bytes.subarray(at), 0)
    this.filled = bytes.length - at
  }

  digest(): string {
    const bits = this.bytes * 8
    const padding = new Uint8Array((this.filled < 56 ? 56 : 120) - this.filled + 8)
    padding[0] = 0x80
    const length = new DataView(padding.buffer, padding.length - 8)
    length.setUint32(0, Math.floor(bits / 0x1_0000_0000))
    length.setUint32(4, bits >>> 0)
    this.update(padding)
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("")
  }

  private compress(bytes: Uint8Array, from: number): void {
    const { state, words } = this
    for (let n = 0; n < 16; n++) {
      const at = from + n * 4
      words[n] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    }
    for (let n = 16; n < 64; n++) {
      const early = words[n - 15]!
      const late = words[n - 2]!
      const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3)
      const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10)
      words[n] = (words[n - 16]! + s0 + words[n - 7]! + s1) | 0
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
    for (let n = 0; n < 64; n++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + rounds[n]! + words[n]!) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    state[0]! += a
    state[1]! += b
    state[2]! += c
    state[3]! += d
    state[4]! += e
    state[5]! += f
    state[6]! += g
    state[7]! += h
  }
}
