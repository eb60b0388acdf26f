/**
 * The key of a session: who has it is the session. Behind what nobody can guess it says which node has the session, where
 * there are several: by a hash, as the name of a node has its address in it, which is nobody's affair.
 */
import { createHash, randomBytes } from "node:crypto"
import type { NodeId } from "../../domain/NodeId.ts"

const secretBytes = 16
/** Characters that these are. */
const secretLength = Math.ceil((secretBytes * 8) / 6)
/** Of the hash: nodes of one service are told apart by that, and each event has it in its id. */
const markLength = 8

/** What the keys of a node end with. */
export const markOf = (node: NodeId): string =>
  createHash("sha256").update(node).digest("base64url").slice(0, markLength)

export const make = (node: NodeId | undefined): string =>
  randomBytes(secretBytes).toString("base64url") + (node === undefined ? "" : markOf(node))

/** The mark of the node that has made it; empty where the service was one node. */
export const markIn = (key: string): string => key.slice(secretLength)
