/** One request and its answer. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http"
import type { RequestError } from "../../domain/RequestError.ts"
import type { WebClient } from "../../domain/WebClient.ts"
import type { ApiSettings } from "../ApiSettings.ts"
import { codingFor, compress, minBytes } from "../Compression.ts"
import { hasIt, tagOf } from "../Conditional.ts"
import type { Answer, Asker } from "../Handler.ts"
import * as Problem from "../Problem.ts"
import { hasBody } from "./Decoder.ts"
import type { Route } from "./Route.ts"

export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly client: WebClient
  readonly id: string
  /** What answers it, as soon as that is found. */
  route: Route | undefined
  /** Who asks, as soon as that is known. */
  asker: Asker | undefined
  /** Bytes of the answer's body. */
  bytes = 0
  private readonly settings: ApiSettings
  private readonly headers: OutgoingHttpHeaders

  constructor(
    settings: ApiSettings,
    request: IncomingMessage,
    response: ServerResponse,
    client: WebClient,
    id: string,
  ) {
    this.settings = settings
    this.request = request
    this.response = response
    this.client = client
    this.id = id
    this.headers = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Request-Id": id }
  }

  add(headers: Readonly<Record<string, string>> | undefined): void {
    if (headers !== undefined) Object.assign(this.headers, headers)
  }

  /** It was done. */
  answer(status: number, { body, headers, secret }: Answer<unknown>): void {
    this.add(headers)
    if (body === undefined) return this.end(status)
    this.say(status, "application/json", JSON.stringify(body), secret !== true)
  }

  /** Text that is the same for everybody, until the service is another. */
  page(type: string, text: string, headers: Readonly<Record<string, string>>): void {
    this.add({ "Cache-Control": "no-cache", ...headers })
    this.say(200, type, text, true)
  }

  refuse(error: RequestError): void {
    this.add(Problem.headers(error))
    // What is left of the body is not read, so nothing more can come over the same connection.
    if (!this.request.complete && hasBody(this.request)) this.add({ Connection: "close" })
    this.say(error.status, Problem.contentType, JSON.stringify(Problem.document(error, this.id)), false)
  }

  /** `open`: there is no secret in it. */
  private say(status: number, type: string, text: string, open: boolean): void {
    const { headers, method } = this.request
    const { headers: own } = this
    own["Content-Type"] = type
    if (status === 200 && (method === "GET" || method === "HEAD")) {
      const tag = tagOf(text)
      own["ETag"] = tag
      if (hasIt(headers["if-none-match"], tag)) {
        delete own["Content-Type"]
        return this.end(304)
      }
    }
    if (!open || !this.settings.compression || text.length < minBytes) return this.end(status, text)
    own["Vary"] = "Origin, Accept-Encoding"
    const coding = codingFor(headers["accept-encoding"])
    if (coding === undefined) return this.end(status, text)
    compress(coding, text, (bytes) => {
      if (bytes !== undefined) own["Content-Encoding"] = coding
      this.end(status, bytes ?? text)
    })
  }

  private end(status: number, body?: string | Buffer): void {
    const { headers, response } = this
    if (response.headersSent || response.destroyed) return
    if (body !== undefined) {
      this.bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength
      headers["Content-Length"] = this.bytes
    }
    response.writeHead(status, headers)
    response.end(body)
  }
}
