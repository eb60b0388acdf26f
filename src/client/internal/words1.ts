/** What version 1 says in words and HTTP's statuses, in the reasons of version 2. */
import { Disconnect } from "../../domain/Disconnect.ts"
import { catalog, RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"
import { byMessage } from "./handshake.ts"

const reasons = Object.keys(catalog) as Array<RequestErrorReason>

const known = (message: string): RequestErrorReason | undefined =>
  reasons.find((reason) => catalog[reason].message === message)

const byStatus: Record<number, RequestErrorReason> = {
  401: "NotAuthenticated",
  413: "MessageTooLong",
  429: "RateLimited",
  501: "NotSupported",
  503: "Unavailable",
}

/** Why nobody was signed in. */
export const refusedLogin = (message: string): RequestError =>
  new RequestError({ reason: known(message) ?? "InvalidCredentials", detail: message })

/** Why a request failed. */
export const refused = (status: number, message: string): RequestError =>
  new RequestError({
    reason: known(message) ?? byStatus[status] ?? (status >= 500 ? "Internal" : "InvalidFrame"),
    detail: message,
  })

/** Whether it can only mean that the session ends; otherwise it may also be the answer to a request. */
export const isFarewell = (message: string): boolean => byMessage(message) !== undefined && known(message) === undefined

/** Why the connection has ended, from the last that the server said. */
export const farewell = (message: string): Disconnect =>
  new Disconnect({ reason: byMessage(message) ?? "ConnectionLost", detail: message })
