/** What an administrator is told of a service that runs, and does to it, over HTTP. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { root } from "../../src/http/api/Api.ts"
import { piecesOf } from "../../src/testing/MemoryTransport.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { asking } from "./asking.ts"

const password = "a long password"

interface Session {
  readonly id: string
  readonly user: { readonly name: string; readonly role: string }
  readonly address?: string
  readonly transport: string
  readonly protocol?: object
  readonly since?: number
  readonly heard_at?: number
  readonly channels: number
  readonly waiting: { readonly bytes: number; readonly frames: number }
}

interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value?: number
  readonly bounds?: ReadonlyArray<number>
  readonly counts?: ReadonlyArray<number>
  readonly sum?: number
}

/** Root administers the service; ann and bob are members. */
const world = Effect.gen(function* () {
  const { accounts, api } = yield* TestServer
  const add = (name: string, role: "admin" | "member") =>
    accounts.add({ name, password: Redacted.make(password), role })
  const root1 = yield* add("root", "admin")
  const ann = yield* add("ann", "member")
  const bob = yield* add("bob", "member")
  const { token } = yield* accounts.issueToken(root1)
  const ask = <A = object>(method: string, path: string, body?: object) =>
    Effect.map(
      asking(api)({
        method,
        path: `${root}${path}`,
        headers: { Authorization: `Bearer ${Redacted.value(token)}` },
        ...(body === undefined ? {} : { body }),
      }),
      ({ json, status }) => ({ status, json: json as A }),
    )
  const sessions = (query = "") =>
    Effect.map(
      ask<{ readonly sessions: ReadonlyArray<Session>; readonly next?: number }>("GET", `/service/sessions${query}`),
      ({ json }) => json,
    )
  return { ann, ask, bob, sessions }
})

const signedIn = Effect.fnUntraced(function* (username: string, options: { readonly lazy?: boolean } = {}) {
  const server = yield* TestServer
  const link = yield* server.connect({
    remoteAddress: "192.0.2.7",
    ...(options.lazy === true ? { split: piecesOf(1 << 20) } : {}),
  })
  const client = yield* TestClient.v2(link)
  yield* client.ask({ type: "Login", username, password }, "LoggedIn")
  return client
})

const served = <A, E>(effect: Effect.Effect<A, E, TestServer | Scope.Scope>) =>
  effect.pipe(
    Effect.scoped,
    Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined }, session: { frames: undefined } })),
  )

