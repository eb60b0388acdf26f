/**
 * The HTTP API: a request that is for it is decoded as its endpoint says, answered by its handler, and whatever is wrong is
 * a problem document. Requests cost few effects here: `HttpApiBuilder` does the same in three times the time
 * (docs/adr/0036-http-api.md).
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Accounts } from "../accounts/Accounts.ts"
import type { Chat } from "../chat/Chat.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { WebClient } from "../domain/WebClient.ts"
import * as AccessLog from "./AccessLog.ts"
import { Api, root } from "./api/Api.ts"
import type { ApiSettings } from "./ApiSettings.ts"
import * as Authorization from "./Authorization.ts"
import * as Cors from "./Cors.ts"
import type { Asker } from "./Handler.ts"
import { handlers } from "./handlers/all.ts"
import * as Ids from "./Ids.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as Route from "./internal/Route.ts"
import { targetOf } from "./internal/Target.ts"
import { pages } from "./Pages.ts"
import * as RateLimitHeaders from "./RateLimitHeaders.ts"

/** Answers a request, or says that it is for somebody else. */
export type Handle = (request: IncomingMessage, response: ServerResponse, client: WebClient) => boolean

const isOurs = (path: string): boolean => path === root || path.startsWith(`${root}/`) || pages.has(path)

/** Answers until the scope closes. */
export const make = Effect.fnUntraced(function* (
  settings: ApiSettings,
): Effect.fn.Return<Handle, never, Scope.Scope | Chat | Accounts> {
  const router = Route.router(Api as never, (yield* handlers) as never, settings.maxBodyBytes)
  const authorize = yield* Authorization.make
  const freshId = yield* Ids.make
  const clock = yield* Clock.Clock
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
    const limits = () => {
      exchange.add(RateLimitHeaders.headers(route.kind, exchange.asker?.caller.limits, Monotonic.millis(clock)))
    }
    return Effect.matchCauseEffect(answered, {
      onSuccess: (answer) => {
        limits()
        exchange.answer(route.status, answer)
        return Effect.void
      },
      onFailure: (cause) => {
        const error = errorIn(cause)
        limits()
        exchange.refuse(error)
        return error.reason === "Internal"
          ? Effect.annotateLogs(Effect.logError("a request over HTTP failed", cause), { request: exchange.id })
          : Effect.void
      },
    })
  }

  const begin = (exchange: Exchange, path: string, query: string): void => {
    const { client, request, response } = exchange
    const { method } = request
    const cors = Cors.headers(request, client, settings.origins)
    if (cors === undefined) return exchange.refuse(new RequestError({ reason: "OriginNotAllowed" }))
    exchange.add(cors)
    const page = pages.get(path)
    const found = page === undefined ? router.find(path) : undefined
    const methods = found?.methods ?? (page && onlyGet)
    if (methods === undefined) return exchange.refuse(new RequestError({ reason: "NoSuchPath" }))
    const asked = method === "HEAD" ? "GET" : method!
    if (!methods.has(asked)) return without(exchange, allow(methods))
    if (page !== undefined) {
      run(Effect.map(page, ({ headers, text, type }) => exchange.page(type, text, headers)))
      return
    }
    const { params } = found!
    const route = found!.methods.get(asked)!
    exchange.route = route
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
    const exchange = new Exchange(settings, request, response, client, id)
    if (settings.accessLog) {
      const began = Monotonic.millis(clock)
      response.once("close", () => void run(AccessLog.line(exchange, path, Monotonic.millis(clock) - began)))
    }
    begin(exchange, path, query)
    return true
  }
})

/** What is asked here by a method that there is not. */
const without = (exchange: Exchange, allowed: string): void => {
  const { headers, method } = exchange.request
  exchange.add({ Allow: allowed })
  if (method !== "OPTIONS") {
    return exchange.refuse(new RequestError({ reason: "MethodNotAllowed", detail: `There is ${allowed}` }))
  }
  if (headers["access-control-request-method"] !== undefined) exchange.add(Cors.preflight(allowed))
  exchange.answer(204, { body: undefined })
}

const onlyGet: ReadonlyMap<string, unknown> = new Map([["GET", undefined]])

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
