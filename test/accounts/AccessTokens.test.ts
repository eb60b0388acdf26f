import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import * as Jose from "jose"
import { createHmac } from "node:crypto"
import { setImmediate } from "node:timers/promises"
import { AccessTokens } from "../../src/accounts/AccessTokens.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { SigningKeys } from "../../src/accounts/SigningKeys.ts"
import { signed, signIn, whose } from "./signed.ts"
import { address, listening, storeWith } from "./world.ts"

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** Signs what is no access token, by a key that signs them. */
const forge = (claims: Jose.JWTPayload, header: object) =>
  Effect.gen(function* () {
    const [key] = yield* (yield* SigningKeys).list
    const jwk = { kty: "OKP", crv: "Ed25519", x: key!.publicKey, d: Redacted.value(key!.privateKey) }
    return yield* Effect.promise(async () =>
      new Jose.SignJWT(claims)
        .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: key!.id, ...header })
        .sign(await Jose.importJWK(jwk, "EdDSA")),
    )
  })

/** Waits until it is so: keys are made beside, in real time. */
const soon = <A, E>(what: Effect.Effect<A, E>, done: (a: A) => boolean): Effect.Effect<void, E> =>
  Effect.gen(function* () {
    while (!done(yield* what)) yield* Effect.promise(() => setImmediate())
  })

/** Stores that outlive what is built on them. */
const keptElsewhere = Effect.map(
  Layer.build(Layer.fresh(Layer.merge(AccountStore.layerMemory, SigningKeys.layerMemory))),
  (context) => ({
    store: Layer.succeed(AccountStore, Context.get(context, AccountStore)),
    keys: Layer.succeed(SigningKeys, Context.get(context, SigningKeys)),
  }),
)

