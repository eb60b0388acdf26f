/** What a refusal is as an answer. */
import * as Duration from "effect/Duration"
import { STATUS_CODES } from "node:http"
import { catalog, type RequestError } from "../domain/RequestError.ts"

export const contentType = "application/problem+json"

/** Rounded up: who waits that long must not be too early. */
const millis = (duration: Duration.Duration): number => Math.ceil(Duration.toMillis(duration))

export const document = (error: RequestError, request_id: string) => {
  const { field, message, reason, retryAfter, status } = error
  return {
    type: "about:blank",
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: message,
    code: catalog[reason].code,
    reason,
    ...(field === undefined ? {} : { field }),
    ...(retryAfter === undefined ? {} : { retry_after: millis(retryAfter) }),
    request_id,
  }
}

/** Seconds that somebody should wait who is told to come back, and not when. */
const defaultWait = 1

/** What headers say of it beside. */
export const headers = ({ reason, retryAfter, retryable, status }: RequestError): Readonly<Record<string, string>> => {
  if (status === 401) {
    const error = reason === "NotAuthenticated" ? "" : ', error="invalid_token"'
    return { "WWW-Authenticate": `Bearer realm="natter"${error}` }
  }
  if (retryAfter !== undefined) return { "Retry-After": `${Math.ceil(Duration.toSeconds(retryAfter))}` }
  return retryable && (status === 429 || status === 503) ? { "Retry-After": `${defaultWait}` } : {}
}
