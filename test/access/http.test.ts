/** Every operation over HTTP, by every kind of credential: none, wrong, expired, revoked, too little, and right. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import { operationNames, type OperationName } from "../../src/domain/Scope.ts"
import { Api } from "../../src/http/api/Api.ts"
import { Authorization } from "../../src/http/api/Authorization.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Csrf from "../../src/http/Csrf.ts"
import { asking } from "../http/asking.ts"
import { beginning, type Row, rows } from "../http/rows.ts"
import {
  canBeLimited,
  credential,
  isSigned,
  settings,
  type Kind,
  kinds,
  type Standing,
  standings,
} from "./credentials.ts"
import { operations } from "./endpoints.ts"

const endpoints = Object.values((Api as unknown as HttpApi.Top).groups).flatMap((group) =>
  Object.values(group.endpoints).flatMap((endpoint) =>
    endpoint.middlewares.has(Authorization as never)
      ? [[`${group.identifier}.${endpoint.identifier}`, endpoint] as const]
      : [],
  ),
)

/** What takes a session: over HTTP nobody is in a channel. */
const ofSessions: ReadonlyArray<OperationName> = ["join", "leave", "typing"]

it("each endpoint says which operations it asks, and each operation is asked by one", () => {
  const names = endpoints.map(([name]) => name)
  assert.deepStrictEqual(Object.keys(operations).toSorted(), names.toSorted())
  const asked = new Set(
    Object.entries(operations).flatMap(([name, needed]) => (name === "tokens.create" ? needed.slice(0, 1) : needed)),
  )
  assert.deepStrictEqual(
    operationNames.filter((name) => !asked.has(name)),
    operationNames.filter((name) => ofSessions.includes(name)),
  )
})

const served = Effect.provide(TestServer.layerMemory(settings))

/** Ann owns the channel `den`, and administers the service. */
const world = Effect.gen(function* () {
  const { accounts, hub } = yield* TestServer
  const password = Redacted.make("a long password")
  const ann = yield* accounts.add({ name: "ann", password, role: "admin" })
  const bob = yield* accounts.add({ name: "bob", password, role: "member" })
  const actions = yield* hub.as(ann)
  yield* actions.createChannel("den", { durability: "memory" })
  yield* actions.publish("den", "first")
  /** What stands for these in a row. */
  const ids: Record<string, string> = {
    "<session>": (yield* accounts.issueToken(ann)).id,
    "<token>": (yield* accounts.createToken("ann")).id,
    "<invitation>": (yield* accounts.invite()).id,
  }
  return { ann, bob, ids }
})

const ask = Effect.fnUntraced(function* (
  { method, path }: Pick<HttpApiEndpoint.Top, "method" | "path">,
  { body, headers = {}, params = {}, query = {} }: Row,
  credentials: Readonly<Record<string, string>>,
  ids: Readonly<Record<string, string>>,
) {
  const { api } = yield* TestServer
  const search = Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query).toString()}`
  return yield* asking(api)({
    method,
    path:
      path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(ids[params[name]!] ?? params[name]!)) + search,
    headers: { ...headers, ...credentials },
    ...(body === undefined ? {} : { body }),
  })
})

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
/** As a page of the service sends it. */
const cookie = (token: string) => ({
  Cookie: `natter=${token}`,
  Origin: "http://localhost",
  "X-CSRF-Token": Csrf.tokenOf(Redacted.make(token)),
})

/** How a token is shown, and which. */
const ways: ReadonlyArray<
  readonly [name: string, kind: Kind, show: (token: string) => Readonly<Record<string, string>>]
> = [
  ...kinds.map((kind) => [kind, kind, bearer] as const),
  ["a session's token in a cookie", "a session's token", cookie],
]

const refusals: { readonly [S in Exclude<Standing, "right">]: readonly [status: number, reason: string] } = {
  none: [401, "NotAuthenticated"],
  wrong: [401, "InvalidToken"],
  expired: [401, "InvalidToken"],
  revoked: [401, "InvalidToken"],
  "too little": [403, "OutOfScope"],
}

const standingsOf = (kind: Kind, needed: ReadonlyArray<OperationName>): ReadonlyArray<Standing> =>
  standings.filter((standing) => standing !== "too little" || (canBeLimited(kind) && needed.length > 0))

const begun = { method: "POST", path: "/api/v1/channels/:channel/uploads" } as const
const making = { method: "POST", path: "/api/v1/channels/:channel/webhooks" } as const

describe.each(endpoints)("%s", (name, endpoint) => {
  it.effect.each(ways)("%s", ([_, kind, show]) =>
    Effect.gen(function* () {
      const { ann, bob, ids } = yield* world
      const { accounts, hub } = yield* TestServer
      const row = rows[name]!
      const needed = operations[name]!
      if (row.webhook !== undefined) {
        const { token } = yield* accounts.issueToken(ann)
        const made = yield* ask(
          making,
          { params: { channel: "den" }, body: row.webhook },
          bearer(Redacted.value(token)),
          ids,
        )
        ids["<id>"] = (made.json as { readonly webhook: { readonly id: string } }).webhook.id
      }
      if (row.upload !== undefined) {
        const { token } = yield* accounts.issueToken(ann)
        const { json } = yield* ask(begun, beginning(row.upload), bearer(Redacted.value(token)), ids)
        ids["<file>"] = (json as { readonly file: string }).file
      }
      for (const standing of standingsOf(kind, needed)) {
        const token = yield* credential(ann, kind, standing, needed)
        if (standing === "right" && row.withBob === true)
          yield* Effect.flatMap(hub.connect(bob), (bob) => bob.join("den"))
        const { bytes, headers, json, status } = yield* ask(endpoint, row, token === undefined ? {} : show(token), ids)
        const said = bytes.toString()
        if (standing === "right") {
          if (name === "session.accessToken" && isSigned(kind)) assert.include(json, { reason: "Forbidden" })
          else if (row.absent === undefined) assert.isBelow(status, 300, said)
          else assert.strictEqual(status, row.absent, said)
        } else {
          const [wanted, reason] = refusals[standing]
          assert.strictEqual(status, wanted, `${standing}: ${said}`)
          assert.include(json, { reason }, standing)
          assert.strictEqual(headers["www-authenticate"] !== undefined, wanted === 401, standing)
        }
        if (token !== undefined) assert.notInclude(said + JSON.stringify(headers), token, standing)
      }
    }).pipe(served),
  )
})

it.effect("with a cookie nothing is changed that no page of the service asks for", () =>
  Effect.gen(function* () {
    const { ann, ids } = yield* world
    const { accounts } = yield* TestServer
    for (const [name, endpoint] of endpoints) {
      const { token } = yield* accounts.issueToken(ann)
      const shown = cookie(Redacted.value(token))
      const other = cookie(Redacted.value((yield* accounts.issueToken(ann)).token))
      for (const wrong of [
        { "X-CSRF-Token": "" },
        { "X-CSRF-Token": other["X-CSRF-Token"] },
        { Origin: "https://evil.example" },
        { "Sec-Fetch-Site": "cross-site" },
      ]) {
        const { bytes, json } = yield* ask(endpoint, rows[name]!, { ...shown, ...wrong }, ids)
        const isForeign = "Origin" in wrong
        if (endpoint.method !== "GET") {
          assert.include(
            ["CsrfRefused", "OriginNotAllowed"],
            (json as { reason?: string }).reason,
            `${name} ${bytes.toString()}`,
          )
        } else if (isForeign) assert.include(json, { reason: "OriginNotAllowed" }, name)
      }
    }
  }).pipe(served),
)
