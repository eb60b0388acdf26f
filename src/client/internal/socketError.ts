import type * as Socket from "effect/socket/Socket"
import { ConnectError } from "../ConnectError.ts"

const reasons: Record<string, ConnectError["reason"]> = {
  ECONNREFUSED: "Refused",
  // Of a UNIX socket: there is no such file, so nothing listens.
  ENOENT: "Refused",
  ENOTFOUND: "UnknownHost",
  EAI_AGAIN: "UnknownHost",
  ETIMEDOUT: "Timeout",
  ECONNRESET: "Closed",
  EPIPE: "Closed",
  // What answers does not speak TLS.
  EPROTO: "NotNatter",
  ERR_SSL_WRONG_VERSION_NUMBER: "NotNatter",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "NotNatter",
}

/** What OpenSSL and Node say of a server's certificate that somebody can do something about. */
const unverified: ReadonlyArray<readonly [RegExp, ConnectError["reason"]]> = [
  [/^(DEPTH_ZERO_)?SELF_SIGNED_CERT|^UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)_/, "UnknownAuthority"],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "WrongName"],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, "OutOfDate"],
]

/** What else they call one that is not to be trusted, in many ways. */
const untrusted = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|INVALID_CA)/

/** A server that wants a certificate of the client, or another one. With TLS 1.3 it says so when the connection is open. */
const certificateRefused =
  /^ERR_SSL_.*_ALERT_(ACCESS_DENIED|BAD_CERTIFICATE|CERTIFICATE_(EXPIRED|REQUIRED|REVOKED|UNKNOWN)|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE)$/

/** Of a key that does not fit its certificate, is encrypted, or is none. */
const certificateUnusable = /^ERR_(OSSL_|CRYPTO_|MISSING_PASSPHRASE)/

/** What `ws` says where a server answers with another status than that of a WebSocket. */
const otherStatus = /^Unexpected server response: (\d{3})$/

/** What is said where a server answers with another status than that of a stream of events. */
const otherAnswer = /^no stream of events there: status (\d{3})$/

/** A page is not told why: another site is none of its business. */
const untold = "nothing answers there, or it lets nobody in by this path or from this page"

/** What browsers say of a `fetch` that came to nothing. */
const notFetched = /^(Failed to fetch|Load failed|NetworkError when attempting to fetch)/

/** The error that is in the event of a WebSocket, where the platform tells which. */
const inside = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "error" in cause ? cause.error : cause

/** Node lists the names of the certificate. */
const namesIn = (message: string): string | undefined => {
  const names = /altnames: ((?:DNS|IP Address):.*)$/.exec(message)?.[1]
  return names === undefined ? undefined : `its certificate is for ${names.replaceAll(/(DNS|IP Address):/g, "")}`
}

const property = (value: unknown, name: string): string => {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined
  return typeof found === "string" ? found : ""
}

/** Whether a connection ended because the server does not take the client's certificate, or wants one. */
export const isCertificateRefused = ({ reason }: Socket.SocketError): boolean =>
  "cause" in reason && certificateRefused.test(property(inside(reason.cause), "code"))

/** Why a socket could not be opened, as far as the platform says. */
export const toConnectError = (error: Socket.SocketError): ConnectError => {
  const { reason } = error
  const failed = (reason: ConnectError["reason"], detail?: string) =>
    new ConnectError({ reason, detail: detail || undefined, cause: error })
  if (isCertificateRefused(error)) return failed("CertificateRefused")
  if (reason._tag === "SocketCloseError" || reason._tag === "SocketReadError") return failed("Closed")
  const cause = inside(reason.cause)
  const code = property(cause, "code")
  const message = property(cause, "message")
  const wrong = unverified.find(([codes]) => codes.test(code))?.[1]
  if (wrong === "WrongName") return failed(wrong, namesIn(message))
  if (wrong !== undefined) return failed(wrong)
  if (certificateUnusable.test(code)) return failed("CertificateUnusable")
  if (untrusted.test(code)) return failed("Untrusted", `its certificate is not to be trusted: ${message}`)
  const status = Number((otherStatus.exec(message) ?? otherAnswer.exec(message))?.[1])
  if (status >= 500 || status === 429) return failed("Unreachable", `it answers with status ${status}`)
  const door = otherAnswer.test(message) ? "has no events" : "opens no WebSocket"
  if (status > 0) return failed("NotNatter", `it ${door} there, but answers with status ${status}`)
  if (code === "" && message === "" && property(reason.cause, "type") === "error") {
    return failed("Unreachable", `no WebSocket could be opened: ${untold}`)
  }
  if (notFetched.test(message)) return failed("Unreachable", untold)
  return failed(reasons[code] ?? "Unreachable", code === "" ? message : undefined)
}
