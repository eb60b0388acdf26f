import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto"
import type { UserId } from "../../domain/User.ts"

/** Which operation a cursor goes on with. */
type Kind = "search" | "unread"

const algorithm = "aes-256-gcm"
const ivBytes = 12
const tagBytes = 16

/**
 * Where a page ended, as its caller carries it: sealed, since it holds ids that are nobody's affair, and good for nobody
 * else and for nothing else. What may be read behind it is checked all the same. The key is this process's: a cursor of
 * an earlier run is none (docs/adr/0021).
 */
export class Cursors {
  private readonly key = randomBytes(32)

  seal(kind: Kind, user: UserId, place: string): string {
    const bound = boundTo(kind, user)
    // Made of what is sealed: the same place is the same cursor, and no two places share it.
    const iv = createHmac("sha256", this.key).update(bound).update("\0").update(place).digest().subarray(0, ivBytes)
    const cipher = createCipheriv(algorithm, this.key, iv, { authTagLength: tagBytes }).setAAD(bound)
    const sealed = Buffer.concat([cipher.update(place, "utf8"), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url")
  }

  /** The place; undefined where it was not sealed here, for this. */
  open(kind: Kind, user: UserId, cursor: string): string | undefined {
    const bytes = Buffer.from(cursor, "base64url")
    if (bytes.length < ivBytes + tagBytes || bytes.toString("base64url") !== cursor) return undefined
    const decipher = createDecipheriv(algorithm, this.key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    decipher.setAAD(boundTo(kind, user)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    try {
      return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, "utf8") + decipher.final("utf8")
    } catch {
      return undefined
    }
  }
}

const boundTo = (kind: Kind, user: UserId): Buffer => Buffer.from(JSON.stringify([kind, user]))
