import type * as Socket from "effect/socket/Socket"
import { ConnectError } from "../ConnectError.ts"

const reasons: Record<string, ConnectError["reason"]> = {
  ECONNREFUSED: "Refused",
  ENOTFOUND: "UnknownHost",
  EAI_AGAIN: "UnknownHost",
  ETIMEDOUT: "Timeout",
  ECONNRESET: "Closed",
  EPIPE: "Closed",
}

/** Why a socket could not be opened, as far as the platform says. */
export const toConnectError = (error: Socket.SocketError): ConnectError => {
  const { reason } = error
  if (reason._tag === "SocketCloseError" || reason._tag === "SocketReadError") {
    return new ConnectError({ reason: "Closed", cause: error })
  }
  const cause: unknown = reason.cause
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  return new ConnectError({ reason: reasons[code] ?? "Unreachable", cause: error })
}