describe("the service over HTTP", () => {
  it.effect("lists its sessions: whose they are, where they come from, and how far behind they are", () =>
    Effect.gen(function* () {
      const { hub } = yield* TestServer
      const { sessions } = yield* world
      yield* TestClock.adjust("5 seconds")
      const ann = yield* signedIn("ann")
      yield* ann.ask({ type: "Join", channel: "den" }, "Joined")
      const lazy = yield* signedIn("bob", { lazy: true })
      yield* lazy.ask({ type: "Join", channel: "den" }, "Joined")
      yield* hub.connect({ name: "robot" })
      const { next, sessions: all } = yield* sessions()
      assert.isUndefined(next)
      assert.deepStrictEqual(
        all.map(({ user }) => user.name),
        ["ann", "bob", "robot"],
      )
      assert.deepInclude(all[0], {
        address: "192.0.2.7",
        transport: "memory",
        protocol: { version: 2, codec: "json", compressed: false },
        since: 5000,
        heard_at: 5000,
        channels: 1,
        waiting: { bytes: 0, frames: 0 },
      })
      assert.deepStrictEqual(Object.keys(all[2]!).toSorted(), ["channels", "id", "transport", "user", "waiting"])
      assert.deepStrictEqual((yield* sessions("?behind=true")).sessions, [])
      const content = "x".repeat(10_000)
      for (let n = 0; n < 12; n++) {
        yield* ann.ask({ type: "Publish", channel: "den", id: `m${n}`, content }, "Published")
        yield* ann.expect("Message")
      }
      const { sessions: behind } = yield* sessions("?behind=true")
      assert.deepStrictEqual(
        behind.map(({ user }) => user.name),
        ["bob"],
      )
      assert.isAbove(behind[0]!.waiting.bytes, 10_000)
      assert.isAbove(behind[0]!.waiting.frames, 0)
      assert.lengthOf((yield* sessions("?username=ANN")).sessions, 1)
    }).pipe(served),
  )

  it.effect("ends one of them, which is told why and may come again", () =>
    Effect.gen(function* () {
      const { ask, sessions } = yield* world
      const ann = yield* signedIn("ann")
      const other = yield* signedIn("ann")
      const [first] = (yield* sessions("?username=ann")).sessions
      assert.strictEqual((yield* ask("DELETE", `/service/sessions/${first!.id}`)).status, 204)
      assert.deepInclude(yield* ann.expect("Disconnect"), { code: 4512, reason: "Dismissed", reconnect: false })
      yield* other.ask({ type: "Join", channel: "den" }, "Joined")
      yield* signedIn("ann")
      assert.lengthOf((yield* sessions("?username=ann")).sessions, 2)
      const gone = yield* ask("DELETE", `/service/sessions/${first!.id}`)
      assert.deepInclude(gone.json, { status: 404, reason: "NoSuchSession" })
    }).pipe(served),
  )

  it.effect("lists more sessions than a page holds", () =>
    Effect.gen(function* () {
      const { hub } = yield* TestServer
      const { sessions } = yield* world
      for (let n = 0; n < 101; n++) yield* hub.connect({ name: `robot${n}` })
      const first = yield* sessions()
      assert.lengthOf(first.sessions, 100)
      const second = yield* sessions(`?after=${first.next}`)
      assert.deepStrictEqual([second.sessions.length, second.next], [1, undefined])
    }).pipe(served),
  )

  it.effect("lists all channels, private and archived ones too, and how much was said", () =>
    Effect.gen(function* () {
      const { hub } = yield* TestServer
      const { ann, ask, bob } = yield* world
      const owner = yield* hub.as(ann)
      yield* owner.createChannel("attic", { topic: "Dust" })
      yield* owner.publish("attic", "one")
      yield* owner.publish("attic", "two")
      yield* owner.configure("attic", { archived: true })
      yield* owner.createChannel("den", { access: "private" })
      yield* owner.publish("@bob", "secret")
      const session = yield* hub.connect({ ...ann, name: "ann" })
      yield* session.join("den")
      yield* hub.connect(bob)
      const { json } = yield* ask("GET", "/service/channels")
      assert.deepStrictEqual<unknown>(json, {
        channels: [
          { channel: "attic", topic: "Dust", access: "public", archived: true, count: 0, seq: 2 },
          { channel: "den", topic: "", access: "private", archived: false, count: 1, seq: 0 },
        ],
      })
      for (let n = 100; n < 201; n++) yield* owner.createChannel(`x${n}`)
      const first = yield* ask<{ channels: ReadonlyArray<object>; next?: string }>("GET", "/service/channels")
      assert.deepStrictEqual([first.json.channels.length, first.json.next], [100, "x197"])
      const second = yield* ask<{ channels: ReadonlyArray<object> }>("GET", "/service/channels?after=x197")
      assert.lengthOf(second.json.channels, 3)
    }).pipe(served),
  )

  it.effect("has its metrics in JSON, as they are as text", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const ann = yield* signedIn("ann")
      yield* ann.ask({ type: "Join", channel: "den" }, "Joined")
      yield* ann.ask({ type: "Publish", channel: "den", id: "m", content: "hello" }, "Published")
      const read = Effect.map(
        ask<{ readonly at: number; readonly metrics: ReadonlyArray<Series> }>("GET", "/service/metrics"),
        ({ json }) => json,
      )
      const { at, metrics } = yield* read
      const one = (name: string, labels: Series["labels"] = {}) =>
        metrics.find((series) => series.name === name && JSON.stringify(series.labels) === JSON.stringify(labels))
      assert.strictEqual(one("natter_messages_total")?.value, 1)
      assert.strictEqual(one("natter_connections", { transport: "memory" })?.value, 1)
      const batches = one("natter_history_batch_entries")!
      assert.strictEqual(batches.sum, 1)
      assert.strictEqual(batches.counts!.length, batches.bounds!.length + 1)
      assert.deepStrictEqual(batches.counts!.slice(0, 2), [1, 0])
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* read).at - at, 2000)
    }).pipe(served),
  )

  it.effect("lets nobody in from a range of addresses, by whatever credentials, until it is taken back or ends", () =>
    Effect.gen(function* () {
      const { accounts } = yield* TestServer
      const { ann, ask, sessions } = yield* world
      const client = yield* signedIn("ann")
      const { token } = yield* accounts.issueToken(ann)
      const comesBack = (address: string) => Effect.isSuccess(accounts.authenticate(token, address))
      const signsIn = (address: string) =>
        Effect.match(accounts.signIn({ username: "ann", password: Redacted.make(password), address }), {
          onFailure: ({ _tag }) => _tag as string,
          onSuccess: () => "in",
        })
      const bans = "/service/bans/"
      const range = `${bans}${encodeURIComponent("192.0.2.0/24")}`
      const banned = yield* ask<{ readonly sessions: number }>("PUT", range, { reason: "noise" })
      assert.deepStrictEqual<unknown>(banned, { status: 200, json: { sessions: 1 } })
      assert.deepInclude(yield* client.expect("Disconnect"), { code: 4511, reason: "Refused", reconnect: false })
      assert.lengthOf((yield* sessions("?username=ann")).sessions, 0)
      assert.deepStrictEqual(
        [yield* signsIn("192.0.2.7"), yield* signsIn("::ffff:192.0.2.7")],
        ["AddressBanned", "AddressBanned"],
      )
      assert.deepStrictEqual([yield* comesBack("192.0.2.200"), yield* comesBack("192.0.3.1")], [false, true])
      assert.strictEqual(yield* signsIn("192.0.3.1"), "in")
      assert.deepInclude((yield* ask("PUT", `${bans}127.0.0.0%2F8`, {})).json, { status: 403, reason: "Forbidden" })
      const { json } = yield* ask<{ readonly bans: ReadonlyArray<object> }>("GET", "/service/bans")
      assert.deepInclude(json.bans[0], { address: "192.0.2.0/24", by: "root", until: null, reason: "noise" })
      yield* ask("DELETE", range)
      assert.isTrue(yield* comesBack("192.0.2.200"))
      yield* ask("PUT", range, { duration: 1000 })
      assert.isFalse(yield* comesBack("192.0.2.200"))
      yield* TestClock.adjust("1 second")
      assert.isTrue(yield* comesBack("192.0.2.200"))
      assert.deepStrictEqual<unknown>((yield* ask("GET", "/service/bans")).json, { bans: [] })
    }).pipe(served),
  )

  it.effect("keeps what administrators did to others, and nothing secret of it", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const carol = { username: "carol", password: "a very secret password" }
      yield* ask("POST", "/users", carol)
      yield* ask("PUT", "/users/carol/password", { password: "another secret password" })
      yield* ask("PATCH", "/users/ann", { role: "admin", disabled: true })
      yield* ask("PATCH", "/users/ann", { disabled: false })
      yield* ask("PATCH", "/users/nobody", { disabled: true })
      const { json: key } = yield* ask<{ readonly id: string }>("POST", "/tokens", { username: "bob" })
      yield* ask("DELETE", `/tokens/${key.id}`)
      const { json: own } = yield* ask<{ readonly id: string }>("POST", "/tokens", {})
      yield* ask("DELETE", `/tokens/${own.id}`)
      const { json: invitation } = yield* ask<{ readonly id: string }>("POST", "/invitations", {})
      yield* ask("DELETE", `/invitations/${invitation.id}`)
      yield* signedIn("bob")
      const { json: listed } = yield* ask<{ readonly sessions: ReadonlyArray<Session> }>("GET", "/service/sessions")
      yield* ask("DELETE", `/service/sessions/${listed.sessions[0]!.id}`)
      yield* ask("POST", "/service/drain")
      const { json } = yield* ask<{
        readonly entries: ReadonlyArray<{
          readonly action: string
          readonly by: string
          readonly username?: string
          readonly detail?: string
        }>
      }>("GET", "/service/audit")
      assert.deepStrictEqual(
        json.entries.map(({ action, by, detail, username }) => [by, action, username, detail]),
        [
          ["root", "drain", undefined, undefined],
          ["root", "disconnect", "bob", listed.sessions[0]!.id],
          ["root", "revokeInvitation", undefined, invitation.id],
          ["root", "createInvitation", undefined, invitation.id],
          ["root", "revokeToken", undefined, key.id],
          ["root", "createToken", "bob", key.id],
          ["root", "enableUser", "ann", undefined],
          ["root", "disableUser", "ann", undefined],
          ["root", "setUserRole", "ann", "admin"],
          ["root", "setUserPassword", "carol", undefined],
          ["root", "addUser", "carol", "member"],
        ],
      )
      assert.notInclude(JSON.stringify(json), "secret")
    }).pipe(served),
  )

  it.effect("makes somebody an administrator and a member again, but not the last one", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const change = (name: string, body: object) => ask("PATCH", `/users/${name}`, body)
      assert.deepInclude((yield* change("root", { role: "member" })).json, {
        status: 409,
        reason: "LastAdministrator",
      })
      assert.deepInclude((yield* change("root", { disabled: true })).json, { status: 403, reason: "Forbidden" })
      assert.deepInclude((yield* change("nobody", { role: "admin" })).json, { status: 404, reason: "NoSuchUser" })
      assert.deepInclude((yield* change("ann", { role: "guest" })).json, { status: 400, field: "role" })
      const ann = yield* signedIn("ann")
      assert.strictEqual((yield* change("ann", { role: "admin" })).status, 204)
      assert.deepInclude(yield* ann.expect("Disconnect"), { reason: "RoleChanged" })
      // Who has asked by a token just now is a member at once.
      assert.strictEqual((yield* change("root", { role: "member" })).status, 204)
      assert.deepInclude((yield* change("ann", { role: "member" })).json, { status: 403, reason: "Forbidden" })
    }).pipe(served),
  )
})
