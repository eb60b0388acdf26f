import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto"
import { LruMap } from "../domain/LruMap.ts"
import type { NodeId } from "../domain/NodeId.ts"
import { alone, type PeersShape } from "./Peers.ts"

const algorithm = "aes-256-gcm"
const ivBytes = 12
const tagBytes = 16
/** Keys of other nodes that are kept: of those that were heard last. */
const maxOthers = 64

/**
 * What clients carry for the service, and can neither read nor make: sealed for one purpose, and good for no other. The key is
 * this process's. Nodes tell each other theirs, and so open what another has sealed, even where that one has gone, or has
 * been started anew since.
 */
export class Seals {
  private readonly key = randomBytes(32)
  /** Those of other nodes, also of some that are gone: what they have sealed is still carried. */
  private readonly others = new LruMap<string, Buffer>()

  constructor(peers: PeersShape = alone) {
    const own = this.key.toString("base64url")
    // Those of others as well: a node that was started anew does not know its own of before.
    const tell = (node: NodeId, asks: boolean): void => {
      for (const [key] of this.others.entries()) peers.tell({ type: "CursorKey", key }, node)
      peers.tell({ type: "CursorKey", key: own, ...(asks && { asks }) }, node)
    }
    peers.hear("CursorKey", ({ asks, key }, from) => {
      if (asks === true) tell(from, false)
      if (key === own) return
      this.others.set(key, Buffer.from(key, "base64url"))
      if (this.others.size > maxOthers) this.others.removeOldest()
    })
    // It asks, too: what was told before this was there to hear it is lost.
    peers.whenLinked((node) => tell(node, true))
  }

  seal(purpose: string, text: string): string {
    const bound = Buffer.from(purpose)
    // Made of what is sealed: the same text is the same seal, and no two texts share it.
    const iv = createHmac("sha256", this.key).update(bound).update("\0").update(text).digest().subarray(0, ivBytes)
    const cipher = createCipheriv(algorithm, this.key, iv, { authTagLength: tagBytes }).setAAD(bound)
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url")
  }

  /** The text; undefined where it was not sealed by a node, for this purpose. */
  open(purpose: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, "base64url")
    if (bytes.length < ivBytes + tagBytes || bytes.toString("base64url") !== sealed) return undefined
    const bound = Buffer.from(purpose)
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
