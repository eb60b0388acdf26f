import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto"
import { LruMap } from "../../domain/LruMap.ts"
import type { UserId } from "../../domain/User.ts"
import { alone, type PeersShape } from "../../peers/Peers.ts"

/** Which operation a cursor goes on with. */
type Kind = "search" | "unread"

const algorithm = "aes-256-gcm"
const ivBytes = 12
const tagBytes = 16
/** Keys of other nodes that are kept: of those that were heard last. */
const maxOthers = 64

/**
 * Where a page ended, as its caller carries it: sealed, since it holds ids that are nobody's affair, and good for nobody
 * else and for nothing else. What may be read behind it is checked all the same. The key is this process's: a cursor of
 * an earlier run is none (docs/adr/0021). Nodes tell each other theirs, and so open what another has sealed.
 */
export class Cursors {
  private readonly key = randomBytes(32)
  /** Those of other nodes, also of some that are gone: what they have sealed is still carried. */
  private readonly others = new LruMap<string, Buffer>()

  constructor(peers: PeersShape = alone) {
    peers.hear("CursorKey", ({ key }) => {
      this.others.set(key, Buffer.from(key, "base64url"))
      if (this.others.size > maxOthers) this.others.removeOldest()
    })
    peers.whenLinked((node) => peers.tell({ type: "CursorKey", key: this.key.toString("base64url") }, node))
  }

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
    const bound = boundTo(kind, user)
    const own = openBy(this.key, bytes, bound)
    if (own !== undefined) return own
    for (const [, key] of this.others.entries()) {
      const theirs = openBy(key, bytes, bound)
      if (theirs !== undefined) return theirs
    }
    return undefined
  }
}

const openBy = (key: Buffer, bytes: Buffer, bound: Buffer): string | undefined => {
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAAD(bound).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  try {
    return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, "utf8") + decipher.final("utf8")
  } catch {
    return undefined
  }
}

const boundTo = (kind: Kind, user: UserId): Buffer => Buffer.from(JSON.stringify([kind, user]))
