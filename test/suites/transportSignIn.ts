import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { calm, expectNothing, live, member1, member2, nextText, user2, type World } from "./transportWorld.ts"

const login = (username: string, password: string) => ({ type: "Login", username, password }) as const

/** The token by which `name` can come back. */
const tokenOf = Effect.fnUntraced(function* (server: TestServer["Service"], name: string) {
  const client = yield* server.client2()
  return (yield* client.ask(login(name, `${name}'s`), "LoggedIn")).token!
})

const signedInBy = Effect.fnUntraced(function* (server: TestServer["Service"], token: string) {
  const client = yield* server.client2()
  yield* client.ask({ type: "Authenticate", token }, "LoggedIn")
  return client
})

/** Signing in to version 2, and being put out again. */
export const signIn = ({ layer }: World): void => {
  live("says who one is now", layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client2()
      const { session, token, user_id, ...rest } = yield* client.ask(login("Ann", "a"), "LoggedIn")
      assert.deepStrictEqual<unknown>(rest, { type: "LoggedIn", ref: 1, username: "Ann", role: "member" })
      assert.match(token!, /^nat_/)
      assert.isNotEmpty(session)
      const other = yield* server.client2()
      // The same person, by any spelling of the name, under the name as it was registered.
      const again: object = yield* other.ask(login("ANN", "a"), "LoggedIn")
      assert.deepInclude(again, { user_id, username: "Ann" })
    }),
  )

  live("refuses by the catalog, and lets one try again", layer(), (server) =>
    Effect.gen(function* () {
      yield* user2(server, "ann")
      const client = yield* server.client2()
      const refused = Effect.fnUntraced(function* (frame: Parameters<TestClient2["ask"]>[0]) {
        yield* client.send({ ...frame, ref: 9 } as typeof frame)
        const { field, name, ref } = yield* client.expect("Error")
        assert.strictEqual(ref, 9)
        return field === undefined ? name : `${name} (${field})`
      })
      assert.strictEqual(yield* refused(login("ann", "wrong")), "InvalidCredentials")
      assert.strictEqual(yield* refused(login("", "x")), "InvalidUsername (username)")
      assert.strictEqual(yield* refused(login("x".repeat(65), "x")), "InvalidUsername (username)")
      assert.strictEqual(yield* refused(login("bob", "")), "InvalidPassword (password)")
      assert.strictEqual(yield* refused({ type: "Authenticate", token: "nat_nonsense" }), "InvalidToken")
      assert.strictEqual(yield* refused({ type: "Authenticate", token: "" }), "InvalidToken")
      yield* client.ask(login("bob", "b"), "LoggedIn")
    }),
  )

  live("by a token, without the password, as often as one likes", layer(), (server) =>
    Effect.gen(function* () {
      const token = yield* tokenOf(server, "ann")
      for (const _ of [1, 2]) {
        const client = yield* server.client2()
        const loggedIn = yield* client.ask({ type: "Authenticate", token }, "LoggedIn")
        assert.strictEqual<string>(loggedIn.username, "ann")
        assert.notProperty(loggedIn, "token")
      }
    }),
  )

  live("by a token from version 1, too", layer(), (server) =>
    Effect.gen(function* () {
      const one = yield* server.client1
      yield* one.send(login("ann", "a"))
      const { token } = yield* one.expect("LoginResponse")
      yield* signedInBy(server, token!)
    }),
  )

  live("a revoked token signs nobody in, and ends the sessions that used it", layer(), (server) =>
    Effect.gen(function* () {
      const token = yield* tokenOf(server, "ann")
      const client = yield* signedInBy(server, token)
      const byPassword = yield* user2(server, "ann")
      const [issued] = yield* Stream.runCollect(server.accounts.tokens("ann"))
      yield* server.accounts.revokeToken(issued!.id)
      assert.deepStrictEqual<unknown>(yield* client.expect("Disconnect"), {
        type: "Disconnect",
        code: 4507,
        reason: "TokenRevoked",
        message: "The token was revoked",
        reconnect: false,
      })
      assert.deepStrictEqual(yield* client.ended, { clean: true })
      yield* expectNothing(byPassword)
      const late = yield* server.client2()
      yield* late.send({ type: "Authenticate", token })
      assert.strictEqual((yield* late.expect("Error")).name, "InvalidToken")
    }),
  )

  live("a disabled account is put out of every session, in the words of each", layer(), (server) =>
    Effect.gen(function* () {
      const one = yield* member1(server, "ann")
      const two = yield* user2(server, "ann")
      yield* server.accounts.disable("ann")
      assert.strictEqual(yield* nextText(one), '{"type":"Error","code":403,"message":"The account was disabled"}')
      assert.deepInclude(yield* two.expect("Disconnect"), { code: 4508, reason: "AccountDisabled", reconnect: false })
      assert.deepStrictEqual(yield* one.ended, { clean: true })
      assert.deepStrictEqual(yield* two.ended, { clean: true })
      const again = yield* server.client2()
      yield* again.send(login("ann", "ann's"))
      assert.strictEqual((yield* again.expect("Error")).name, "AccountDisabled")
    }),
  )

  live("a changed role puts out whoever was something else, to come back as that", layer(), (server) =>
    Effect.gen(function* () {
      // Version 1 first: it lets nobody in under a name that is here already.
      const one = yield* member1(server, "ann")
      const token = yield* tokenOf(server, "ann")
      const two = yield* user2(server, "ann")
      yield* server.accounts.setRole("ann", "admin")
      assert.deepInclude(yield* two.expect("Disconnect"), { code: 4008, reason: "RoleChanged", reconnect: true })
      assert.strictEqual(
        yield* nextText(one),
        '{"type":"Error","code":401,"message":"Your role in this service has changed"}',
      )
      const again = yield* signedInBy(server, token)
      // It stays: it came after the change.
      yield* again.ask({ type: "Join", channel: "den" }, "Joined")
    }),
  )

  live("a changed password puts out whoever came with the old one", layer(), (server) =>
    Effect.gen(function* () {
      const token = yield* tokenOf(server, "ann")
      const client = yield* user2(server, "ann")
      yield* server.accounts.setPassword("ann", Redacted.make("new"))
      assert.deepInclude(yield* client.expect("Disconnect"), { reason: "PasswordChanged" })
      const again = yield* server.client2()
      yield* again.send({ type: "Authenticate", token })
      assert.strictEqual((yield* again.expect("Error")).name, "InvalidToken")
      yield* again.ask(login("ann", "new"), "LoggedIn")
    }),
  )

  live("from several devices at once: all hear, and the last one to leave is the one that leaves", layer(), (server) =>
    Effect.gen(function* () {
      const watcher = yield* member1(server, "watcher")
      const phone = yield* member2(server, "ann", "lobby")
      assert.strictEqual((yield* watcher.expect("UserJoined")).username, "ann")
      const laptop = yield* user2(server, "ann")
      assert.strictEqual((yield* laptop.ask({ type: "Join", channel: "lobby" }, "Joined")).count, 2)
      yield* phone.ask({ type: "Publish", channel: "lobby", id: "1", content: "hi" }, "Published")
      yield* laptop.until("Message")
      yield* watcher.expect("ChatMessage")
      yield* phone.link.abort
      yield* laptop.ask({ type: "Publish", channel: "lobby", id: "2", content: "still here" }, "Published")
      assert.strictEqual((yield* watcher.expect("ChatMessage")).content, "still here")
      yield* laptop.link.abort
      assert.strictEqual((yield* watcher.expect("UserLeft")).username, "ann")
    }),
  )

  live("version 1 knows no second device", layer(calm), (server) =>
    Effect.gen(function* () {
      const two = yield* user2(server, "ann")
      const one = yield* server.client1
      yield* one.send(login("ann", "ann's"))
      assert.strictEqual((yield* one.expect("LoginResponse")).message, "Username already taken")
      yield* two.send({ type: "Disconnect" })
      yield* two.expect("Disconnect")
      yield* two.ended
      yield* one.send(login("ann", "ann's"))
      assert.isTrue((yield* one.expect("LoginResponse")).success)
    }),
  )

  const guests = layer({ accounts: { mode: "guest" } })
  live("a guest has any free name under any password, and is somebody new each time", guests, (server) =>
    Effect.gen(function* () {
      const ann = yield* server.client2()
      const loggedIn = yield* ann.ask(login("ann", ""), "LoggedIn")
      assert.strictEqual(loggedIn.role, "guest")
      assert.match(loggedIn.token!, /^natg_/)
      const other = yield* server.client2()
      yield* other.send(login("Ann", "whatever"))
      assert.deepInclude(yield* other.expect("Error"), { name: "UsernameTaken", code: 204 })
      yield* ann.send({ type: "Disconnect" })
      yield* ann.expect("Disconnect")
      yield* ann.ended
      const next = yield* other.ask(login("ann", ""), "LoggedIn")
      assert.notStrictEqual(next.user_id, loggedIn.user_id)
      // By its token a guest is the same again, while nobody else has the name.
      const back = yield* server.client2()
      yield* back.send({ type: "Authenticate", token: loggedIn.token! })
      assert.deepInclude(yield* back.expect("Error"), { name: "UsernameTaken" })
      yield* other.send({ type: "Disconnect" })
      yield* other.expect("Disconnect")
      yield* other.ended
      const same = yield* back.ask({ type: "Authenticate", token: loggedIn.token! }, "LoggedIn")
      assert.strictEqual(same.user_id, loggedIn.user_id)
      const one = yield* server.client1
      yield* one.send(login("bob", "x"))
      assert.deepStrictEqual(yield* one.expect("LoginResponse"), {
        type: "LoginResponse",
        success: true,
        message: "Login successful",
        token: null,
      })
    }),
  )

  live(
    "where accounts are closed an unknown name is as wrong as a password",
    layer({ accounts: { mode: "closed" } }),
    (server) =>
      Effect.gen(function* () {
        const one = yield* server.client1
        yield* one.send(login("nobody", "x"))
        assert.strictEqual((yield* one.expect("LoginResponse")).message, "Invalid credentials")
        const two = yield* server.client2()
        yield* two.send(login("nobody", "x"))
        assert.strictEqual((yield* two.expect("Error")).name, "InvalidCredentials")
      }),
  )

  live("where an invite is needed, it registers one account", layer({ accounts: { mode: "invite" } }), (server) =>
    Effect.gen(function* () {
      const invite = Redacted.value((yield* server.accounts.invite()).code)
      const client = yield* server.client2()
      yield* client.send(login("ann", "a"))
      const without = yield* client.expect("Error")
      assert.strictEqual(without.name, "InvalidCredentials")
      assert.match(without.message, /a new name needs an invitation/)
      yield* client.send({ ...login("ann", "a"), invite: "natinv_wrong" })
      assert.deepStrictEqual(yield* client.expect("Error"), without)
      yield* client.ask({ ...login("ann", "a"), invite }, "LoggedIn")
      const other = yield* server.client2()
      yield* other.send({ ...login("bob", "b"), invite })
      assert.deepStrictEqual(yield* other.expect("Error"), without)
    }),
  )
}
