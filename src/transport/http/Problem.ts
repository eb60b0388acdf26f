/** What is wrong with a request, as RFC 9457 writes it, in the same shape as the HTTP API: where no operation was asked yet. */
import { STATUS_CODES } from "node:http"
import { catalog, type RequestErrorReason } from "../../domain/RequestError.ts"

const reasons: Readonly<Record<number, RequestErrorReason>> = {
  403: "Forbidden",
  404: "NoSuchPath",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  413: "BodyTooLarge",
  415: "UnsupportedMediaType",
  429: "RateLimited",
  501: "NotSupported",
}

const reasonOf = (status: number): RequestErrorReason =>
  reasons[status] ?? (status < 500 ? "InvalidFrame" : "Unavailable")

/** `more` counts before what follows from the status. */
export const document = (status: number, detail: string, more: Readonly<Record<string, unknown>> = {}): string => {
  const reason = reasonOf(status)
  const { code } = catalog[reason]
  return JSON.stringify({ type: "about:blank", title: STATUS_CODES[status], status, detail, code, reason, ...more })
}

/** What is wrong with one request is not to be kept for another's, nor taken for a page. */
export const headers = {
  "Content-Type": "application/problem+json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
}
