/** Accounts, API keys and invitations over HTTP. What is allowed is the operations' matter (test/chat/account.test.ts). */
import { assert, layer } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import { TestServer } from "../../src/testing/TestServer.ts"
import { ask } from "./accountAsking.ts"

const password = "a long password"

const signedIn = Effect.fnUntraced(function* (name: string, role: "admin" | "member" = "member") {
  yield* (yield* TestServer).accounts.add({ name, password: Redacted.make(password), role })
  const { body } = yield* ask("POST", "/session", { body: { username: name, password } })
  return body
})

layer(TestServer.layerTcp({ accounts: { mode: "invite" } }))("accounts over HTTP", (it) => {
  it.effect("a password is changed by who knows it, and stays signed in there alone", () =>
    Effect.gen(function* () {
      const { token } = yield* signedIn("ann")
      const elsewhere = (yield* ask("POST", "/session", { body: { username: "ann", password } })).body
      yield* ask("GET", "/me", { token: elsewhere.access_token.token })
      const change = (old: string) => ask("PUT", "/me/password", { token, body: { old, password: "another password" } })
      assert.deepInclude((yield* change("wrong")).body, { status: 401, reason: "InvalidCredentials" })
      assert.strictEqual((yield* change(password)).status, 204)
      assert.strictEqual((yield* ask("GET", "/me", { token })).body.name, "ann")
      for (const other of [elsewhere.token, elsewhere.access_token.token]) {
        assert.strictEqual((yield* ask("GET", "/me", { token: other })).status, 401)
      }
      const again = { username: "ann", password: "another password" }
      assert.strictEqual((yield* ask("POST", "/session", { body: again })).status, 201)
    }),
  )

  it.effect("an API key does what it is for, is listed without its secret, and can be taken back", () =>
    Effect.gen(function* () {
      const { token } = yield* signedIn("bob")
      const scope = { operations: ["read"], channels: ["tea"] }
      const made = yield* ask("POST", "/tokens", { token, body: { label: "a bot", scope } })
      assert.strictEqual(made.status, 201)
      const key = made.body
      const { tokens } = (yield* ask("GET", "/tokens", { token })).body
      assert.deepInclude(tokens[0], { id: key.id, label: "a bot", scope })
      assert.notInclude(JSON.stringify(tokens), key.token)
      const refused = yield* ask("POST", "/channels", { token: key.token, body: { channel: "tea" } })
      assert.deepInclude(refused.body, { status: 403, reason: "OutOfScope" })
      // What stands on it is for no more.
      const signed = (yield* ask("POST", "/session/access-token", { token: key.token })).body.token
      const still = yield* ask("POST", "/channels", { token: signed, body: { channel: "tea" } })
      assert.deepInclude(still.body, { status: 403, reason: "OutOfScope" })
      assert.strictEqual((yield* ask("DELETE", `/tokens/${key.id}`, { token })).status, 204)
      for (const ended of [key.token, signed]) {
        assert.strictEqual((yield* ask("GET", "/channels", { token: ended })).status, 401)
      }
    }),
  )

  it.effect("an API key that has expired is refused at once, also where it was just used", () =>
    Effect.gen(function* () {
      yield* signedIn("ivy")
      const { accessTokens, accounts } = yield* TestServer
      const key = yield* accounts.createToken("ivy", { lifetime: Duration.seconds(1) })
      const { tokenId, user } = yield* accounts.authenticate(key.token, "192.0.2.1")
      const signed = yield* accessTokens.issue({ user, tokenId: tokenId! })
      const tokens = [key.token, signed.token].map(Redacted.value)
      const statuses = Effect.forEach(tokens, (token) =>
        Effect.map(ask("GET", "/me", { token }), ({ status }) => status),
      )
      assert.deepStrictEqual(yield* statuses, [200, 200])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* statuses, [401, 401])
    }),
  )

  it.effect("an API key makes none that lasts longer than itself", () =>
    Effect.gen(function* () {
      yield* signedIn("joe")
      const { accounts } = yield* TestServer
      const key = yield* accounts.createToken("joe", { lifetime: Duration.seconds(10) })
      const made = Effect.fnUntraced(function* (body: object) {
        const { body: made, status } = yield* ask("POST", "/tokens", { token: Redacted.value(key.token), body })
        assert.strictEqual(status, 201)
        return made
      })
      const keys = yield* Effect.forEach([{}, { lifetime: null }, { lifetime: 60_000 }, { lifetime: 5000 }], made)
      assert.deepStrictEqual(
        keys.map(({ expires_at }) => expires_at),
        [key.expiresAt, key.expiresAt, key.expiresAt, key.expiresAt! - 5000],
      )
      const [byDefault, forEver, long, short] = keys.map(({ token }) => token)
      const status = (token = "") => Effect.map(ask("GET", "/me", { token }), ({ status }) => status)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* status(short), 401)
      for (const token of [byDefault, forEver, long]) assert.strictEqual(yield* status(token), 200)
      yield* TestClock.adjust("5 seconds")
      for (const token of [byDefault, forEver, long]) assert.strictEqual(yield* status(token), 401)
    }),
  )

  it.effect("an administrator adds people, keeps them out and lets them in again", () =>
    Effect.gen(function* () {
      const { token } = yield* signedIn("root", "admin")
      const added = yield* ask("POST", "/users", { token, body: { username: "carol", password } })
      assert.strictEqual(added.status, 201)
      assert.strictEqual(added.body.name, "carol")
      const signIn = (password: string) => ask("POST", "/session", { body: { username: "carol", password } })
      assert.strictEqual((yield* signIn(password)).status, 201)
      const change = (disabled: boolean) => ask("PATCH", "/users/carol", { token, body: { disabled } })
      assert.strictEqual((yield* change(true)).status, 204)
      assert.strictEqual((yield* signIn(password)).body.reason, "AccountDisabled")
      const { users } = (yield* ask("GET", "/users", { token })).body
      assert.isTrue(users.find(({ name }) => name === "carol")?.disabled)
      yield* change(false)
      const set = yield* ask("PUT", "/users/carol/password", { token, body: { password: "a new password" } })
      assert.strictEqual(set.status, 204)
      assert.strictEqual((yield* signIn("a new password")).status, 201)
    }),
  )

  it.effect("an invitation registers one name", () =>
    Effect.gen(function* () {
      const { token } = yield* signedIn("boss", "admin")
      const { code, id } = (yield* ask("POST", "/invitations", { token, body: {} })).body
      const register = (username: string, invite: string | number) =>
        ask("POST", "/session", { body: { username, password, invite } })
      assert.strictEqual((yield* register("dora", `${code}`)).status, 201)
      assert.strictEqual((yield* register("eve", `${code}`)).status, 401)
      const { invitations } = (yield* ask("GET", "/invitations", { token })).body
      assert.isString(invitations.find((invitation) => invitation.id === id)?.used_by)
      const other = (yield* ask("POST", "/invitations", { token, body: {} })).body
      assert.strictEqual((yield* ask("DELETE", `/invitations/${other.id}`, { token })).status, 204)
      assert.strictEqual((yield* register("eve", `${other.code}`)).status, 401)
    }),
  )

  it.effect("what is for administrators is for nobody else", () =>
    Effect.gen(function* () {
      const { token } = yield* signedIn("frank")
      for (const [method, path, body] of [
        ["GET", "/users", undefined],
        ["POST", "/users", { username: "x", password }],
        ["PATCH", "/users/frank", { disabled: true }],
        ["PUT", "/users/frank/password", { password }],
        ["GET", "/tokens?username=boss", undefined],
        ["GET", "/invitations", undefined],
        ["POST", "/invitations", {}],
        ["DELETE", "/invitations/x", undefined],
      ] as const) {
        assert.strictEqual((yield* ask(method, path, { token, body })).status, 403, `${method} ${path}`)
        assert.strictEqual((yield* ask(method, path, { body })).status, 401, `${method} ${path}`)
      }
    }),
  )
})
