/** The keys of access tokens, as somebody else's service verifies with them; and such a token at every door. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Jose from "jose"
import { client } from "../../src/http/index.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

const signedIn = Effect.fnUntraced(function* (name: string) {
  const { accessTokens, accounts } = yield* TestServer
  const user = yield* accounts.add({ name, password: Redacted.make("a long password"), role: "member" })
  const { id: tokenId } = yield* accounts.issueToken(user)
  const { token } = yield* accessTokens.issue({ user, tokenId })
  return { user, tokenId, token }
})

const url = Effect.map(TestServer, ({ address }) => `http://127.0.0.1:${address!.port}`)
const jwks = Effect.map(url, (url) => `${url}/.well-known/jwks.json`)
const get = (url: string, init?: RequestInit) => Effect.promise(() => fetch(url, init))

layer(TestServer.layerTcp())("the keys of access tokens", (it) => {
  it.effect("are published, so that others know whose a token is", () =>
    Effect.gen(function* () {
      const { token, user } = yield* signedIn("ann")
      const keys = Jose.createRemoteJWKSet(new URL(yield* jwks))
      const { payload } = yield* Effect.promise(() =>
        Jose.jwtVerify(Redacted.value(token), keys, {
          issuer: "natter",
          audience: "natter",
          typ: "at+jwt",
          // The test's clock has not gone on.
          currentDate: new Date(0),
        }),
      )
      assert.deepInclude(payload, { sub: user.id, name: "ann", role: "member" })
    }),
  )

  it.effect("may be kept for less time than they are published before they sign, by anybody", () =>
    Effect.gen(function* () {
      const response = yield* get(yield* jwks)
      assert.strictEqual(response.headers.get("content-type"), "application/jwk-set+json")
      assert.strictEqual(response.headers.get("cache-control"), "public, max-age=300")
      assert.strictEqual(response.headers.get("access-control-allow-origin"), "*")
      const { keys } = (yield* Effect.promise(() => response.json())) as { keys: Array<object> }
      assert.lengthOf(keys, 1)
      assert.notProperty(keys[0], "d")
    }),
  )

  it.effect("are there to be read", () =>
    Effect.gen(function* () {
      const head = yield* get(yield* jwks, { method: "HEAD" })
      assert.strictEqual(head.status, 200)
      const post = yield* get(yield* jwks, { method: "POST" })
      assert.strictEqual(post.status, 405)
      assert.strictEqual(post.headers.get("allow"), "GET, HEAD")
    }),
  )
})

layer(TestServer.layerTcp())("an access token", (it) => {
  it.effect("signs in over HTTP, and no longer when its session ends", () =>
    Effect.gen(function* () {
      const { accounts } = yield* TestServer
      const { token, tokenId } = yield* signedIn("ann")
      const ann = yield* client({ url: yield* url, token })
      yield* ann.channels.list({ query: {} })
      yield* accounts.revokeToken(tokenId)
      assert.deepInclude(yield* Effect.flip(ann.channels.list({ query: {} })), { status: 401, reason: "InvalidToken" })
    }),
  )

  it.effect("signs in by frames, and the session ends with the one that it belongs to", () =>
    Effect.gen(function* () {
      const { accounts, client2 } = yield* TestServer
      const { token, tokenId } = yield* signedIn("bob")
      const bob = yield* client2()
      yield* bob.send({ type: "Authenticate", token: Redacted.value(token) })
      const loggedIn = yield* bob.expect("LoggedIn")
      assert.strictEqual(loggedIn.username, "bob")
      assert.isUndefined(loggedIn.token)
      yield* accounts.revokeToken(tokenId)
      assert.strictEqual((yield* bob.expect("Disconnect")).reason, "TokenRevoked")
    }),
  )
})
