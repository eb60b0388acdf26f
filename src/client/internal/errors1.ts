/** The errors of version 1, a message and a status of HTTP, as those of version 2. */
import * as Duration from "effect/Duration"
import { catalog as disconnects, Disconnect, type DisconnectReason } from "../../domain/Disconnect.ts"
import { catalog, RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"

const reasons = Object.keys(catalog) as Array<RequestErrorReason>

const byMessage = (message: string): RequestErrorReason | undefined =>
  reasons.find((reason) => catalog[reason].message === message)

const endings = Object.keys(disconnects) as Array<DisconnectReason>

/** The end of a session that a message stands for. */
export const disconnectReason = (message: string): DisconnectReason | undefined =>
  endings.find((reason) => disconnects[reason].message === message)

const byStatus: Record<number, RequestErrorReason> = {
  401: "NotAuthenticated",
  403: "Forbidden",
  413: "MessageTooLong",
  429: "RateLimited",
  501: "NotSupported",
  503: "Unavailable",
}

/** This version has no field for it, but servers say in words how long to wait. */
const waitIn = (message: string): Duration.Duration | undefined => {
  const seconds = Number(/try again in (\d{1,6}(?:\.\d{1,3})?) s\b/i.exec(message)?.[1])
  return Number.isNaN(seconds) ? undefined : Duration.millis(Math.ceil(seconds * 1000))
}

/** Why a login was refused. One that may be tried again is no wrong password. */
export const loginError = (message: string): RequestError => {
  const retryAfter = waitIn(message)
  const reason = byMessage(message) ?? (retryAfter === undefined ? "InvalidCredentials" : "TooManyLogins")
  return new RequestError({ reason, detail: message, retryAfter })
}

/** Why a request was refused. */
export const requestError = (status: number, message: string): RequestError =>
  new RequestError({
    reason: byMessage(message) ?? byStatus[status] ?? (status >= 500 ? "Internal" : "InvalidFrame"),
    detail: message,
    retryAfter: waitIn(message),
  })

/** Whether an `Error` can only mean that the session ends. Any other may also be the answer to a request. */
export const isDisconnect = (message: string): boolean =>
  disconnectReason(message) !== undefined && byMessage(message) === undefined

/** Why the session has ended, by the last message of the server. */
export const toDisconnect = (message: string): Disconnect =>
  new Disconnect({ reason: disconnectReason(message) ?? "ConnectionLost", detail: message })

/** The same, where the message answered no request: it says why the server does not let the user into the lobby. */
export const toRefusal = (message: string): Disconnect => {
  const reason = byMessage(message)
  return reason !== undefined && catalog[reason].status === 403
    ? new Disconnect({ reason: "Refused", detail: message })
    : toDisconnect(message)
}
