/** Signing in and out over HTTP, as a program and as a page do. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestServer } from "../../src/testing/TestServer.ts"
import { type Answer, ask } from "./accountAsking.ts"

const password = "a long password"
const signIn = (username: string, more: object = {}, headers: Readonly<Record<string, string>> = {}) =>
  ask("POST", "/session", { body: { username, password, ...more }, headers })

/** The one cookie of an answer: its pair and its attributes. */
const cookieOf = ({ headers }: Answer) => {
  const [written = ""] = headers["set-cookie"] ?? []
  const [pair = "", ...attributes] = written.split("; ")
  return { pair, attributes: attributes.sort() }
}

layer(TestServer.layerTcp())("signing in over HTTP", (it) => {
  it.effect("gives a token for a name and its password, which signs in from then on, and an access token", () =>
    Effect.gen(function* () {
      const { body, headers, status } = yield* signIn("ann")
      assert.strictEqual(status, 201)
      assert.strictEqual(headers["cache-control"], "no-store")
      assert.isUndefined(headers["set-cookie"])
      assert.match(body.token, /^nat_/)
      assert.deepInclude(body.user, { name: "ann", role: "member" })
      assert.notProperty(body, "csrf_token")
      for (const token of [body.token, body.access_token.token]) {
        const me = yield* ask("GET", "/me", { token })
        assert.strictEqual(me.status, 200)
        assert.strictEqual(me.body.id, body.user.id)
      }
      assert.strictEqual(body.access_token.expires_at, 600_000)
    }),
  )

  it.effect("says the same of an unknown name, of a wrong password and of one that is disabled", () =>
    Effect.gen(function* () {
      const { accounts } = yield* TestServer
      yield* accounts.add({ name: "known", password: Redacted.make(password), role: "member" })
      const told = ({ body: { request_id: _, ...problem } }: Answer) => problem
      const wrong = told(yield* ask("POST", "/session", { body: { username: "known", password: "wrong" } }))
      assert.deepInclude(wrong, { status: 401, reason: "InvalidCredentials", code: 201 })
      yield* accounts.disable("known")
      assert.deepStrictEqual(
        told(yield* ask("POST", "/session", { body: { username: "known", password: "wrong" } })),
        wrong,
      )
      assert.notInclude(JSON.stringify(wrong), "known")
    }),
  )

  it.effect("is refused after too many wrong passwords, which says when to come back", () =>
    Effect.gen(function* () {
      yield* (yield* TestServer).accounts.add({ name: "target", password: Redacted.make(password), role: "member" })
      const guess = ask("POST", "/session", { body: { username: "target", password: "wrong" } })
      for (let n = 0; n < 5; n++) assert.strictEqual((yield* guess).status, 401)
      const { body, headers, status } = yield* guess
      assert.strictEqual(status, 429)
      assert.strictEqual(body.reason, "TooManyLogins")
      assert.strictEqual(Number(headers["retry-after"]), Math.ceil(body.retry_after / 1000))
    }),
  )

  it.effect("repeats nothing of what was typed", () =>
    Effect.gen(function* () {
      for (const body of [
        { username: "typist", password: 123_456_789 },
        { username: "typist", password: ["hunter2secret"] },
        { username: "typist", password: "hunter2secret".repeat(200) },
        { username: "typist", password, invite: { code: "hunter2secret" } },
        { username: "typist", pasword: "hunter2secret" },
      ]) {
        const answer = yield* ask("POST", "/session", { body })
        assert.strictEqual(answer.status, 400, JSON.stringify(answer.body))
        assert.notInclude(JSON.stringify(answer.body), "hunter2secret")
        assert.notInclude(JSON.stringify(answer.body), "123456789")
      }
    }),
  )

  it.effect("gives another access token to who has the session's, and not to who has only one of these", () =>
    Effect.gen(function* () {
      const { body } = yield* signIn("bob")
      const fresh = yield* ask("POST", "/session/access-token", { token: body.token })
      assert.strictEqual(fresh.status, 200)
      assert.notStrictEqual(fresh.body.token, body.access_token.token)
      const refused = yield* ask("POST", "/session/access-token", { token: fresh.body.token })
      assert.deepInclude(refused.body, { status: 403, reason: "Forbidden" })
    }),
  )

  it.effect("ends with signing out, with all that stands on it", () =>
    Effect.gen(function* () {
      const { body } = yield* signIn("carol")
      assert.strictEqual((yield* ask("DELETE", "/session", { token: body.access_token.token })).status, 204)
      for (const token of [body.token, body.access_token.token]) {
        assert.deepInclude((yield* ask("GET", "/session", { token })).body, { status: 401, reason: "InvalidToken" })
      }
    }),
  )

  it.effect("shows where one is signed in, and signs out elsewhere", () =>
    Effect.gen(function* () {
      const here = (yield* signIn("dora")).body
      const there = (yield* signIn("dora")).body
      const list = Effect.map(ask("GET", "/sessions", { token: here.token }), ({ body }) => body.sessions)
      const sessions = yield* list
      assert.deepStrictEqual(
        sessions.map(({ current }) => current),
        [true, false],
      )
      assert.notInclude(JSON.stringify(sessions), there.token)
      assert.strictEqual((yield* ask("DELETE", `/sessions/${sessions[1]!.id}`, { token: here.token })).status, 204)
      assert.strictEqual((yield* ask("GET", "/me", { token: there.token })).status, 401)
      assert.lengthOf(yield* list, 1)
      const others = (yield* signIn("eve")).body
      const refused = yield* ask("DELETE", `/sessions/${sessions[0]!.id}`, { token: others.token })
      assert.deepInclude(refused.body, { status: 404, reason: "NoSuchToken" })
    }),
  )
})

