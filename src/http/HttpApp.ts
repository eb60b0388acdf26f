/**
 * The HTTP API: a request that is for it is decoded as its endpoint says, answered by its handler, and whatever is wrong is
 * a problem document. Requests cost few effects here: `HttpApiBuilder` does the same in three times the time
 * (docs/adr/0036-http-api.md).
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Accounts } from "../accounts/Accounts.ts"
import type { Chat } from "../chat/Chat.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { WebClient } from "../domain/WebClient.ts"
import { Api, root } from "./api/Api.ts"
import type { ApiSettings } from "./ApiSettings.ts"
import * as Authorization from "./Authorization.ts"
import * as Cors from "./Cors.ts"
import type { Answer, Asker } from "./Handler.ts"
import { handlers } from "./handlers/all.ts"
import * as Ids from "./Ids.ts"
import { hasBody } from "./internal/Decoder.ts"
import * as Route from "./internal/Route.ts"
import { targetOf } from "./internal/Target.ts"
import * as Problem from "./Problem.ts"

/** Answers a request, or says that it is for somebody else. */
export type Handle = (request: IncomingMessage, response: ServerResponse, client: WebClient) => boolean

const isOurs = (path: string): boolean => path === root || path.startsWith(`${root}/`)

/** Answers until the scope closes. */
export const make = Effect.fnUntraced(function* (
  settings: ApiSettings,
): Effect.fn.Return<Handle, never, Scope.Scope | Chat | Accounts> {
  const router = Route.router(Api as never, (yield* handlers) as never, settings.maxBodyBytes)
  const authorize = yield* Authorization.make
  const freshId = yield* Ids.make
  const run = Effect.runForkWith(yield* Effect.context())
  const scope = yield* Scope.Scope

  /** The work of a request that a route was found for. */
  const work = (route: Route.Route, exchange: Exchange, given: Parameters<Route.Route["decode"]>[0]) => {
    const { client, request } = exchange
    const answer = (asker: Asker | undefined) =>
      Effect.flatMap(route.decode(given), (parts) => route.handle({ ...parts, asker, client }))
    const answered = route.isPrivate
      ? Effect.flatMap(authorize(request, client), (asker) => {
          exchange.asker = asker
          return answer(asker)
        })
      : answer(undefined)
    return Effect.matchCauseEffect(answered, {
      onSuccess: (answer) => Effect.sync(() => exchange.answer(route.status, answer)),
      onFailure: (cause) => {
        const error = errorIn(cause)
        exchange.refuse(error)
        return error.reason === "Internal"
          ? Effect.annotateLogs(Effect.logError("a request over HTTP failed", cause), { request: exchange.id })
          : Effect.void
      },
    })
  }

  const begin = (exchange: Exchange, path: string, query: string): void => {
    const { client, request, response } = exchange
    const cors = Cors.headers(request, client, settings.origins)
    if (cors === undefined) return exchange.refuse(new RequestError({ reason: "OriginNotAllowed" }))
    exchange.cors = cors
    const found = router.find(path)
    if (found === undefined) return exchange.refuse(new RequestError({ reason: "NoSuchPath" }))
    const { methods, params } = found
    const route = methods.get(request.method === "HEAD" ? "GET" : request.method!)
    if (route === undefined) {
      const allowed = allow(methods)
      exchange.add({ Allow: allowed })
      if (request.method !== "OPTIONS") {
        return exchange.refuse(new RequestError({ reason: "MethodNotAllowed", detail: `There is ${allowed}` }))
      }
      if (request.headers["access-control-request-method"] !== undefined) exchange.add(Cors.preflight(allowed))
      return exchange.answer(204, { body: undefined })
    }
    if (!acceptsJson(request.headers.accept)) return exchange.refuse(new RequestError({ reason: "NotAcceptable" }))
    const fiber = Fiber.runIn(run(work(route, exchange, { request, params, query })), scope)
    if (fiber.pollUnsafe() !== undefined) return
    response.on("close", () => {
      // Nobody is there any more to be answered.
      if (!response.writableEnded) fiber.interruptUnsafe()
    })
  }

  return (request, response, client) => {
    if (!settings.enabled) return false
    const { path, query } = targetOf(request.url ?? "")
    if (!isOurs(path)) return false
    const id = Ids.requestId(request.headers["x-request-id"], freshId)
    begin(new Exchange(request, response, client, id), path, query)
    return true
  }
})

/** One request and its answer. */
class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly client: WebClient
  readonly id: string
  asker: Asker | undefined
  cors: Cors.Headers = {}
  private more: Record<string, string> = {}

  constructor(request: IncomingMessage, response: ServerResponse, client: WebClient, id: string) {
    this.request = request
    this.response = response
    this.client = client
    this.id = id
  }

  add(headers: Readonly<Record<string, string>>): void {
    Object.assign(this.more, headers)
  }

  answer(status: number, { body, headers }: Answer<unknown>): void {
    if (headers !== undefined) this.add(headers)
    if (body === undefined) return this.end(status, undefined, "")
    this.end(status, "application/json", JSON.stringify(body))
  }

  refuse(error: RequestError): void {
    this.add(Problem.headers(error))
    // What is left of the body is not read, so nothing more can come over the same connection.
    if (!this.request.complete && hasBody(this.request)) this.add({ Connection: "close" })
    this.end(error.status, Problem.contentType, JSON.stringify(Problem.document(error, this.id)))
  }

  private end(status: number, type: string | undefined, body: string): void {
    const { response } = this
    if (response.headersSent || response.destroyed) return
    response.writeHead(status, {
      ...(type === undefined ? {} : { "Content-Type": type, "Content-Length": Buffer.byteLength(body) }),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "X-Request-Id": this.id,
      ...this.cors,
      ...this.more,
    })
    response.end(body)
  }
}

/** The methods that there are at a path. */
const allow = (methods: ReadonlyMap<string, unknown>): string =>
  [...methods.keys(), ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ")

const acceptsJson = (accept: string | undefined): boolean =>
  accept === undefined || accept === "" || /\*\/\*|application\/(\*|json|problem\+json)/i.test(accept)

const errorIn = (cause: Cause.Cause<RequestError>): RequestError => {
  for (const reason of cause.reasons) if (reason._tag === "Fail") return reason.error
  // The service ends.
  if (Cause.hasInterruptsOnly(cause)) return new RequestError({ reason: "Unavailable" })
  return new RequestError({ reason: "Internal" })
}
