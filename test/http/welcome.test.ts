/** What a page does before anybody has signed in, and as a guest. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { version } from "../../src/server/version.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { ask } from "./accountAsking.ts"
import { asking } from "./asking.ts"

const welcome = (settings: Settings, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(TestServer, ({ api }) =>
    asking(api)({ method: "GET", path: "/api/v1/service/welcome", headers }),
  ).pipe(Effect.provide(TestServer.layerMemory(settings)))

describe("the welcome", () => {
  it.effect("says to everybody what somebody new has to know", () =>
    Effect.gen(function* () {
      const { headers, json } = yield* welcome({
        accounts: { minPasswordLength: 8 },
        files: { maxBytes: 1000 },
        page: { name: "Küche" },
        websocket: { path: "/talk" },
      })
      assert.deepStrictEqual(json, {
        name: "Küche",
        version,
        guests: false,
        registration: "open",
        min_password_length: 8,
        max_file_bytes: 1000,
        websocket: "/talk",
      })
      assert.strictEqual(headers["cache-control"], "no-cache")
      const again = yield* welcome({}, { "If-None-Match": String((yield* welcome({})).headers.etag) })
      assert.strictEqual(again.status, 304)
    }),
  )

  for (const [mode, guests, registration] of [
    ["open", false, "open"],
    ["invite", false, "invite"],
    ["closed", false, "closed"],
    ["guest", true, "closed"],
  ] as const) {
    it.effect(`says who comes in where accounts are ${mode}`, () =>
      Effect.gen(function* () {
        assert.deepInclude((yield* welcome({ accounts: { mode } })).json, { guests, registration })
      }),
    )
  }
})

describe("a guest in a page", () => {
  const guests = Effect.provide(TestServer.layerTcp({ accounts: { mode: "guest" } }))
  /** Signs in over a connection of its own. */
  const authenticated = (token: string) =>
    Effect.gen(function* () {
      const client = yield* (yield* TestServer).client2()
      return yield* client.ask({ type: "Authenticate", token }, "LoggedIn")
    }).pipe(Effect.scoped)
  const cookieOf = (headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>): string =>
    String(headers["set-cookie"]).replace(/;[^]*/, "")

  it.effect("has a token for the connection beside the cookie, and comes back with it as the same", () =>
    Effect.gen(function* () {
      const signedIn = yield* ask("POST", "/session", { body: { username: "ann", password: "", cookie: true } })
      assert.strictEqual(signedIn.status, 201)
      assert.notProperty(signedIn.body, "token")
      const { access_token, csrf_token, user } = signedIn.body
      assert.isNull(access_token.expires_at)
      const cookie = cookieOf(signedIn.headers)
      const session = yield* ask("GET", "/session", { headers: { cookie } })
      assert.deepInclude(session.body, { user, csrf_token })
      const another = yield* ask("POST", "/session/access-token", { headers: { cookie, "x-csrf-token": csrf_token } })
      assert.deepStrictEqual(another.body, { ...access_token } as never)
      for (const token of [access_token.token, another.body.token]) {
        const known = yield* authenticated(token)
        assert.deepStrictEqual([known.user_id, known.role], [user.id, "guest"])
      }
      assert.deepInclude((yield* ask("POST", "/session/access-token", { headers: { cookie } })).body, {
        status: 403,
        reason: "CsrfRefused",
      })
    }).pipe(guests),
  )

  it.effect("is there in several tabs, and nobody else under the name", () =>
    Effect.gen(function* () {
      const { body } = yield* ask("POST", "/session", { body: { username: "dora", password: "", cookie: true } })
      const { client2 } = yield* TestServer
      const tabs = yield* Effect.forEach([1, 2], () => client2())
      for (const tab of tabs) {
        const known = yield* tab.ask({ type: "Authenticate", token: body.access_token.token }, "LoggedIn")
        assert.strictEqual(known.user_id as string, body.user.id)
        yield* tab.ask({ type: "Join", channel: "kitchen" }, "Joined")
      }
      const other = yield* client2()
      yield* other.send({ type: "Login", username: "dora", password: "" })
      assert.strictEqual((yield* other.expect("Error")).name, "UsernameTaken")
      yield* tabs[0]!.ask({ type: "Publish", channel: "kitchen", id: "1", content: "hello" }, "Published")
      assert.strictEqual((yield* tabs[1]!.expect("Message")).content, "hello")
    }).pipe(Effect.scoped, guests),
  )

  it.effect("has the token in the answer where there is no cookie, and gets the same by it", () =>
    Effect.gen(function* () {
      const { body } = yield* ask("POST", "/session", { body: { username: "bob", password: "" } })
      assert.strictEqual(body.token, body.access_token.token)
      const another = yield* ask("POST", "/session/access-token", { token: body.token })
      assert.deepStrictEqual(another.body, { ...body.access_token } as never)
      assert.strictEqual((yield* ask("DELETE", "/session", { token: body.token })).status, 204)
    }).pipe(guests),
  )

  it.effect("has none of these any more when the name is an account's", () =>
    Effect.gen(function* () {
      const { body } = yield* ask("POST", "/session", { body: { username: "carol", password: "" } })
      yield* (yield* TestServer).accounts.add({ name: "carol", password: Redacted.make("secret"), role: "member" })
      assert.strictEqual((yield* ask("POST", "/session/access-token", { token: body.token })).status, 401)
    }).pipe(guests),
  )
})
