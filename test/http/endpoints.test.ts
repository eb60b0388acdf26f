/** Every endpoint of the API: right, undecodable, without credentials, by a method that there is not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as OpenApi from "effect/http-api/OpenApi"
import { Api, root } from "../../src/http/api/Api.ts"
import { Authorization } from "../../src/http/api/Authorization.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { type Answered, asking } from "./asking.ts"
import { beginning, type Row, rows } from "./rows.ts"

const endpoints = Object.values((Api as unknown as HttpApi.Top).groups).flatMap((group) =>
  Object.values(group.endpoints).map((endpoint) => [`${group.identifier}.${endpoint.identifier}`, endpoint] as const),
)

/** A service with ann's channel, and how to ask it as her. */
const world = Effect.gen(function* () {
  const { accounts, api, hub } = yield* TestServer
  const password = Redacted.make("a long password")
  const ann = yield* accounts.add({ name: "ann", password, role: "admin" })
  const bob = yield* accounts.add({ name: "bob", password, role: "member" })
  const { token } = yield* accounts.issueToken(ann)
  const ids: Readonly<Record<string, string>> = {
    "<session>": (yield* accounts.issueToken(ann)).id,
    "<token>": (yield* accounts.createToken("ann")).id,
    "<invitation>": (yield* accounts.invite()).id,
  }
  const actions = yield* hub.as(ann)
  yield* actions.createChannel("den", { durability: "memory" })
  yield* actions.publish("den", "first")
  const ask = asking(api)
  const authorized = { Authorization: `Bearer ${Redacted.value(token)}` }
  return {
    bobEnters: Effect.flatMap(hub.connect(bob), (session) => session.join("den")),
    /** Begins to send a file, and says what stands for it in a row. */
    beginUpload: (upload: NonNullable<Row["upload"]>) =>
      Effect.map(
        ask({
          method: "POST",
          path: `${root}/channels/den/uploads`,
          ...beginning(upload),
          headers: { ...authorized, ...beginning(upload).headers },
        }),
        ({ bytes, json, status }): Readonly<Record<string, string>> => {
          assert.strictEqual(status, 201, bytes.toString())
          return { "<file>": (json as { readonly file: string }).file }
        },
      ),
    /** Makes a webhook, and says what stands for it in a row. */
    makeWebhook: (body: object) =>
      Effect.map(
        ask({ method: "POST", path: `${root}/channels/den/webhooks`, headers: authorized, body }),
        ({ bytes, json, status }): Readonly<Record<string, string>> => {
          assert.strictEqual(status, 201, bytes.toString())
          const { secret, webhook } = json as { readonly webhook: { readonly id: string }; readonly secret: string }
          return { "<id>": webhook.id, "<secret>": secret }
        },
      ),
    /** A row of an endpoint, with or without credentials. */
    ask: (
      { method, path }: Pick<HttpApiEndpoint.Top, "method" | "path">,
      { body, headers = {}, params = {}, query = {} }: Row,
      signedIn = true,
    ) =>
      ask({
        method,
        path:
          path.replace(/:(\w+)/g, (_, name: string) =>
            encodeURIComponent(ids[params[name] ?? ""] ?? params[name] ?? "?"),
          ) + (Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query).toString()}`),
        headers: { ...headers, ...(signedIn ? authorized : {}) },
        ...(body === undefined ? {} : { body }),
      }),
  }
})

const loopback = Result.getOrThrow(TrustedNetworks.parse("127.0.0.0/8"))
const served = Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined }, webhooks: { allow: loopback } }))

const problem = (answer: Answered, status: number): Readonly<Record<string, unknown>> => {
  assert.strictEqual(answer.status, status, answer.bytes.toString())
  assert.strictEqual(answer.headers["content-type"], "application/problem+json")
  assert.strictEqual(answer.headers["cache-control"], "no-store")
  const document = answer.json as Readonly<Record<string, unknown>>
  assert.containsAllKeys(document, ["type", "title", "detail", "code", "reason", "request_id"])
  assert.strictEqual(document["status"], status)
  assert.strictEqual(document["request_id"], answer.headers["x-request-id"])
  return document
}

const surplus: Row["wrong"] = { query: { surplus: "1" }, field: "surplus" }

/** What the description says that it answers. */
const documented = OpenApi.fromApi(Api).paths as unknown as Readonly<
  Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>
>

const successOf = ({ method, path }: HttpApiEndpoint.Top): number => {
  const responses = documented[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()]?.responses ?? {}
  return Number(Object.keys(responses).find((status) => status.startsWith("2")))
}

it("the table has a row for each endpoint, and no other", () => {
  assert.deepStrictEqual(Object.keys(rows).toSorted(), endpoints.map(([name]) => name).toSorted())
})

describe.each(endpoints)("%s", (name, endpoint) => {
  const row = rows[name] ?? {}

  it.effect("is answered as it is described", () =>
    Effect.gen(function* () {
      const { ask, beginUpload, bobEnters, makeWebhook } = yield* world
      if (row.withBob === true) yield* bobEnters
      const made = {
        ...(row.webhook === undefined ? {} : yield* makeWebhook(row.webhook)),
        ...(row.upload === undefined ? {} : yield* beginUpload(row.upload)),
      }
      const params = Object.entries(row.params ?? {}).map(([name, value]) => [name, made[value] ?? value] as const)
      const { bytes, headers, json, status } = yield* ask(endpoint, { ...row, params: Object.fromEntries(params) })
      assert.strictEqual(status, row.absent ?? successOf(endpoint), bytes.toString())
      if (row.absent !== undefined) return
      assert.strictEqual(
        headers["cache-control"],
        row.cached ?? (row.text === undefined ? "no-store" : "private, no-cache"),
      )
      assert.strictEqual(headers["x-content-type-options"], "nosniff")
      assert.match(String(headers["x-request-id"]), /^[\w-]+$/)
      if (row.text !== undefined) return assert.strictEqual(bytes.toString(), row.text)
      if (status === 204) return assert.strictEqual(bytes.length, 0)
      assert.strictEqual(headers["content-type"], "application/json")
      const [success] = endpoint.success as ReadonlySet<Schema.Codec<unknown>>
      // With nothing in it that is not described.
      const decode = Schema.decodeUnknownEffect(success!, { onExcessProperty: "error" })
      assert.deepStrictEqual(yield* decode(json as unknown), json)
      if (row.says !== undefined) assert.deepInclude(json, row.says)
    }).pipe(served),
  )

  it.effect("names what is wrong with it", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const { field, ...wrong } = row.wrong ?? surplus
      const { detail, field: named, reason } = problem(yield* ask(endpoint, { ...row, ...wrong }), 400)
      assert.strictEqual(reason, "InvalidFrame")
      assert.strictEqual(named, field)
      assert.isString(detail)
    }).pipe(served),
  )

  it.effect("is for who has signed in, where it says so", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const answer = yield* ask(endpoint, row, false)
      if (!endpoint.middlewares.has(Authorization as never)) return assert.notStrictEqual(answer.status, 401)
      assert.strictEqual(problem(answer, 401)["reason"], "NotAuthenticated")
      assert.match(String(answer.headers["www-authenticate"]), /^Bearer /)
    }).pipe(served),
  )

  it.effect("says what there is instead of a method that there is not", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const answer = yield* ask({ path: endpoint.path, method: "SEARCH" as never }, row)
      assert.strictEqual(problem(answer, 405)["reason"], "MethodNotAllowed")
      assert.include(answer.headers.allow, endpoint.method)
    }).pipe(served),
  )
})
