/** The token by which a session comes back: what becomes of the session when the token ends, and when the password changes. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { TestServer } from "../../src/testing/TestServer.ts"
import { idOf, memory, user2 } from "../suites/transportWorld.ts"

/** Ann is signed in twice by her password. */
const twice = Effect.gen(function* () {
  const server = yield* TestServer
  yield* server.accounts.add({ name: "ann", password: Redacted.make("ann's"), role: "member" })
  const here = yield* user2(server, "ann")
  const [first] = yield* server.accounts.tokensOf(idOf(here) as never)
  const there = yield* user2(server, "ann")
  const user = (yield* server.accounts.find("ann")).valueOrUndefined!
  return { server, here, there, tokenId: first!.id, user }
})

describe("a session that signed in by a password", () => {
  it.live("ends when the token that it got is revoked, and no other does", () =>
    Effect.gen(function* () {
      const { here, server, there, tokenId } = yield* twice
      yield* server.accounts.revokeToken(tokenId)
      assert.strictEqual((yield* here.expect("Disconnect")).reason, "TokenRevoked")
      yield* there.ask({ type: "ListChannels" }, "Channels")
    }).pipe(Effect.scoped, Effect.provide(memory.layer()), Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.live("goes on when the password is changed by it, and the others end", () =>
    Effect.gen(function* () {
      const { here, server, there, tokenId, user } = yield* twice
      const [old, password] = [Redacted.make("ann's"), Redacted.make("new")]
      yield* server.accounts.changePassword({ user, address: undefined, old, password, keep: tokenId })
      assert.strictEqual((yield* there.expect("Disconnect")).reason, "PasswordChanged")
      yield* here.ask({ type: "ListChannels" }, "Channels")
      const again = yield* server.client2()
      yield* again.ask({ type: "Login", username: "ann", password: "new" }, "LoggedIn")
    }).pipe(Effect.scoped, Effect.provide(memory.layer()), Effect.provideService(References.MinimumLogLevel, "None")),
  )
})
