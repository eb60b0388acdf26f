/** A request that is passed on, and its answer, which is passed back. */
import type * as Http from "node:http"
import { pipeline } from "node:stream"
import type { ForwarderSettings } from "../ForwarderSettings.ts"
import { judge, noAnswer } from "./answer.ts"
import { ask, type Refusal } from "./ask.ts"
import { endToEnd, headOf } from "./hopByHop.ts"

export const forward = (
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  settings: ForwarderSettings,
): void => {
  response.sendDate = false
  response.on("error", () => {})
  request.on("error", () => {})
  const refuse = ({ status, why }: Refusal) => {
    if (response.headersSent || response.destroyed) return void response.destroy()
    // The rest of the request was not read: on a connection that stays open it would be taken for the next request.
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${why}\n`)
  }
  const asked = ask(request, settings, {}, refuse)
  if ("why" in asked) return refuse(asked)

  asked.on("information", (info) => inform(request, response, info))
  asked.on("response", (answered) =>
    judge(answered, (good) => {
      if (response.destroyed) return
      const headers = good ? answerHeaders(request, answered) : undefined
      if (headers === undefined || !begin(response, answered, headers)) {
        asked.destroy()
        return refuse(noAnswer)
      }
      // An answer that ends too early ends the connection: nobody is to take it for a whole one.
      pipeline(answered, response, () => {})
    }),
  )
  response.on("close", () => {
    asked.destroy()
    // What is left of a request that was answered before its end has to be read, or the next one is never found.
    request.unpipe(asked)
    request.resume()
  })
  request.pipe(asked)
}

/** False where it has a status, or a header, that nobody may write. */
const begin = (response: Http.ServerResponse, answered: Http.IncomingMessage, headers: Headers): boolean => {
  try {
    response.writeHead(answered.statusCode ?? 0, answered.statusMessage, headers)
    return true
  } catch {
    return false
  }
}

type Headers = Record<string, Array<string> | string>

/**
 * The headers of an answer, and with them the codings that its body has besides being cut into chunks. Undefined where
 * it has such, and the client speaks a version that has none.
 */
const answerHeaders = (request: Http.IncomingMessage, answered: Http.IncomingMessage): Headers | undefined => {
  const headers = endToEnd(answered.rawHeaders)
  const codings = (answered.headers["transfer-encoding"] ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding.toLowerCase() !== "chunked")
  if (codings.length === 0) return headers
  if (request.httpVersion === "1.0") return undefined
  return { ...headers, "transfer-encoding": [...codings, "chunked"].join(", ") }
}

/** What is said before the answer, such as that the body may be sent. HTTP/1.0 knows nothing of it. */
const inform = (request: Http.IncomingMessage, response: Http.ServerResponse, info: Http.InformationEvent): void => {
  if (request.httpVersion === "1.0" || response.headersSent) return
  if (info.statusCode === 100) return response.writeContinue()
  // While the answer to an earlier request is under way on the connection there is no place for it, and nobody needs it.
  response.socket?.write(headOf(info.statusCode, info.statusMessage, endToEnd(info.rawHeaders)), "latin1")
}
