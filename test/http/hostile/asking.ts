/** Requests over real sockets, with whatever path and bytes, and what holds for every answer. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type * as Scope from "effect/Scope"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers?: Http.OutgoingHttpHeaders
  readonly body?: string | Uint8Array
}

export interface Answered {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly text: string
}

export type Ask = (asked: Asked) => Effect.Effect<Answered>

/** A few connections, kept until the scope closes. */
export const asking = (port: number): Effect.Effect<Ask, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Http.Agent({ keepAlive: true, maxSockets: 8 })),
      (agent) => Effect.sync(() => agent.destroy()),
    ),
    (agent): Ask =>
      ({ body, headers = {}, method, path }) =>
        Effect.callback((resume) => {
          const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }
          const request = Http.request({
            agent,
            port,
            host: "127.0.0.1",
            method,
            path,
            headers: { ...length, ...headers },
          })
          request.on("error", (error) => resume(Effect.die(new Error(`${method} ${path}`, { cause: error }))))
          request.on("response", (response) => {
            let text = ""
            response.setEncoding("utf8").on("data", (part: string) => (text += part))
            response.on("end", () =>
              resume(Effect.succeed({ status: response.statusCode!, headers: response.headers, text })),
            )
          })
          request.end(body)
        }),
  )

export interface Problem {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly code: number
  readonly reason: string
  readonly field?: string
  readonly request_id: string
}

/** What is so whatever was asked: nothing is kept, guessed or let through, and whatever is wrong is a problem document. */
export const sane = ({ headers, status, text }: Answered, what: string): void => {
  assert.isBelow(status, 500, `${what}: ${text}`)
  assert.include(headers["cache-control"]!, "no-store", what)
  assert.strictEqual(headers["x-content-type-options"], "nosniff", what)
  assert.isUndefined(headers["x-powered-by"], what)
  assert.isUndefined(headers["server"], what)
  assert.isUndefined(headers["access-control-allow-origin"], what)
  assert.isUndefined(headers["access-control-allow-credentials"], what)
  if (status >= 400) problemIn({ headers, status, text }, what)
}

export const problemIn = ({ headers, status, text }: Answered, what: string): Problem => {
  assert.strictEqual(headers["content-type"], "application/problem+json", what)
  const problem = JSON.parse(text) as Problem
  assert.strictEqual(problem.status, status, what)
  assert.isNumber(problem.code, what)
  assert.isNotEmpty(problem.reason, what)
  assert.isNotEmpty(problem.title, what)
  assert.isNotEmpty(problem.detail, what)
  assert.isAtMost(problem.detail.length, 500, what)
  assert.strictEqual(problem.request_id, headers["x-request-id"], what)
  // Nothing of how it is made.
  assert.notMatch(text, /node:\w|node_modules|\.ts:|SchemaError|\[object/, what)
  return problem
}
