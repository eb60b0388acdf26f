// What the files of a run hold: made of their names, so that whoever reads one knows what it has to be.
import { createHash } from "node:crypto"

const block = 1 << 16

/** The bytes of a file that is called so; those of the same kind have the same. */
export const contentOf = (name: string): Uint8Array => {
  const [kind, size] = name.split(/[-.]/).map(Number)
  const seed = createHash("sha512").update(`kind ${kind}`).digest()
  const one = Buffer.alloc(block, seed)
  const bytes = Buffer.alloc(size!)
  for (let at = 0; at < bytes.length; at += block) {
    // No block is like another, so that none can stand in for it.
    one.writeUInt32BE(at, 0)
    one.copy(bytes, at)
  }
  return bytes
}

const hashes = new Map<string, string>()

/** The SHA-256 of what a file holds that is called so. */
export const hashOfContent = (name: string): string => {
  const known = hashes.get(name)
  if (known !== undefined) return known
  const hash = createHash("sha256").update(contentOf(name)).digest("hex")
  hashes.set(name, hash)
  return hash
}

/** The name of such a file. */
export const nameOf = (kind: number, size: number) => `${kind}-${size}.bin`
