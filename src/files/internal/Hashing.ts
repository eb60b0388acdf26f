import { createHash, type Hash } from "node:crypto"
import { Sha256 } from "../../domain/Sha256.ts"

/** The hash of what has come of a file, as long as all of it has passed here. */
export class Hashing {
  private readonly hash: Hash = createHash("sha256")
  /** Bytes that have passed. */
  at = 0

  add(bytes: Uint8Array): void {
    this.hash.update(bytes)
    this.at += bytes.length
  }

  /** Nothing can be added after this. */
  digest(): Sha256 {
    return Sha256.make(this.hash.digest("hex"))
  }
}
