import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import type { AccountRole } from "../../src/accounts/Account.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { ChatServer } from "../../src/server/ChatServer.ts"
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"
import { StorePing } from "../../src/storage/StorePing.ts"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import { get } from "./scrape.ts"
import { accountsOver, inMemory, quietly } from "./service.ts"

const networks = (text: string) => Result.getOrThrow(TrustedNetworks.parse(text))

/** A service in the scope at hand, and where it is. */
const started = (groups: Partial<ServerSettings> = {}) =>
  Effect.map(Layer.build(inMemory(groups)), (context) => Context.get(context, ChatServer).address)

describe("whether a service is alive and ready", () => {
  it.live("says so to everybody", () =>
    Effect.gen(function* () {
      const at = yield* started()
      const alive = yield* get(at, "/livez")
      assert.deepInclude(alive, { status: 200, body: '{"alive":true}\n' })
      const ready = yield* get(at, "/readyz?verbose")
      assert.strictEqual(ready.status, 200)
      assert.strictEqual(ready.headers["content-type"], "application/json")
      assert.strictEqual(ready.headers["cache-control"], "no-store")
      assert.deepStrictEqual(JSON.parse(ready.body), {
        ready: true,
        checks: [
          { name: "accepting", ok: true },
          { name: "store", ok: true },
        ],
      })
      assert.deepInclude(yield* get(at, "/readyz", { method: "HEAD" }), { status: 200, body: "" })
      const post = yield* get(at, "/readyz", { method: "POST" })
      assert.strictEqual(post.status, 405)
      assert.strictEqual(post.headers["allow"], "GET, HEAD")
    }).pipe(Effect.scoped, quietly),
  )

  it.live("is not ready while what it keeps things in is away, and asks it no more often than once a second", () =>
    Effect.gen(function* () {
      let asked = 0
      let answers = false
      const ping = Effect.suspend(() => (asked++, answers ? Effect.void : Effect.fail("away")))
      const at = yield* started().pipe(Effect.provideService(StorePing, ping))
      const answered = yield* Effect.forEach([1, 2, 3, 4], () => get(at, "/readyz"), { concurrency: 4 })
      const { checks, ready } = JSON.parse(answered[0]!.body)
      assert.isFalse(ready)
      assert.deepStrictEqual(checks[1], {
        name: "store",
        ok: false,
        detail: "the service cannot reach what it keeps its data in",
        seconds: 0,
      })
      for (const { status } of answered) assert.strictEqual(status, 503)
      assert.strictEqual(asked, 1)
      // It lives all the same, and metrics say it.
      assert.strictEqual((yield* get(at, "/livez")).status, 200)
      assert.include((yield* get(at, "/metrics")).body, "\nnatter_ready 0\n")
      answers = true
      yield* Effect.sleep("1100 millis")
      assert.strictEqual((yield* get(at, "/readyz")).status, 200)
      assert.strictEqual(asked, 2)
    }).pipe(Effect.scoped, quietly),
  )

  it.live("does not wait for a store that does not answer", () =>
    Effect.gen(function* () {
      const at = yield* started().pipe(Effect.provideService(StorePing, Effect.never))
      const live = yield* get(at, "/livez")
      assert.strictEqual(live.status, 200)
      assert.strictEqual((yield* get(at, "/readyz")).status, 503)
    }).pipe(Effect.scoped, quietly),
  )

  it.live("is not ready while it drains", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(inMemory(), scope)
      const at = Context.get(context, ChatServer).address
      // Who never reads is given its time.
      const link = yield* Link.tcp(at)
      const client = yield* TestClient.v2(link)
      yield* client.ask({ type: "Login", username: "ann", password: "secret" }, "LoggedIn")
      const closed = yield* Deferred.make<void>()
      yield* Effect.forkScoped(Effect.andThen(Scope.close(scope, Exit.void), Deferred.succeed(closed, undefined)))
      yield* client.until("Disconnect")
      const { body, status } = yield* get(at, "/readyz")
      assert.strictEqual(status, 503)
      assert.deepInclude(JSON.parse(body).checks[0], { name: "accepting", ok: false })
      assert.strictEqual((yield* get(at, "/livez")).status, 200)
      yield* link.abort
      yield* Deferred.await(closed)
    }).pipe(Effect.scoped, quietly),
  )

  it.live("says so although nobody is let in any more", () =>
    Effect.gen(function* () {
      // Four connections for requests, and one for a session.
      const at = yield* started({ connections: { total: 1, perAddress: 64 } })
      const taken = yield* Effect.forEach(Array.from({ length: 8 }), () => Link.tcp(at))
      const request = new TextEncoder().encode("GET /nothing HTTP/1.1\r\nHost: here\r\n\r\n")
      yield* Effect.forEach(taken, (link) => Effect.andThen(link.send(request), link.pull))
      const api = yield* get(at, "/nothing")
      assert.strictEqual(api.status, 503)
      for (const path of ["/livez", "/readyz", "/metrics"]) assert.strictEqual((yield* get(at, path)).status, 200, path)
    }).pipe(Effect.scoped, quietly),
  )
})

