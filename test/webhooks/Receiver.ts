/** A receiver of webhooks on loopback, which answers as a test wants. */
import * as Effect from "effect/Effect"
import * as http from "node:http"
import type { AddressInfo } from "node:net"

export interface Received {
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export type Answer = (received: Received, response: http.ServerResponse) => void

export const status =
  (code: number, headers: http.OutgoingHttpHeaders = {}): Answer =>
  (_, response) => {
    response.writeHead(code, headers)
    response.end()
  }

/** Listens until the scope closes. What has come is in `received`; `answer` may be set at any time. */
export const receiver = Effect.fnUntraced(function* (answer: Answer = status(204)) {
  const received: Array<Received> = []
  const waiting = new Set<() => void>()
  let connections = 0
  const self = {
    answer,
    received,
    url: "",
    port: 0,
    connections: () => connections,
    /** Done when so many have come. */
    until: (count: number): Effect.Effect<ReadonlyArray<Received>> =>
      Effect.callback((resume) => {
        const look = () => {
          if (received.length < count) return
          waiting.delete(look)
          resume(Effect.succeed(received))
        }
        waiting.add(look)
        look()
      }),
  }
  const server = http.createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const one = { url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() }
      received.push(one)
      self.answer(one, response)
      for (const look of waiting) look()
    })
  })
  server.on("connection", () => connections++)
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }),
  )
  self.port = (server.address() as AddressInfo).port
  self.url = `http://127.0.0.1:${self.port}/hook`
  return self
})
