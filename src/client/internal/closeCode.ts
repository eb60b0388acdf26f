/** What the code means that a connection was closed with. */
import type * as Socket from "effect/socket/Socket"
import { catalog, Disconnect, type DisconnectReason } from "../../domain/Disconnect.ts"

/** The codes of RFC 6455 that say why, and what a client makes of them. Behind a proxy some are the proxy's. */
const standard: Record<number, DisconnectReason> = {
  1001: "Draining",
  1002: "MalformedFrame",
  1003: "MalformedFrame",
  1007: "MalformedFrame",
  1009: "FrameTooLarge",
  1011: "Internal",
  1012: "Draining",
  1013: "ServerFull",
  1014: "Internal",
}

const reasons = Object.keys(catalog) as Array<DisconnectReason>
const own = new Map<number, DisconnectReason>(reasons.map((reason) => [catalog[reason].code, reason]))

/**
 * Why a connection ended on which no goodbye was heard: what its close code says. Any other code tells no more than that it
 * is gone, and where a code comes with words, they are kept.
 */
export const toDisconnect = ({ reason }: Socket.SocketError): Disconnect => {
  if (reason._tag !== "SocketCloseError") return new Disconnect({ reason: "ConnectionLost" })
  const { closeReason, code } = reason
  return new Disconnect({
    reason: own.get(code) ?? standard[code] ?? "ConnectionLost",
    detail: closeReason === "" ? undefined : closeReason,
  })
}
