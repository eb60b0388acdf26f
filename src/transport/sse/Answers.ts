/** What is answered to a request that does not get the stream of events. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { Outcome } from "./Inlet.ts"

const titles = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
} as const

/** An error, as RFC 9457 writes it. */
export const problem = (
  response: ServerResponse,
  status: keyof typeof titles,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { "Content-Type": "application/problem+json", "Cache-Control": "no-store" })
  response.end(JSON.stringify({ type: "about:blank", title: titles[status], status, detail, ...more }))
}

export const done = (response: ServerResponse): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(204, { "Cache-Control": "no-store" })
  response.end()
}

/** The session has ended, for this reason. */
export const gone = (response: ServerResponse, { code, message, reason, reconnect }: Disconnect): void =>
  problem(response, 410, message, { code, reason, reconnect })

export const outcome = (response: ServerResponse, result: Outcome): void => {
  if (result === "Handled") return done(response)
  if ("expected" in result) {
    const detail = `the next line is number ${result.expected}: what is between was not posted`
    return problem(response, 409, detail, { expected: result.expected })
  }
  return gone(response, result)
}

/** The body is not read to its end, so nothing more can come over the same connection. */
export const hangUp = (request: IncomingMessage, response: ServerResponse): void => {
  if (!request.complete && !response.headersSent) response.setHeader("Connection", "close")
}