describe("who may read the metrics", () => {
  const answer = (groups: Partial<ServerSettings>, headers: Readonly<Record<string, string>> = {}, path = "/metrics") =>
    Effect.flatMap(started(groups), (at) => get(at, path, { headers }))
  const allowing = (allow: string, path = "/metrics") => ({ metrics: { path, allow: networks(allow) } })
  const proxy = { proxies: { ...defaults.proxies, trusted: networks("loopback") } }

  const cases: ReadonlyArray<readonly [who: string, status: number, answer: ReturnType<typeof answer>]> = [
    ["this machine", 200, answer({})],
    ["no other", 403, answer(allowing("192.0.2.0/24"))],
    ["nobody", 403, answer(allowing("none"))],
    [
      "a machine behind a proxy",
      200,
      answer({ ...allowing("192.0.2.0/24"), ...proxy }, { "X-Forwarded-For": "192.0.2.7" }),
    ],
    [
      "not this machine's proxy",
      403,
      answer({ ...allowing("loopback"), ...proxy }, { "X-Forwarded-For": "192.0.2.7" }),
    ],
    ["nor one that is not known", 403, answer({}, { "X-Forwarded-For": "192.0.2.7" })],
    ["nor what it is told by it", 403, answer({}, { "X-Forwarded-For": "127.0.0.1" })],
    ["nor one that only says that it is there", 403, answer({}, { Via: "1.1 proxy" })],
    ["whoever asks there", 200, answer(allowing("loopback", "/watch/metrics"), {}, "/watch/metrics")],
    ["nobody elsewhere", 404, answer(allowing("loopback", "/watch/metrics"))],
    ["nobody with a token that is none", 403, answer(allowing("none"), { Authorization: "Bearer nonsense" })],
  ]
  for (const [who, status, asking] of cases) {
    it.live(`${who}: ${status}`, () =>
      Effect.gen(function* () {
        const answer = yield* asking
        assert.strictEqual(answer.status, status)
        assert.strictEqual(
          answer.headers["content-type"],
          status === 200 ? "text/plain; version=0.0.4; charset=utf-8" : "application/problem+json",
        )
        if (status === 403) assert.include(JSON.parse(answer.body).detail, "metrics.allow")
      }).pipe(Effect.scoped, quietly),
    )
  }

  it.live("administrators, by a token of theirs, and no members", () =>
    Effect.gen(function* () {
      const store = Context.get(yield* Layer.build(Layer.fresh(AccountStore.layerMemory)), AccountStore)
      const accountStore = Layer.succeed(AccountStore, store)
      const accounts = Context.get(yield* Layer.build(accountsOver(accountStore)), Accounts)
      const server = yield* Layer.build(inMemory(allowing("none"), { accounts: accountStore }))
      const at = Context.get(server, ChatServer).address
      const statusFor = Effect.fnUntraced(function* (name: string, role: AccountRole) {
        const user = yield* accounts.add({ name, password: Redacted.make("secret"), role })
        const { token } = yield* accounts.issueToken(user)
        const headers = { Authorization: `Bearer ${Redacted.value(token)}` }
        return (yield* get(at, "/metrics", { headers })).status
      })
      assert.strictEqual(yield* statusFor("ann", "admin"), 200)
      assert.strictEqual(yield* statusFor("bob", "member"), 403)
    }).pipe(Effect.scoped, quietly),
  )
})
