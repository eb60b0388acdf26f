/** Controls a proxy over HTTP: which faults are in force. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import { type Address, format } from "../domain/Address.ts"
import { ActiveFault, FaultRequest } from "./Fault.ts"
import type { Proxy } from "./Proxy.ts"
import { ProxyListenError } from "./ProxyError.ts"
import { ProxyState } from "./ProxyState.ts"

const routes = "GET /, GET /faults, PUT or DELETE /faults/NAME, POST or DELETE /faults, POST /cut"

/** Requests are small: idle connections and slow request heads end within seconds. */
const limits = { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000 }

const json = <S extends Schema.Codec<unknown, unknown>>(schema: S, value: S["Type"], status = 200) =>
  Effect.map(Effect.orDie(Schema.encodeEffect(schema)(value)), (body) =>
    HttpServerResponse.jsonUnsafe(body, { status }),
  )

const refused = (status: number, error: string) => HttpServerResponse.jsonUnsafe({ error }, { status })

const order = HttpServerRequest.schemaBodyJson(FaultRequest, { onExcessProperty: "error" })
const which = HttpServerRequest.schemaBodyJson(Schema.Struct({ link: FaultRequest.fields.link }), {
  onExcessProperty: "error",
})

/** Listens until the scope closes. */
export const listenControl = Effect.fnUntraced(function* (
  proxy: (typeof Proxy)["Service"],
  at: Address,
): Effect.fn.Return<Address, ProxyListenError, Scope.Scope> {
  const server = yield* NodeHttpServer.make(() => Object.assign(Http.createServer(limits), { maxConnections: 32 }), {
    ...at,
    gracefulShutdownTimeout: 500,
  }).pipe(
    Effect.mapError(({ cause }) => {
      const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
      return new ProxyListenError({ ...at, reason })
    }),
  )
  yield* server.serve(answer(proxy))
  return { host: at.host, port: "port" in server.address ? server.address.port : at.port }
})

const answer = (proxy: (typeof Proxy)["Service"]) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    // A browser sends an Origin; and a page that had its own name resolve to this machine sends that name as the host.
    if (request.headers["origin"] !== undefined || !isAddress(request.headers["host"] ?? "")) {
      return refused(403, "not for web pages: ask by address, without an Origin")
    }
    const [path = "/"] = request.url.split("?")
    const name = /^\/faults\/([\w.-]{1,64})$/.exec(path)?.[1]
    if (request.method === "GET" && path === "/") return yield* json(ProxyState, yield* proxy.state)
    if (request.method === "GET" && path === "/faults") {
      return yield* json(Schema.Array(ActiveFault), (yield* proxy.state).faults)
    }
    if (request.method === "POST" && path === "/faults")
      return yield* json(ActiveFault, yield* proxy.apply(yield* order), 201)
    if (request.method === "PUT" && name !== undefined)
      return yield* json(ActiveFault, yield* proxy.apply(yield* order, name))
    if (request.method === "DELETE" && name !== undefined) {
      return yield* Effect.as(proxy.remove(name), HttpServerResponse.empty())
    }
    if (request.method === "DELETE" && path === "/faults") {
      return yield* Effect.as(proxy.removeAll, HttpServerResponse.empty())
    }
    if (request.method === "POST" && path === "/cut") {
      const { link } =
        request.headers["content-length"] === undefined || request.headers["content-length"] === "0" ? {} : yield* which
      return yield* json(
        ActiveFault,
        yield* proxy.apply({ fault: { _tag: "Cut" }, ...(link === undefined ? {} : { link }) }),
      )
    }
    return refused(404, `there is ${routes}`)
  }).pipe(
    Effect.catchTags({
      SchemaError: (error) => Effect.succeed(refused(400, error.message)),
      HttpServerError: () => Effect.succeed(refused(400, "the body is no JSON, or more than 16 KiB")),
      NoSuchLink: (error) => Effect.succeed(refused(404, error.message)),
      NoSuchFault: (error) => Effect.succeed(refused(404, error.message)),
      TooManyFaults: (error) => Effect.succeed(refused(409, error.message)),
    }),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.kibibytes(16)),
  )

const isAddress = (host: string) => /^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host)

/** The URL of a control that listens on this address. */
export const urlOf = (address: Address): string => `http://${format(address)}/`
