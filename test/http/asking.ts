/** Requests to the HTTP API without a socket: Node's own client and server, over a pair of streams. */
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import { duplexPair } from "node:stream"
import type { Handle } from "../../src/http/HttpApp.ts"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Text as it is, anything else as JSON. */
  readonly body?: object | string
}

export interface Answered {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly bytes: Buffer
  /** The body, where it is JSON; otherwise nothing. */
  readonly json: object
}

export type Ask = (asked: Asked) => Effect.Effect<Answered>

const client = { address: "127.0.0.1", own: () => new Set(["http://localhost"]) }

const jsonIn = (headers: Http.IncomingHttpHeaders, bytes: Buffer): object =>
  /json/.test(headers["content-type"] ?? "") && headers["content-encoding"] === undefined && bytes.length > 0
    ? (JSON.parse(bytes.toString()) as object)
    : {}

export const asking = (api: Handle): Ask => {
  const server = Http.createServer((request, response) => {
    if (!api(request, response, client)) response.writeHead(404).end()
  })
  return ({ body, headers = {}, method, path }) =>
    Effect.callback((resume) => {
      const [near, far] = duplexPair()
      server.emit("connection", far)
      const text = typeof body === "object" ? JSON.stringify(body) : body
      const type = body === undefined ? {} : { "Content-Type": "application/json" }
      const length = text === undefined ? {} : { "Content-Length": Buffer.byteLength(text) }
      const request = Http.request(
        {
          createConnection: () => near as never,
          method,
          path,
          headers: { Host: "localhost", ...type, ...length, ...headers },
        },
        (response) => {
          const chunks: Array<Buffer> = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.on("end", () => {
            const bytes = Buffer.concat(chunks)
            const { headers, statusCode: status = 0 } = response
            resume(Effect.succeed({ status, headers, bytes, json: jsonIn(headers, bytes) }))
          })
        },
      )
      request.on("error", (error) => resume(Effect.die(error)))
      request.end(text)
      return Effect.sync(() => request.destroy())
    })
}
