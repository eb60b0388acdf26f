/** What is answered to a request that does not get the stream of events. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Disconnect } from "../../domain/Disconnect.ts"
import * as Problem from "../http/Problem.ts"
import type { Outcome } from "./Inlet.ts"
import { type Failure, maxPosts } from "./Recipient.ts"

/** An error, as RFC 9457 writes it. */
export const problem = (
  response: ServerResponse,
  status: number,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, Problem.headers)
  response.end(Problem.document(status, detail, more))
}

export const done = (response: ServerResponse): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(204, { "Cache-Control": "no-store" })
  response.end()
}

/** The session has ended, for this reason. */
export const gone = (response: ServerResponse, { code, message, reason, reconnect }: Disconnect): void =>
  problem(response, 410, message, { code, reason, reconnect })

export const tooMany = `post one after the other: ${maxPosts} are not answered yet`

export const failure = (response: ServerResponse, failed: Failure): void => {
  switch (failed) {
    case "Unknown":
      return problem(response, 404, "there is no such session: begin a new one")
    case "Busy":
      return problem(response, 429, tooMany)
    case "Unreached":
    case "Crowded": {
      if (!response.headersSent) response.setHeader("Retry-After", "1")
      const why = failed === "Unreached" ? "the node that has the session does not answer" : "much is being passed on"
      return problem(response, 503, `${why}: post again, with the same "seq"`)
    }
  }
}

export const outcome = (response: ServerResponse, result: Outcome | Failure): void => {
  if (result === "Handled") return done(response)
  if (typeof result === "string") return failure(response, result)
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
