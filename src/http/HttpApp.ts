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
import type { AccessTokens } from "../accounts/AccessTokens.ts"
import type { Accounts } from "../accounts/Accounts.ts"
import { Chat } from "../chat/Chat.ts"
import { openFile } from "../chat/files/openFile.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { WebClient } from "../domain/WebClient.ts"
import * as AccessLog from "./AccessLog.ts"
import { Api, root } from "./api/Api.ts"
import type { ApiSettings } from "./ApiSettings.ts"
import * as Authorization from "./Authorization.ts"
import * as Cors from "./Cors.ts"
import { fileAnswer } from "./files/answer.ts"
import { Links } from "./files/Links.ts"
import { linger } from "./files/linger.ts"
import * as Tus from "./files/Tus.ts"
import type { Asker } from "./Handler.ts"
import { handlers } from "./handlers/all.ts"
import * as Ids from "./Ids.ts"
import { Meters } from "../observability/Meters.ts"
import { hasBody, readBody } from "./internal/Body.ts"
import type * as Decoder from "./internal/Decoder.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as Route from "./internal/Route.ts"
import { targetOf } from "./internal/Target.ts"
import type { Page, Shown } from "./page/Page.ts"
import { pages } from "./Pages.ts"
import { asking, traceParentIn } from "./TraceParent.ts"
import type { Welcome } from "./Welcome.ts"

/** Answers a request, or says that it is for somebody else. */
export type Handle = (request: IncomingMessage, response: ServerResponse, client: WebClient) => boolean

const isOurs = (path: string): boolean => path === root || path.startsWith(`${root}/`) || pages.has(path)

