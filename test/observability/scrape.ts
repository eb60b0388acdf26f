/** What an operator's Prometheus would see of a service. */
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import parse from "parse-prometheus-text-format"

interface At {
  readonly host: string
  readonly port: number
}

export interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

/** Asks for a path, over a connection of its own. */
export const get = (
  { host, port }: At,
  path: string,
  {
    body,
    headers = {},
    method = "GET",
  }: { readonly headers?: Http.OutgoingHttpHeaders; readonly method?: string; readonly body?: string } = {},
): Effect.Effect<Answer, Error> =>
  Effect.callback((resume) => {
    const request = Http.request({ host, port, path, method, headers, agent: false }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (text: string) => (body += text))
      response.on("end", () =>
        resume(Effect.succeed({ status: response.statusCode!, headers: response.headers, body })),
      )
      response.on("error", (error) => resume(Effect.fail(error)))
    })
    request.on("error", (error) => resume(Effect.fail(error)))
    request.end(body)
    return Effect.sync(() => void request.destroy())
  })

export type Families = ReturnType<typeof parse>

export const text = (at: At): Effect.Effect<string, Error> => Effect.map(get(at, "/metrics"), ({ body }) => body)

export const families = (at: At): Effect.Effect<Families, Error> => Effect.map(text(at), parse)

/** `name{label="value"}`: what it is. Of a histogram, each line by itself. */
export type Values = ReadonlyMap<string, number>

const keyOf = (name: string, labels: Readonly<Record<string, string>> = {}): string => {
  const words = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return words.length === 0 ? name : `${name}{${words.join(",")}}`
}

/** The parser knows of no histogram with labels: without its type each of its lines is a metric of its own. */
export const valuesIn = (text: string): Values =>
  new Map(
    parse(text.replaceAll(/^# TYPE \S+ histogram\n/gm, "")).flatMap(({ metrics, name }) =>
      metrics.map(({ labels, value }) => [keyOf(name, labels), Number(value)] as const),
    ),
  )

export const values = (at: At): Effect.Effect<Values, Error> => Effect.map(text(at), valuesIn)