describe("access tokens", () => {
  it.effect("say whose they are, by whom, for whom, and until when; anybody verifies them by the published keys", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(7_200_500)
      const { expiresAt, token, tokenId, user } = yield* signIn("Alice")
      const keys = yield* (yield* AccessTokens).published
      const { payload, protectedHeader } = yield* Effect.promise(() =>
        Jose.jwtVerify(Redacted.value(token), Jose.createLocalJWKSet({ keys: [...keys] }), {
          currentDate: new Date(7_200_500),
          algorithms: ["EdDSA"],
        }),
      )
      const { jti, ...claims } = payload
      assert.deepStrictEqual(claims, {
        iss: "natter",
        aud: "natter",
        sub: user.id,
        name: "Alice",
        role: "member",
        sid: tokenId,
        iat: 7200,
        exp: 7800,
      })
      assert.isString(jti)
      assert.strictEqual(expiresAt, 7_800_000)
      assert.deepStrictEqual(protectedHeader, { alg: "EdDSA", typ: "at+jwt", kid: keys[0]!.kid })
      assert.deepStrictEqual(Object.keys(keys[0]!).sort(), ["alg", "crv", "kid", "kty", "use", "x"])
    }).pipe(Effect.provide(signed())),
  )

  it.effect("sign in as the user of the token behind them, which they belong to", () =>
    Effect.gen(function* () {
      const { expiresAt, token, tokenId, user } = yield* signIn("Alice")
      const identity = yield* (yield* Accounts).authenticate(token, address)
      assert.deepStrictEqual(identity, { user, tokenId, scope: undefined, expiresAt, endsAt: undefined })
    }).pipe(Effect.provide(signed())),
  )

  it.effect("are good until they expire, to the second, however often they are used", () =>
    Effect.gen(function* () {
      const { token } = yield* signIn("Alice")
      for (let n = 0; n < 10; n++) {
        assert.strictEqual(yield* whose(token), "Alice")
        yield* TestClock.adjust(59_900)
      }
      assert.strictEqual(yield* whose(token), "Alice")
      yield* TestClock.adjust(1000)
      assert.strictEqual(yield* whose(token), "InvalidToken")
    }).pipe(Effect.provide(signed())),
  )

  it.effect("end no later than the token behind them", () =>
    Effect.gen(function* () {
      const { expiresAt, token } = yield* signIn("Alice")
      assert.strictEqual(expiresAt, 60_000)
      assert.strictEqual(yield* whose(token), "Alice")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* whose(token), "InvalidToken")
    }).pipe(Effect.provide(signed({ accounts: { tokenLifetime: Duration.minutes(1) } }))),
  )

  for (const [what, end, told] of [
    [
      "its session is revoked",
      ({ tokenId }) => Effect.flatMap(Accounts, (a) => a.revokeToken(tokenId)),
      "InvalidToken",
    ],
    ["the account is disabled", () => Effect.flatMap(Accounts, (a) => a.disable("Alice")), "AccountDisabled"],
    [
      "the password is changed",
      () => Effect.flatMap(Accounts, (a) => a.setPassword("Alice", Redacted.make("another"))),
      "InvalidToken",
    ],
  ] as ReadonlyArray<
    [string, (signedIn: { readonly tokenId: string }) => Effect.Effect<void, unknown, Accounts>, string]
  >) {
    it.effect(`are refused at once when ${what}`, () =>
      Effect.gen(function* () {
        const alice = yield* signIn("Alice")
        const { token: bobs } = yield* signIn("Bob")
        assert.strictEqual(yield* whose(alice.token), "Alice")
        yield* end(alice)
        assert.strictEqual(yield* whose(alice.token), told)
        assert.strictEqual(yield* whose(bobs), "Bob")
        yield* Effect.flip((yield* AccessTokens).issue(alice))
      }).pipe(Effect.provide(signed())),
    )

    it.effect(`are refused within two seconds when another process says that ${what}`, () =>
      Effect.gen(function* () {
        const kept = yield* keptElsewhere
        const here = yield* Layer.build(signed(kept))
        const there = yield* Layer.build(signed(kept))
        const alice = yield* Effect.provide(signIn("Alice"), here)
        yield* Effect.yieldNow
        assert.strictEqual(yield* Effect.provide(whose(alice.token), here), "Alice")
        yield* Effect.provide(end(alice), there)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(yield* Effect.provide(whose(alice.token), here), told)
      }),
    )
  }

  it.effect("are not remembered where something ended while they were looked into", () =>
    Effect.gen(function* () {
      const { token, tokenId } = yield* signIn("Alice")
      const accounts = yield* Accounts
      revoke = Effect.ignore(accounts.revokeToken(tokenId))
      assert.strictEqual(yield* whose(token), "Alice")
      assert.strictEqual(yield* whose(token), "InvalidToken")
    }).pipe(
      Effect.provide(
        signed({
          store: storeWith((store) => ({
            getToken: (id) =>
              Effect.tap(store.getToken(id), () => Effect.suspend(() => revoke)).pipe(
                Effect.tap(() => {
                  revoke = Effect.void
                  return Effect.void
                }),
              ),
          })),
        }),
      ),
    ),
  )
  let revoke: Effect.Effect<void> = Effect.void

  it.effect("cost one question to the store a minute, however often they are used", () =>
    Effect.gen(function* () {
      const { token } = yield* signIn("Alice")
      asked = 0
      for (let n = 0; n < 100; n++) yield* whose(token)
      assert.strictEqual(asked, 1)
      yield* TestClock.adjust("1 minute")
      for (let n = 0; n < 100; n++) yield* whose(token)
      assert.strictEqual(asked, 2)
    }).pipe(
      Effect.provide(
        signed({
          store: storeWith((store) => ({
            getToken: (id) => {
              asked++
              return store.getToken(id)
            },
          })),
        }),
      ),
    ),
  )
  let asked = 0

  it.effect("are refused where anything about them is wrong", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(7_200_000)
      const { token, tokenId, user } = yield* signIn("Alice")
      const bob = yield* signIn("Bob")
      const good = { iss: "natter", aud: "natter", sub: user.id, sid: tokenId, exp: 7800 }
      assert.strictEqual(yield* whose(yield* forge(good, {})), "Alice")
      const [header = "", payload = "", signature = ""] = Redacted.value(token).split(".")
      const { kid } = Jose.decodeProtectedHeader(Redacted.value(token))
      const [key] = yield* (yield* SigningKeys).list
      const withHmac = (secret: string) => {
        const text = `${part({ alg: "HS256", typ: "at+jwt", kid })}.${payload}`
        return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`
      }
      const other = (name: string) => ({ ...good, [name]: undefined })
      const wrong: Record<string, string> = {
        "no signature": `${header}.${payload}.`,
        "no algorithm": `${part({ alg: "none", typ: "at+jwt", kid })}.${payload}.`,
        "no algorithm, a signature": `${part({ alg: "none", typ: "at+jwt", kid })}.${payload}.${signature}`,
        "the public key as a secret": withHmac(key!.publicKey),
        "the public key's bytes as a secret": withHmac(Buffer.from(key!.publicKey, "base64url").toString("latin1")),
        "a signature that is not its own": `${header}.${payload}.${Redacted.value(bob.token).split(".")[2]}`,
        "another payload": `${header}.${part({ ...good, sub: bob.user.id })}.${signature}`,
        "an unknown key": `${part({ alg: "EdDSA", typ: "at+jwt", kid: "another" })}.${payload}.${signature}`,
        "no key": `${part({ alg: "EdDSA", typ: "at+jwt" })}.${payload}.${signature}`,
        "another type": yield* forge(good, { typ: "JWT" }),
        "no type": yield* forge(good, { typ: undefined }),
        "another issuer": yield* forge({ ...good, iss: "somebody" }, {}),
        "no issuer": yield* forge(other("iss"), {}),
        "an issuer without a name": yield* forge({ ...good, iss: "" }, {}),
        "another audience": yield* forge({ ...good, aud: "somebody" }, {}),
        "no audience": yield* forge(other("aud"), {}),
        "no end": yield* forge(other("exp"), {}),
        "an end in the past": yield* forge({ ...good, exp: 7200 }, {}),
        "a beginning in the future": yield* forge({ ...good, nbf: 7300 }, {}),
        nobody: yield* forge(other("sub"), {}),
        "no session": yield* forge(other("sid"), {}),
        "somebody else's session": yield* forge({ ...good, sid: bob.tokenId }, {}),
        "an unknown session": yield* forge({ ...good, sid: "unknown" }, {}),
        "four parts": `${Redacted.value(token)}.${signature}`,
        "two parts": `${header}.${payload}`,
        "no JSON": `${header}.${Buffer.from("nonsense").toString("base64url")}.${signature}`,
        "too much": `${header}.${payload}.${signature}${"A".repeat(4096)}`,
      }
      for (const [what, text] of Object.entries(wrong)) assert.strictEqual(yield* whose(text), "InvalidToken", what)
      assert.strictEqual(yield* whose(token), "Alice")
    }).pipe(Effect.provide(signed())),
  )

  it.effect("are told from a guest's token, which has a dot too", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const guest = yield* accounts.signIn({ username: "Zoe", password: Redacted.make("x"), address })
      const { token } = yield* accounts.issueToken(guest)
      assert.match(Redacted.value(token), /^natg_[\w-]+\.[\w-]+$/)
      assert.strictEqual(yield* whose(token), "Zoe")
      assert.strictEqual(yield* whose(`${Redacted.value(token)}.x`), "InvalidToken")
    }).pipe(Effect.provide(signed({ accounts: { mode: "guest" } }))),
  )

  it.effect("come of a new key in time, which was published before; the old one stays as long as its tokens", () =>
    Effect.gen(function* () {
      const tokens = yield* AccessTokens
      const kids = Effect.map(tokens.published, (keys) => keys.map(({ kid }) => kid))
      const kidOf = (token: Redacted.Redacted) => Jose.decodeProtectedHeader(Redacted.value(token)).kid
      const alice = yield* signIn("Alice")
      const fresh = Effect.map(tokens.issue(alice), ({ token }) => token)
      const [first] = yield* kids
      assert.strictEqual(kidOf(alice.token), first)

      yield* TestClock.adjust("22 hours")
      assert.deepStrictEqual(yield* kids, [first])
      yield* TestClock.adjust("1 hour")
      yield* soon(kids, (kids) => kids.length === 2)
      const [, second] = yield* kids
      assert.isString(second)
      assert.strictEqual(kidOf(yield* fresh), first)
      yield* TestClock.adjust("59 minutes")
      const last = yield* fresh
      assert.strictEqual(kidOf(last), first)

      yield* TestClock.adjust("1 minute")
      assert.strictEqual(kidOf(yield* fresh), second)
      assert.deepStrictEqual(yield* kids, [first, second])
      yield* TestClock.adjust("8 minutes")
      assert.strictEqual(yield* whose(last), "Alice")
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* kids, [second])
      yield* soon((yield* SigningKeys).list, (kept) => kept.length === 1)
    }).pipe(Effect.provide(signed({ settings: { rotateEvery: Duration.days(1) } }))),
  )

  it.effect("are good after a restart, by the keys that were kept, unless their session was ended meanwhile", () =>
    Effect.gen(function* () {
      const kept = yield* keptElsewhere
      const [alice, bob] = yield* Effect.all([signIn("Alice"), signIn("Bob")]).pipe(Effect.provide(signed(kept)))
      yield* Effect.flatMap(AccountStore, (store) => store.revokeToken(bob.tokenId)).pipe(Effect.provide(kept.store))
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* whose(alice.token), "Alice")
        assert.strictEqual(yield* whose(bob.token), "InvalidToken")
      }).pipe(Effect.provide(signed(kept)))
    }),
  )

  it.effect("keep the halves of keys that are secret out of the log", () =>
    Effect.gen(function* () {
      const log = listening()
      yield* Effect.gen(function* () {
        yield* signIn("Alice")
        yield* TestClock.adjust("1 days")
        const { list } = yield* SigningKeys
        yield* soon(list, (keys) => keys.length === 2)
        const keys = yield* list
        const lines = JSON.stringify(log.lines())
        assert.include(lines, "a new key")
        for (const key of keys) {
          assert.notInclude(lines, Redacted.value(key.privateKey))
          assert.notInclude(JSON.stringify(key), Redacted.value(key.privateKey))
        }
      }).pipe(Effect.provide(signed({ settings: { rotateEvery: Duration.days(1) } }).pipe(Layer.provide(log.layer))))
    }),
  )
})