/** Answers until the scope closes. */
export const make = Effect.fnUntraced(function* (
  settings: ApiSettings,
  filesOrigin: string,
  page: Page,
  welcome: Welcome,
): Effect.fn.Return<Handle, never, Scope.Scope | Chat | Accounts | AccessTokens> {
  const authorize = yield* Authorization.make
  const freshId = yield* Ids.make
  const clock = yield* Clock.Clock
  const meter = yield* Meters
  const chat = yield* Chat
  const links = filesOrigin === "" ? undefined : new Links(filesOrigin, chat)
  const router = Route.router(Api as never, (yield* handlers(settings, links, welcome)) as never)
  const run = Effect.runForkWith(yield* Effect.context())
  const scope = yield* Scope.Scope

  const refuse = (exchange: Exchange, cause: Cause.Cause<RequestError>): Effect.Effect<void> => {
    const error = errorIn(cause)
    const { request, response, route } = exchange
    exchange.lingers = route?.carries === "upload" && !request.complete && hasBody(request)
    exchange.refuse(error)
    const said =
      error.reason === "Internal"
        ? Effect.annotateLogs(Effect.logError("a request over HTTP failed", cause), { request: exchange.id })
        : Effect.void
    if (!exchange.lingers) return said
    const over = Effect.andThen(
      linger(request),
      Effect.sync(() => response.end()),
    )
    return Effect.andThen(said, over)
  }

  const fork = (exchange: Exchange, work: Effect.Effect<void>): void => {
    const fiber = Fiber.runIn(run(work), scope)
    if (fiber.pollUnsafe() === undefined) exchange.fiber = fiber
  }

  /** Asks, and goes on with the answer; with what that leaves to do, if it does. */
  const settle = <A>(
    exchange: Exchange,
    asking: Effect.Effect<A, RequestError>,
    goOn: (a: A) => Effect.Effect<void, RequestError> | undefined | void,
  ): void =>
    fork(
      exchange,
      Effect.matchCauseEffect(asking, {
        onSuccess: (a) => {
          const left = goOn(a)
          return left ? Effect.catchCause(left, (cause) => refuse(exchange, cause)) : Effect.void
        },
        onFailure: (cause) => refuse(exchange, cause),
      }),
    )

  /** What is read of the request; undefined where it was refused. */
  const reading = <A>(exchange: Exchange, read: () => A): A | undefined => {
    try {
      return read()
    } catch (error) {
      fork(exchange, refuse(exchange, error instanceof RequestError ? Cause.fail(error) : Cause.die(error)))
      return undefined
    }
  }

  const perform = (route: Route.Route, exchange: Exchange, parts: Decoder.Parts): void => {
    const { asker, client, request } = exchange
    settle(exchange, route.handle({ ...parts, asker, client, request }), (answer) =>
      exchange.answer(route.status, answer),
    )
  }

  /** Who asks is known. */
  const take = (route: Route.Route, exchange: Exchange, given: Decoder.Given, asker: Asker | undefined): void => {
    const trace = meter.tracer === undefined ? undefined : traceParentIn(exchange.request)
    exchange.asker = asker === undefined || trace === undefined ? asker : asking(asker, trace)
    const { head, payload } = route.decoder
    const parts = reading(exchange, () => head(given))
    if (parts === undefined) return
    if (payload === undefined) return perform(route, exchange, parts)
    readBody(exchange.request, settings.maxBodyBytes, (body) => {
      if (body instanceof RequestError) return exchange.refuse(body)
      const whole = reading(exchange, () => ({ ...parts, payload: payload(body) }))
      if (whole !== undefined) perform(route, exchange, whole)
    })
  }

  const begin = (exchange: Exchange, path: string, query: string): void => {
    const { client, request } = exchange
    const { method } = request
    const cors = Cors.headers(request, client, settings.origins)
    if (cors === undefined) return exchange.refuse(new RequestError({ reason: "OriginNotAllowed" }))
    exchange.add(cors)
    const asked = method === "HEAD" ? "GET" : method!
    const page = pages.get(path)
    if (page !== undefined) {
      if (asked !== "GET") return without(exchange, onlyGet)
      return settle(exchange, page, ({ headers, representation }) => exchange.page(representation, headers))
    }
    const found = router.find(path)
    if (found === undefined)
      return exchange.refuse(
        new RequestError({ reason: "NoSuchPath", detail: "There is nothing here: /docs shows all there is" }),
      )
    const uploads = isOfUploads(found.methods)
    if (uploads) exchange.add(Tus.always)
    const route = found.methods.get(uploads ? meant(request, asked) : asked)
    if (route === undefined) {
      if (uploads && method === "OPTIONS") exchange.add(Tus.discovery(chat.files?.settings.maxBytes))
      return without(exchange, found.methods)
    }
    exchange.route = route
    if (route.carries === "json" && !acceptsJson(request.headers.accept))
      return exchange.refuse(new RequestError({ reason: "NotAcceptable" }))
    const given = { request, params: found.params, query }
    if (!route.isPrivate) return take(route, exchange, given, undefined)
    const known = authorize.known(request, client)
    if (known !== undefined) return take(route, exchange, given, known)
    settle(exchange, authorize.find(request, client), (asker) => take(route, exchange, given, asker))
  }

  /** For everybody, from wherever it is asked: no page of another origin can read it. */
  const show = (exchange: Exchange, shown: (client: WebClient) => Shown): void => {
    const { client, request } = exchange
    if (request.method !== "GET" && request.method !== "HEAD") return without(exchange, onlyGet)
    const { headers, representation, status } = shown(client)
    exchange.page(representation, headers, status)
  }

  /** On the host that has files and nothing else. */
  const serve = (exchange: Exchange, path: string): void => {
    const { request } = exchange
    // Whoever has a link may read what is there: no cookie and no token counts here.
    exchange.add({ "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": Cors.exposed })
    if (request.method !== "GET" && request.method !== "HEAD") return without(exchange, onlyGet)
    const link = links?.find(path)
    if (link === undefined) return exchange.refuse(new RequestError({ reason: "NoSuchFile" }))
    const { asker, channel, file, inline } = link
    exchange.asker = asker
    settle(exchange, openFile(chat, asker.caller, { channel, file }), (opened) =>
      exchange.answer(200, fileAnswer(opened, request, { inline, apart: true })),
    )
  }

  return (request, response, client) => {
    if (!settings.enabled) return false
    const { path, query } = targetOf(request.url ?? "")
    const apart = links?.isFor(client) === true
    const isOfApi = !apart && isOurs(path)
    const shown = apart || isOfApi ? undefined : page.at(path)
    if (!apart && !isOfApi && shown === undefined) return false
    const id = Ids.requestId(request.headers["x-request-id"], freshId)
    const exchange = new Exchange(settings, clock, request, response, client, id)
    const began = clock.monotonicTimeNanosUnsafe()
    response.on("close", () => {
      const millis = Number(clock.monotonicTimeNanosUnsafe() - began) / 1e6
      if (response.writableFinished) {
        meter.http.observe(request.method!, exchange.route?.path ?? "other", response.statusCode, millis / 1000)
      }
      if (exchange.refused !== undefined) meter.requestErrors.add(exchange.refused)
      // A link is as good as a token.
      if (settings.accessLog) run(AccessLog.line(exchange, apart ? "/files/:link" : path, millis))
      // Nobody is there any more to be answered.
      if (!response.writableEnded) exchange.fiber?.interruptUnsafe()
    })
    if (apart) serve(exchange, path)
    else if (shown !== undefined) show(exchange, shown)
    else begin(exchange, path, query)
    return true
  }
})

/** What is asked here by a method that there is not. */
const without = (exchange: Exchange, methods: ReadonlyMap<string, unknown>): void => {
  const { headers, method } = exchange.request
  const allowed = allow(methods)
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

const isOfUploads = (methods: ReadonlyMap<string, Route.Route>): boolean => {
  for (const { carries } of methods.values()) return carries === "upload"
  return false
}

/** Who can only send POST says in a header what is meant, as tus has it. For a cookie it stays what it is: a change. */
const meant = ({ headers }: IncomingMessage, asked: string): string => {
  const given = headers["x-http-method-override"]
  if (asked !== "POST" || typeof given !== "string") return asked
  return given === "HEAD" ? "GET" : given === "PATCH" || given === "DELETE" ? given : asked
}

const acceptsJson = (accept: string | undefined): boolean =>
  accept === undefined || accept === "" || /\*\/\*|application\/(\*|json|problem\+json)/i.test(accept)

const errorIn = (cause: Cause.Cause<RequestError>): RequestError => {
  for (const reason of cause.reasons) if (reason._tag === "Fail") return reason.error
  // The service ends.
  if (Cause.hasInterruptsOnly(cause)) return new RequestError({ reason: "Unavailable" })
  return new RequestError({ reason: "Internal" })
}
