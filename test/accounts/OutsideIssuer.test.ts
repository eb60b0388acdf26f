import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import type { OutsideIssuer } from "../../src/accounts/OutsideIssuer.ts"
import { audience, fakeIssuer } from "./FakeIssuer.ts"
import { signed, whose } from "./signed.ts"
import { add, address, listening, outcome } from "./world.ts"

type Issuer = Effect.Success<typeof fakeIssuer>
type Settings = Partial<typeof OutsideIssuer.Settings.Service>

/** A test with an issuer whose tokens are taken. */
const test = (
  title: string,
  body: (issuer: Issuer) => Effect.Effect<void, unknown, Accounts | AccountStore | Scope.Scope>,
  settings: Settings = {},
) =>
  it.effect(title, () =>
    Effect.gen(function* () {
      const issuer = yield* fakeIssuer
      const outside = { issuer: issuer.issuer, audience, register: true, ...settings }
      yield* Effect.provide(body(issuer), signed({ outside }))
    }),
  )

/** Why a token signs nobody in, in words. */
const refusal = (token: string) =>
  Effect.flatMap(Accounts, (accounts) => Effect.flip(accounts.authenticate(Redacted.make(token), address)))

const alice = { sub: "00u1", preferred_username: "Alice" }

describe("an issuer outside", () => {
  test("has its people signed in, each as one account, which is made at the first use", (issuer) =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const token = Redacted.make(yield* issuer.sign(alice))
      const first = yield* accounts.authenticate(token, address)
      assert.strictEqual(first.user.name, "Alice")
      assert.strictEqual(first.user.role, "member")
      assert.isUndefined(first.tokenId)
      assert.deepStrictEqual(Option.getOrThrow(yield* accounts.find("alice")), first.user)
      const renamed = Redacted.make(yield* issuer.sign({ ...alice, preferred_username: "Alicia" }))
      assert.deepStrictEqual((yield* accounts.authenticate(renamed, address)).user, first.user)
      assert.strictEqual(yield* whose(yield* issuer.sign({ sub: "00u2", preferred_username: "Bob" })), "Bob")
      assert.deepStrictEqual(issuer.asked, ["/.well-known/openid-configuration", "/keys"])
    }))

  test("gives accounts that have no password", (issuer) =>
    Effect.gen(function* () {
      yield* whose(yield* issuer.sign(alice))
      for (const password of ["none", "Alice", "00u1", "x"]) {
        assert.strictEqual(yield* outcome("Alice", password), "InvalidCredentials", password)
      }
    }))

  for (const alg of ["RS256", "PS256", "ES256", "EdDSA"]) {
    test(`may sign by ${alg}`, (issuer) =>
      Effect.gen(function* () {
        yield* issuer.addKey(alg, "mine")
        assert.strictEqual(yield* whose(yield* issuer.sign(alice)), "Alice")
      }))
  }

  test("may have its keys in a place that a setting names", (issuer) =>
    Effect.gen(function* () {
      const outside = { issuer: issuer.issuer, audience, register: true, jwks: `${issuer.issuer}/keys` }
      const token = yield* issuer.sign(alice)
      assert.strictEqual(yield* Effect.provide(whose(token), signed({ outside })), "Alice")
      assert.deepStrictEqual(issuer.asked, ["/keys"])
    }))

  test("is believed in nothing that it has not signed, or not for us", (issuer) =>
    Effect.gen(function* () {
      const { sign } = issuer
      yield* issuer.addKey("ES512", "strong")
      const strange = yield* sign(alice)
      issuer.withdraw("strong")
      const good = yield* sign(alice)
      const [header = "", payload = "", signature = ""] = good.split(".")
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
      const wrong: Record<string, string> = {
        "another audience": yield* sign({ ...alice, aud: "another" }),
        "no audience": yield* sign({ ...alice, aud: undefined as never }),
        "another issuer": yield* sign({ ...alice, iss: `${issuer.issuer}/` }),
        "no issuer": yield* sign({ ...alice, iss: undefined as never }),
        expired: yield* sign({ ...alice, exp: -31 }),
        "without an end": yield* sign({ ...alice, exp: undefined as never }),
        "not yet": yield* sign({ ...alice, nbf: 31 }),
        nobody: yield* sign({ preferred_username: "Alice" }),
        "too long a subject": yield* sign({ ...alice, sub: "x".repeat(256) }),
        "an algorithm that is not taken": strange,
        "a key that is not published": yield* sign(alice, { key: yield* issuer.secretKey("RS256", "first") }),
        "no signature": `${part({ alg: "none", kid: "first" })}.${payload}.`,
        "another header": `${part({ alg: "RS256" })}.${payload}.${signature}`,
        "another payload": `${header}.${part({ ...alice, sub: "00u2" })}.${signature}`,
      }
      for (const [what, token] of Object.entries(wrong)) assert.strictEqual(yield* whose(token), "InvalidToken", what)
      assert.isTrue(Option.isNone(yield* (yield* Accounts).find("Alice")))
      assert.strictEqual(yield* whose(good), "Alice")
      assert.strictEqual(yield* whose(yield* sign({ ...alice, exp: -29 })), "Alice", "clocks differ a little")
    }))

  test("never gets an account that is there already", (issuer) =>
    Effect.gen(function* () {
      const { id } = yield* add("Alice", "secret")
      for (const name of ["Alice", "aLICE", "AIice"]) {
        const error = yield* refusal(yield* issuer.sign({ ...alice, preferred_username: name }))
        assert.strictEqual(error.message, `There is no account for this token: the name "${name}" is another account's`)
      }
      assert.strictEqual(Option.getOrThrow(yield* (yield* Accounts).find("Alice")).id, id)
      assert.strictEqual(yield* outcome("Alice", "secret"), "in")
    }))

  test("gives names that are like those of others", (issuer) =>
    Effect.gen(function* () {
      for (const [name, said] of [
        ["", "A username has 1 to 64 characters"],
        ["x".repeat(65), "A username has 1 to 64 characters"],
        ["a\u{200b}b", "A username has 1 to 64 characters"],
        [7, 'it has no claim "preferred_username"'],
        [undefined, 'it has no claim "preferred_username"'],
      ] as const) {
        const error = yield* refusal(yield* issuer.sign({ sub: "00u1", preferred_username: name }))
        assert.strictEqual(error._tag, "IdentityRefused")
        assert.include(error.message, said)
      }
    }))

  test(
    "gets no new accounts where they are not wished for, and keeps those that it has",
    (issuer) =>
      Effect.gen(function* () {
        const error = yield* refusal(yield* issuer.sign(alice))
        assert.include(error.message, "new ones are made by an administrator")
        const store = yield* AccountStore
        const bob = yield* add("Bob", "secret")
        const known = Option.getOrThrow(yield* store.find("Bob"))
        const carol = { ...known, id: `${bob.id}2` as typeof bob.id, name: "Carol" as typeof bob.name }
        yield* store.add(carol, undefined, { issuer: issuer.issuer, subject: "00u3" })
        assert.strictEqual(yield* whose(yield* issuer.sign({ sub: "00u3" })), "Carol")
      }),
    { register: false },
  )

  test(
    "says who is an administrator, with each token",
    (issuer) =>
      Effect.gen(function* () {
        const accounts = yield* Accounts
        const roleBy = (roles: unknown) =>
          Effect.gen(function* () {
            const token = Redacted.make(yield* issuer.sign({ ...alice, realm: { roles }, jti: JSON.stringify(roles) }))
            const { user } = yield* accounts.authenticate(token, address)
            assert.strictEqual(Option.getOrThrow(yield* accounts.get(user.id)).role, user.role)
            return user.role
          })
        assert.strictEqual(yield* roleBy(["staff", "chat-admin"]), "admin")
        assert.strictEqual(yield* roleBy(["staff"]), "member")
        assert.strictEqual(yield* roleBy("chat-admin"), "admin")
        assert.strictEqual(yield* roleBy(undefined), "member")
        assert.strictEqual(yield* roleBy(["chat-admin2"]), "member")
      }),
    { roleClaim: "realm.roles", adminValue: "chat-admin" },
  )

  test("has its people out when their accounts are disabled here", (issuer) =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const token = yield* issuer.sign(alice)
      assert.strictEqual(yield* whose(token), "Alice")
      yield* accounts.disable("Alice")
      assert.strictEqual(yield* whose(token), "AccountDisabled")
      yield* accounts.enable("Alice")
      assert.strictEqual(yield* whose(token), "Alice")
    }))

  test("makes one account for somebody who comes twice at the same moment", (issuer) =>
    Effect.gen(function* () {
      const token = yield* issuer.sign(alice)
      const all = yield* Effect.all(
        Array.from({ length: 20 }, () => whose(token)),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(all, Array(20).fill("Alice"))
      assert.lengthOf(yield* (yield* AccountStore).list({ limit: 10 }), 1)
    }))

  test("is asked for a key that is new, and not more often than every half minute", (issuer) =>
    Effect.gen(function* () {
      const before = yield* issuer.sign(alice)
      assert.strictEqual(yield* whose(before), "Alice")
      yield* issuer.addKey("ES256", "second")
      const after = yield* issuer.sign(alice)
      assert.strictEqual(yield* whose(after), "InvalidToken")
      assert.lengthOf(issuer.asked, 2)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* whose(after), "Alice")
      assert.lengthOf(issuer.asked, 4)
      const unknown = yield* issuer.sign(alice, { header: { kid: "unknown" } })
      for (let n = 0; n < 20; n++) assert.strictEqual(yield* whose(unknown), "InvalidToken")
      assert.lengthOf(issuer.asked, 4)
    }))

  test("withdraws a key within ten minutes", (issuer) =>
    Effect.gen(function* () {
      const stolen = yield* issuer.secretKey("ES256", "stolen")
      issuer.answers["/keys"] = issuer.json({ keys: [stolen.publicKey] })
      const by = (jti: string) => issuer.sign({ ...alice, jti, exp: 9999 }, { key: stolen })
      assert.strictEqual(yield* whose(yield* by("1")), "Alice")
      issuer.answers["/keys"] = issuer.json({ keys: [] })
      yield* TestClock.adjust("599 seconds")
      assert.strictEqual(yield* whose(yield* by("2")), "Alice")
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* whose(yield* by("3")), "InvalidToken")
    }))

  for (const [what, answer] of [
    ["is broken", (_: unknown, response) => response.writeHead(500).end("secret")],
    ["sends people elsewhere", (_: unknown, response) => response.writeHead(302, { location: "/keys2" }).end()],
    ["says nonsense", (_: unknown, response) => response.end("nonsense")],
    ["has no keys", (_: unknown, response) => response.end("{}")],
    ["never stops", (_: unknown, response) => response.end(`"${"x".repeat(300_000)}"`)],
  ] as ReadonlyArray<readonly [string, Issuer["answers"][string]]>) {
    test(`that ${what} is away: who comes is told to come back, and it is left alone for a while`, (issuer) =>
      Effect.gen(function* () {
        issuer.answers["/keys2"] = issuer.answers["/keys"]!
        const working = issuer.answers["/keys"]!
        issuer.answers["/keys"] = answer
        const token = yield* issuer.sign(alice)
        const error = yield* refusal(token)
        assert.strictEqual(error._tag, "IssuerAway")
        assert.strictEqual(error.message, "The issuer of this token can't be reached just now; try again in 5 s")
        for (let n = 0; n < 5; n++) assert.strictEqual(yield* whose(token), "IssuerAway")
        assert.lengthOf(issuer.asked, 2)
        issuer.answers["/keys"] = working
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* whose(token), "Alice")
      }))
  }

  test("that does not answer is waited for no longer than five seconds, by all together", (issuer) =>
    Effect.gen(function* () {
      issuer.answers["/keys"] = () => undefined
      const token = yield* issuer.sign(alice)
      const waiting = yield* Effect.all(
        Array.from({ length: 10 }, () => whose(token)),
        { concurrency: "unbounded" },
      ).pipe(Effect.forkChild({ startImmediately: true }))
      while (issuer.asked.length < 2) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* Fiber.join(waiting), Array(10).fill("IssuerAway"))
    }))

  test("that is away for a day at most leaves its keys here", (issuer) =>
    Effect.gen(function* () {
      const token = (jti: string) => issuer.sign({ ...alice, jti, exp: 999_999 })
      assert.strictEqual(yield* whose(yield* token("1")), "Alice")
      issuer.answers["/keys"] = (_, response) => void response.writeHead(503).end()
      yield* TestClock.adjust("23 hours")
      assert.strictEqual(yield* whose(yield* token("2")), "Alice")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* whose(yield* token("3")), "IssuerAway")
    }))

  test("is no other one", (issuer) =>
    Effect.gen(function* () {
      issuer.answers["/.well-known/openid-configuration"] = issuer.json({
        issuer: "https://another.example",
        jwks_uri: `${issuer.issuer}/keys`,
      })
      assert.strictEqual(yield* whose(yield* issuer.sign(alice)), "IssuerAway")
    }))

  it.effect("has nothing of its tokens in the log", () =>
    Effect.gen(function* () {
      const log = listening()
      const issuer = yield* fakeIssuer
      const outside = { issuer: issuer.issuer, audience, register: true }
      const tokens = [yield* issuer.sign(alice), yield* issuer.sign({ ...alice, sub: "x", jti: "2" })]
      yield* Effect.gen(function* () {
        for (const token of tokens) yield* whose(token)
        issuer.answers["/keys"] = (_, response) => void response.writeHead(500).end()
        yield* TestClock.adjust(Duration.minutes(11))
        for (const token of tokens) yield* whose(token)
      }).pipe(Effect.provide(signed({ outside }).pipe(Layer.provideMerge(log.layer))))
      const lines = JSON.stringify(log.lines())
      assert.include(lines, "account registered")
      assert.include(lines, "the keys of an issuer can't be read")
      for (const token of tokens) for (const part of token.split(".")) assert.notInclude(lines, part)
    }),
  )
})
