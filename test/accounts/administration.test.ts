/** What is made of accounts by those who look after them, and what is known of who has one. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { StorageError } from "../../src/accounts/AccountError.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { Scope } from "../../src/domain/Scope.ts"
import { UserId } from "../../src/domain/User.ts"
import { accounts } from "./fixture.ts"
import { add, address, listening, outcome, storeWith } from "./world.ts"

const broken = Effect.fail(new StorageError({ retryable: true, cause: "the disk" }))

const day = 86_400_000

describe("an account", () => {
  it.effect("is found by its name and by its id while it is enabled", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const ann = yield* accounts.add({ name: "Ann", password: Redacted.make("x"), role: "admin" })
      assert.deepStrictEqual({ ...ann, id: "" }, { id: "", name: "Ann", role: "admin" } as never)
      assert.deepStrictEqual(yield* accounts.find("ann"), Option.some(ann))
      assert.deepStrictEqual(yield* accounts.get(ann.id), Option.some(ann))
      assert.deepStrictEqual(yield* accounts.get(UserId.make("nobody")), Option.none())
      yield* accounts.disable("ann")
      assert.deepStrictEqual(yield* accounts.find("ann"), Option.none())
      assert.deepStrictEqual(yield* accounts.get(ann.id), Option.none())
      yield* accounts.enable("ann")
      assert.deepStrictEqual(yield* accounts.get(ann.id), Option.some(ann))
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("is not meant by a name that only looks like its own", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      yield* add("ann", "secret")
      const cyrillic = "аnn"
      assert.deepStrictEqual(yield* accounts.find(cyrillic), Option.none())
      for (const change of [
        accounts.setPassword(cyrillic, Redacted.make("changed")),
        accounts.disable(cyrillic),
        accounts.createToken(cyrillic),
      ]) {
        assert.strictEqual(
          (yield* Effect.flip(change as Effect.Effect<unknown, { readonly _tag: string }>))._tag,
          "AccountNotFound",
        )
      }
      assert.strictEqual(yield* outcome("ann", "secret"), "in")
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("has tokens of its own", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      for (const name of ["ann", "bob"]) yield* add(name, "secret")
      const hers = yield* accounts.createToken("ann")
      const his = yield* accounts.createToken("bob")
      const ids = (name?: string) =>
        Effect.map(Stream.runCollect(accounts.tokens(name)), (all) => all.map(({ id }) => id))
      assert.deepStrictEqual(yield* ids("ANN"), [hers.id])
      assert.deepStrictEqual(yield* ids(), [hers.id, his.id].toSorted())
    }).pipe(Effect.provide(accounts())),
  )
})

describe("an invite", () => {
  it.effect("is a code for a week, or as long as is wished, a year at most", () =>
    Effect.gen(function* () {
      const { invite } = yield* Accounts
      yield* TestClock.setTime(1000)
      const { code, expiresAt } = yield* invite()
      assert.match(Redacted.value(code), /^natinv_[A-Za-z0-9_-]{43}$/)
      assert.strictEqual(expiresAt, 1000 + 7 * day)
      const until = (lifetime: Duration.Duration) => Effect.map(invite(lifetime), ({ expiresAt }) => expiresAt)
      assert.strictEqual(yield* until(Duration.hours(1)), 1000 + day / 24)
      assert.strictEqual(yield* until(Duration.micros(1500n)), 1002)
      for (const lifetime of [Duration.days(365), Duration.days(366), Duration.infinity]) {
        assert.strictEqual(yield* until(lifetime), 1000 + 365 * day)
      }
    }).pipe(Effect.provide(accounts({ mode: "invite" }))),
  )
})

describe("a token", () => {
  it.effect("is for a session or for a program, with what its owner calls it", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const ann = yield* add("ann", "secret")
      yield* TestClock.setTime(1000)
      const kept = (id: string) =>
        Effect.map(Stream.runCollect(accounts.tokens()), (all) => all.find((token) => token.id === id))
      const rest = { userId: ann.id, createdAt: 1000, lastUsedAt: null, revokedAt: null }
      const program = yield* accounts.createToken("ann")
      assert.deepStrictEqual(yield* kept(program.id), {
        ...rest,
        id: program.id,
        kind: "access",
        label: null,
        scope: null,
        expiresAt: 1000 + 30 * day,
      })
      const label = `${"x".repeat(127)}\u200b\u0007y`
      const session = yield* accounts.issueToken(ann, { label, lifetime: Duration.micros(1500n) })
      assert.deepStrictEqual(yield* kept(session.id), {
        ...rest,
        id: session.id,
        kind: "session",
        // Cut first: it is never longer than that, whatever is in it.
        label: "x".repeat(127),
        scope: null,
        expiresAt: 1002,
      })
      const endless = yield* accounts.createToken("ann", { lifetime: Duration.infinity, label: "" })
      const { expiresAt, label: empty } = (yield* kept(endless.id))!
      assert.deepStrictEqual([expiresAt, empty], [null, ""])
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("of a session is good for its lifetime from when it was used; one of a program is not", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const ann = yield* add("ann", "secret")
      const { token } = yield* accounts.issueToken(ann)
      const program = yield* accounts.createToken("ann")
      const comes = (token: Redacted.Redacted) => Effect.isSuccess(accounts.authenticate(token, address))
      yield* TestClock.setTime(30 * day - 1)
      assert.deepStrictEqual([yield* comes(token), yield* comes(program.token)], [true, true])
      yield* TestClock.setTime(30 * day)
      assert.deepStrictEqual([yield* comes(token), yield* comes(program.token)], [true, false])
      // Less than a minute later it is not written again.
      yield* TestClock.setTime(60 * day - 1)
      assert.isFalse(yield* comes(token))
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("is for what it was made for", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const ann = yield* add("ann", "secret")
      const scope: Scope = { operations: ["publish"], channels: [ChannelName.make("den")] }
      yield* TestClock.setTime(1000)
      const { id, token } = yield* accounts.createToken("ann", { scope })
      assert.deepStrictEqual(yield* accounts.authenticate(token, address), {
        user: ann,
        tokenId: id,
        endsAt: 2_592_001_000,
        expiresAt: 2_592_001_000,
        scope: { ...scope, since: 1000 },
      })
      assert.deepStrictEqual(
        (yield* Stream.runCollect(accounts.tokens("ann"))).map(({ scope }) => scope),
        [scope],
      )
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("signs in though it cannot be noted that it was used", () => {
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const accounts = yield* Accounts
      const ann = yield* add("ann", "secret")
      const { id, token } = yield* accounts.issueToken(ann)
      lines()
      assert.deepStrictEqual(yield* accounts.authenticate(token, address), {
        user: ann,
        tokenId: id,
        scope: undefined,
        endsAt: undefined,
        expiresAt: 2_592_000_000,
      })
      assert.deepStrictEqual(
        lines().map(([level]) => level),
        ["Debug"],
      )
    }).pipe(Effect.provide([accounts({}, { store: storeWith(() => ({ touchToken: () => broken })) }), layer]))
  })

  it.effect("of a guest has the guest's id, and is the same each time", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const bob = yield* accounts.signIn({ username: "bob", password: Redacted.make(""), address })
      const [one, other] = [yield* accounts.issueToken(bob), yield* accounts.issueToken(bob)]
      assert.strictEqual(one.id, bob.id)
      assert.strictEqual(Redacted.value(one.token), Redacted.value(other.token))
      assert.deepStrictEqual(yield* Stream.runCollect(accounts.tokens()), [])
    }).pipe(Effect.provide(accounts({ mode: "guest" }))),
  )
})

describe("what ended", () => {
  it.effect("is forgotten every hour, and the next time where it could not be", () => {
    let purges = 0
    const purge = Effect.suspend(() => (purges++ === 0 ? broken : Effect.void))
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      yield* TestClock.adjust(0)
      assert.strictEqual(purges, 1)
      assert.deepStrictEqual(lines(), [["Warn", "ended tokens were not purged", {}]])
      yield* TestClock.adjust(3_599_999)
      assert.strictEqual(purges, 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(purges, 2)
      yield* TestClock.adjust("5 hours")
      assert.strictEqual(purges, 7)
      assert.deepStrictEqual(lines(), [])
    }).pipe(Effect.provide(Layer.provideMerge(accounts({}, { store: storeWith(() => ({ purge })) }), layer)))
  })
})
