/** Where a node is reached, and the names of its runs. */
import { randomBytes } from "node:crypto"
import * as Address from "../domain/Address.ts"
import { NodeId } from "../domain/NodeId.ts"

/** HOST:PORT, with the brackets of IPv6 where these are. */
export const parse = (text: string): Address.Address | undefined => {
  const match = /^(?:\[([\da-fA-F:.%\w-]+)\]|([^[\]:\s]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

/** A node that is started again is another, at the same address. */
export const newNode = (address: Address.Address): NodeId =>
  NodeId.make(`${Address.format(address)}#${randomBytes(6).toString("hex")}`)

export const addressOf = (node: NodeId): string => node.slice(0, node.lastIndexOf("#"))