layer(TestServer.layerTcp())("a page that signs in by a cookie", (it) => {
  const own = Effect.map(TestServer, ({ address }) => `http://127.0.0.1:${address!.port}`)

  it.effect("gets one that no script reads and no other site sends, and no secret in the answer", () =>
    Effect.gen(function* () {
      const answer = yield* signIn("ann", { cookie: true }, { origin: yield* own, "sec-fetch-site": "same-origin" })
      assert.strictEqual(answer.status, 201)
      const { attributes, pair } = cookieOf(answer)
      assert.match(pair, /^natter=nat_[\w-]{43}$/)
      assert.deepStrictEqual(attributes, ["HttpOnly", "Max-Age=34560000", "Path=/", "SameSite=Strict"])
      assert.notProperty(answer.body, "token")
      assert.isString(answer.body.csrf_token)
      assert.notInclude(JSON.stringify(answer.body), pair.slice("natter=".length))
    }),
  )

  it.effect("reads with it, and changes things with the second token", () =>
    Effect.gen(function* () {
      const answer = yield* signIn("bob", { cookie: true })
      const { pair: cookie } = cookieOf(answer)
      const { csrf_token } = answer.body
      const session = yield* ask("GET", "/session", { headers: { cookie } })
      assert.deepInclude(session.body, { csrf_token, user: answer.body.user })
      const create = (channel: string, headers: Readonly<Record<string, string>>) =>
        ask("POST", "/channels", { body: { channel }, headers: { cookie, ...headers } })
      for (const [why, headers] of [
        ["none", {}],
        ["another's", { "x-csrf-token": (yield* signIn("other", { cookie: true })).body.csrf_token }],
        ["too short", { "x-csrf-token": csrf_token.slice(0, -2) }],
        ["empty", { "x-csrf-token": "" }],
        ["another site", { "x-csrf-token": csrf_token, "sec-fetch-site": "cross-site" }],
        ["a sister site", { "x-csrf-token": csrf_token, "sec-fetch-site": "same-site" }],
      ] as ReadonlyArray<[string, Record<string, string>]>) {
        assert.deepInclude((yield* create("mine", headers)).body, { status: 403, reason: "CsrfRefused" }, why)
      }
      const foreign = yield* create("mine", { "x-csrf-token": csrf_token, origin: "https://evil.example" })
      assert.strictEqual(foreign.status, 403)
      const made = yield* create("mine", { "x-csrf-token": csrf_token, origin: yield* own })
      assert.strictEqual(made.status, 201)
    }),
  )

  it.effect("is known by its header where it has both, which needs no second token", () =>
    Effect.gen(function* () {
      const { pair: cookie } = cookieOf(yield* signIn("carol", { cookie: true }))
      const { token } = (yield* signIn("dora")).body
      const asked = { token, headers: { cookie } }
      assert.strictEqual((yield* ask("GET", "/me", asked)).body.name, "dora")
      assert.strictEqual((yield* ask("POST", "/channels", { ...asked, body: { channel: "doras" } })).status, 201)
      const wrong = yield* ask("GET", "/me", { token: "nonsense", headers: { cookie } })
      assert.deepInclude(wrong.body, { status: 401, reason: "InvalidToken" })
    }),
  )

  it.effect("never gets a session that the browser brought", () =>
    Effect.gen(function* () {
      const planted = cookieOf(yield* signIn("mallory", { cookie: true })).pair
      const answer = yield* signIn("victim", { cookie: true }, { cookie: planted })
      assert.notStrictEqual(cookieOf(answer).pair, planted)
      assert.strictEqual((yield* ask("GET", "/me", { headers: { cookie: planted } })).body.name, "mallory")
      const invented = `natter=nat_${"A".repeat(43)}`
      assert.notStrictEqual(cookieOf(yield* signIn("victim", { cookie: true }, { cookie: invented })).pair, invented)
      assert.strictEqual((yield* ask("GET", "/me", { headers: { cookie: invented } })).status, 401)
    }),
  )

  it.effect("is nobody with two cookies, or with one that is of TLS", () =>
    Effect.gen(function* () {
      const { pair } = cookieOf(yield* signIn("frank", { cookie: true }))
      for (const cookie of [
        `${pair}; natter=nat_other`,
        `natter=nat_other; ${pair}`,
        `__Host-${pair}`,
        "natter=",
        "natter",
      ]) {
        const { body } = yield* ask("GET", "/me", { headers: { cookie } })
        assert.deepInclude(body, { status: 401, reason: "NotAuthenticated" }, cookie)
      }
      assert.strictEqual((yield* ask("GET", "/me", { headers: { cookie: `theme=dark; ${pair}` } })).status, 200)
    }),
  )

  it.effect("is not one of another origin", () =>
    Effect.gen(function* () {
      for (const headers of [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }] as const) {
        const { body } = yield* signIn("grace", { cookie: true }, headers)
        assert.deepInclude(body, { status: 403, reason: "CsrfRefused" })
      }
    }),
  )

  it.effect("signs out, and has no cookie any more", () =>
    Effect.gen(function* () {
      const answer = yield* signIn("henry", { cookie: true })
      const { pair: cookie } = cookieOf(answer)
      assert.strictEqual((yield* ask("DELETE", "/session", { headers: { cookie } })).status, 403)
      const out = yield* ask("DELETE", "/session", { headers: { cookie, "x-csrf-token": answer.body.csrf_token } })
      assert.strictEqual(out.status, 204)
      const cleared = cookieOf(out)
      assert.strictEqual(cleared.pair, "natter=")
      assert.include(cleared.attributes, "Max-Age=0")
      assert.strictEqual((yield* ask("GET", "/me", { headers: { cookie } })).status, 401)
    }),
  )
})
