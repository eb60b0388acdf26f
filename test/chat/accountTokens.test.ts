/** What one can do about the tokens of one's programs. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as account from "../../src/chat/account/operations.ts"
import type { Caller } from "../../src/chat/Caller.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { operationsOf, type Scope } from "../../src/domain/Scope.ts"
import { address, callerOf, world, reasonOf, test, name, den, ofAccount } from "./accountWorld.ts"

describe("tokens for programs", () => {
  const { createToken, listTokens, revokeToken } = account

  test(
    "are made for as much as is said, as long as is said",
    Effect.gen(function* () {
      const { accounts, ann, chat } = yield* world
      const by = callerOf(ann)
      const scope: Scope = { ...den, operations: ["publish"] }
      const { id, token } = yield* createToken(chat, by, { label: "builds", scope, lifetime: 5000 })
      const whole = yield* createToken(chat, by, { lifetime: null })
      assert.deepStrictEqual((yield* accounts.authenticate(token, address)).scope, { ...scope, since: 0 })
      assert.isUndefined((yield* accounts.authenticate(whole.token, address)).scope)
      const listed = yield* listTokens(chat, by, {})
      assert.sameDeepMembers(
        listed.map(({ expiresAt, id, label, scope }) => [id, label, scope, expiresAt]),
        [
          [id, "builds", scope, 5000],
          [whole.id, null, undefined, null],
        ],
      )
      yield* TestClock.setTime(5000)
      assert.lengthOf(yield* listTokens(chat, by, {}), 1)
    }),
  )

  test(
    "make none that is for more than they are for themselves",
    Effect.gen(function* () {
      const { accounts, ann, chat } = yield* world
      const own: Scope = {
        operations: operationsOf(["account", "read"]),
        channels: [ChannelName.make("den")],
        since: 5,
      }
      yield* TestClock.setTime(1000)
      const by = callerOf(ann, { scope: own })
      for (const scope of [{}, { ...own, channels: undefined }, { ...own, operations: ["publish" as const] }]) {
        const error = yield* Effect.flip(createToken(chat, by, { scope }))
        assert.deepInclude(error, { reason: "OutOfScope", field: "scope" })
      }
      const less: Scope = { operations: ["page"], channels: own.channels }
      assert.deepStrictEqual(
        (yield* accounts.authenticate((yield* createToken(chat, by, { scope: less })).token, address)).scope,
        // It means the same channel, and no other that is called so by now.
        { ...less, since: 5 },
      )
      // Without a word it is for as much.
      assert.deepStrictEqual(
        (yield* accounts.authenticate((yield* createToken(chat, by, {})).token, address)).scope,
        own,
      )
    }),
  )

  test(
    "are refused in words that are not right, and beyond as many as one may have",
    Effect.gen(function* () {
      const { ann, chat } = yield* world
      const by = callerOf(ann)
      for (const wrong of [{ label: "x".repeat(129) }, { label: "\0" }, { lifetime: 0 }, { lifetime: 1.5 }]) {
        assert.strictEqual(yield* reasonOf(createToken(chat, by, wrong)), "InvalidFrame")
      }
      for (let n = 0; n < 100; n++) yield* createToken(chat, by, {})
      assert.strictEqual(yield* reasonOf(createToken(chat, by, {})), "TooManyTokens")
    }),
  )

  test(
    "of others are for administrators, whose token is for that",
    Effect.gen(function* () {
      const { ann, bob, chat, isGood, olga, session } = yield* world
      const [byOlga, byAnn] = [callerOf(olga), callerOf(ann)]
      const made = yield* createToken(chat, byOlga, { username: name("BOB"), label: "bot" })
      const ids = (caller: Caller, username?: string) =>
        Effect.map(listTokens(chat, caller, username === undefined ? {} : { username: name(username) }), (all) =>
          all.map(({ id }) => id),
        )
      assert.deepStrictEqual(yield* ids(byOlga, "bob"), [made.id])
      assert.deepStrictEqual(yield* ids(callerOf(bob)), [made.id])
      assert.deepStrictEqual(yield* ids(callerOf(bob), "Bob"), [made.id])
      assert.strictEqual(yield* reasonOf(ids(byAnn, "bob")), "Forbidden")
      assert.strictEqual(yield* reasonOf(ids(byOlga, "nobody")), "NoSuchUser")
      assert.strictEqual(yield* reasonOf(createToken(chat, byAnn, { username: name("bob") })), "Forbidden")
      const scoped = callerOf(olga, { scope: ofAccount })
      assert.strictEqual(yield* reasonOf(ids(scoped, "bob")), "OutOfScope")
      assert.strictEqual(yield* reasonOf(revokeToken(chat, scoped, { id: made.id })), "NoSuchToken")
      assert.strictEqual(yield* reasonOf(revokeToken(chat, byAnn, { id: made.id })), "NoSuchToken")
      const his = yield* session(bob)
      assert.strictEqual(yield* reasonOf(revokeToken(chat, callerOf(bob), { id: his.id })), "NoSuchToken")
      assert.isTrue(yield* isGood(made.token))
      assert.strictEqual(yield* reasonOf(revokeToken(chat, byOlga, { id: made.id })), "done")
      assert.isFalse(yield* isGood(made.token))
      assert.strictEqual(yield* reasonOf(revokeToken(chat, byOlga, { id: "none" })), "NoSuchToken")
      yield* account.disableUser(chat, byOlga, { username: "bob" })
      assert.strictEqual(yield* reasonOf(createToken(chat, byOlga, { username: name("bob") })), "NoSuchUser")
      assert.strictEqual(yield* reasonOf(createToken(chat, callerOf(bob), {})), "AccountDisabled")
    }),
  )
})
