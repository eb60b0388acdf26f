/** A collector of OTLP for tests: takes JSON, and is as away, slow or unwilling as a test wants. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type * as Net from "node:net"

interface Received {
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
  readonly text: string
}

/** How it answers. */
type Mood = "takes" | "is broken" | "says no" | "says nothing" | { readonly redirects: string }

export interface Collector {
  readonly endpoint: string
  readonly received: Array<Received>
  mood: Mood
}

const respond = (mood: Mood, response: Http.ServerResponse): void => {
  if (mood === "says nothing") return
  if (typeof mood === "object") response.writeHead(307, { Location: mood.redirects })
  else
    response.writeHead(mood === "takes" ? 200 : mood === "is broken" ? 503 : 401, {
      "Content-Type": "application/json",
    })
  response.end("{}")
}

/** On a port of its own, or one that was free before. */
export const start = (port = 0): Effect.Effect<Collector, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly server: Http.Server; readonly collector: Collector }>((resume) => {
        const received: Array<Received> = []
        const server = Http.createServer((request, response) => {
          let text = ""
          request.setEncoding("utf8")
          request.on("data", (chunk: string) => (text += chunk))
          request.on("end", () => {
            received.push({ path: request.url!, headers: request.headers, text })
            respond(collector.mood, response)
          })
        })
        const collector: Collector = { endpoint: "", received, mood: "takes" }
        server.listen(port, "127.0.0.1", () => {
          const address = server.address() as Net.AddressInfo
          resume(
            Effect.succeed({
              server,
              collector: Object.assign(collector, { endpoint: `http://127.0.0.1:${address.port}` }),
            }),
          )
        })
      }),
      ({ server }) =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        }),
    ),
    ({ collector }) => collector,
  )

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number }
}

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: ReadonlyArray<Attribute>
}

/** All spans that it took. */
export const spansOf = ({ received }: Collector): ReadonlyArray<Span> =>
  received
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ text }) => {
      const { resourceSpans } = JSON.parse(text) as {
        readonly resourceSpans: ReadonlyArray<{
          readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }>
        }>
      }
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    })

/** What attributes say, by their names. */
export const wordsOf = (attributes: ReadonlyArray<Attribute>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
