/** What one can do about accounts through any door: one's own, and everybody's as an administrator. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { AccountChange } from "../../src/accounts/AccountChange.ts"
import { StorageError } from "../../src/accounts/AccountError.ts"
import * as account from "../../src/chat/account/operations.ts"
import * as service from "../../src/chat/service/operations.ts"
import type { ChangePassword } from "../../src/chat/account/changePassword.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import { operationsOf } from "../../src/domain/Scope.ts"
import type { User } from "../../src/domain/User.ts"
import { accounts } from "../accounts/fixture.ts"
import { storeWith } from "../accounts/world.ts"
import { user } from "../hub/members.ts"
import { chatOf } from "./scripted.ts"
import {
  secret,
  address,
  chatOn,
  callerOf,
  world,
  reasonOf,
  test,
  den,
  ofAccount,
  requests,
  all,
  ofService,
} from "./accountWorld.ts"

describe("what is done about accounts", () => {
  it("is everything that its words stand for", () => {
    assert.deepStrictEqual(
      all.map(([name]) => String(name)).toSorted(),
      operationsOf(["account", "service"])
        .filter((name) => !(name in service))
        .toSorted(),
    )
    for (const [name, { operation }] of all) assert.strictEqual(name, operation)
  })

  test(
    "is for those who have one, and about others for administrators alone",
    Effect.gen(function* () {
      const { ann, chat, guest, olga } = yield* world
      for (const [name, operation] of all) {
        const ask = (user: User) => reasonOf(operation(chat, callerOf(user), requests[name]))
        assert.strictEqual(yield* ask(guest), name === "me" ? "done" : "Forbidden", name)
        if (ofService.includes(name)) {
          assert.strictEqual(yield* ask(ann), "Forbidden", name)
          assert.notStrictEqual(yield* ask(olga), "Forbidden", name)
        } else assert.notStrictEqual(yield* ask(ann), "Forbidden", name)
      }
    }),
  )

  test(
    "is for tokens that are for it: channels are not enough, nor is any word but its own",
    Effect.gen(function* () {
      const { chat, olga } = yield* world
      for (const [name, operation] of all) {
        for (const scope of [den, { operations: operationsOf(["read", "write", "manage"]) }]) {
          assert.strictEqual(yield* reasonOf(operation(chat, callerOf(olga, { scope }), requests[name])), "OutOfScope")
        }
        const word = ofService.includes(name) ? ("service" as const) : ("account" as const)
        const scope = { operations: operationsOf([word]) }
        assert.notStrictEqual(
          yield* reasonOf(operation(chat, callerOf(olga, { scope }), requests[name])),
          "OutOfScope",
          name,
        )
      }
    }),
  )

  it.effect("is not supported in a hub without accounts", () =>
    Effect.gen(function* () {
      const chat = yield* chatOf({})
      for (const [name, operation] of all) {
        const answer = operation(chat, callerOf({ ...user("olga"), role: "admin" }), requests[name])
        assert.strictEqual(yield* reasonOf(answer), name === "me" ? "done" : "NotSupported", name)
      }
    }),
  )

  it.effect("is unavailable while the store is away, and does not say more than that", () => {
    const away = Effect.fail(new StorageError({ retryable: true, trouble: "away", cause: "the secret place" }))
    const store = storeWith(() => ({ tokens: () => away, list: () => away, invites: () => away }))
    return Effect.gen(function* () {
      const { ann, chat, olga } = yield* world
      for (const call of [
        account.listTokens(chat, callerOf(ann), {}),
        account.listSessions(chat, callerOf(ann), {}),
        account.listUsers(chat, callerOf(olga), {}),
        account.listInvitations(chat, callerOf(olga), {}),
      ]) {
        const error: RequestError = yield* Effect.flip(call as Effect.Effect<unknown, RequestError>)
        assert.strictEqual(error.reason, "Unavailable")
        assert.notInclude(error.message, "secret")
      }
    }).pipe(Effect.provide(chatOn(accounts({}, { store }))), Effect.provideService(References.MinimumLogLevel, "None"))
  })
})

describe("me", () => {
  test(
    "is who one is, by which token, and for what",
    Effect.gen(function* () {
      const { ann, chat } = yield* world
      const found = yield* account.me(chat, callerOf(ann, { tokenId: "t-1", scope: ofAccount }), {})
      assert.deepStrictEqual(found, { user: ann, scope: ofAccount, tokenId: "t-1" })
    }),
  )
})

describe("one's password", () => {
  const change = (old: string, password = "new one") => ({ old: secret(old), password: secret(password) })

  test(
    "is changed by who knows it; whatever else was signed in is no longer",
    Effect.gen(function* () {
      const { accounts, ann, bob, chat, isGood, session } = yield* world
      const [here, there, others] = [yield* session(ann), yield* session(ann), yield* session(bob)]
      const key = yield* accounts.createToken("ann")
      const changes: Array<AccountChange> = []
      yield* accounts.changes.pipe(
        Stream.runForEach((change) => Effect.sync(() => changes.push(change))),
        Effect.forkChild({ startImmediately: true }),
      )
      yield* account.changePassword(chat, here.caller, change("ann's"))
      assert.deepStrictEqual(yield* Effect.forEach([here, there, key, others], ({ token }) => isGood(token)), [
        true,
        false,
        false,
        true,
      ])
      const signIn = (password: string) =>
        Effect.isSuccess(accounts.signIn({ username: "ann", password: secret(password), address }))
      assert.deepStrictEqual([yield* signIn("ann's"), yield* signIn("new one")], [false, true])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(changes, [{ _tag: "PasswordChanged", userId: ann.id, tokenId: here.id }])
    }),
  )

  test(
    "stays where the old one is not right, or the new one is none; and nobody finds it out by trying",
    Effect.gen(function* () {
      const { ann, chat, isGood, session } = yield* world
      const here = yield* session(ann)
      const ask = (request: ChangePassword) => Effect.flip(account.changePassword(chat, here.caller, request))
      assert.deepInclude(yield* ask(change("ann's", "")), { reason: "InvalidPassword", field: "password" })
      assert.strictEqual((yield* ask(change("x".repeat(2000)))).reason, "InvalidPassword")
      for (let n = 0; n < 5; n++) assert.strictEqual((yield* ask(change(`guess ${n}`))).reason, "InvalidCredentials")
      assert.strictEqual((yield* ask(change("ann's"))).reason, "TooManyLogins")
      assert.isTrue(yield* isGood(here.token))
      yield* TestClock.adjust("15 minutes")
      yield* account.changePassword(chat, here.caller, change("ann's"))
    }),
  )

  test(
    "is nobody's whose account is another by now",
    Effect.gen(function* () {
      const { ann, bob, chat } = yield* world
      const stranger = callerOf({ ...ann, id: bob.id })
      assert.strictEqual(yield* reasonOf(account.changePassword(chat, stranger, change("ann's"))), "NoSuchUser")
    }),
  )
})

describe("one's sessions", () => {
  test(
    "are listed, the one that asks marked, and revoked; those of others are none",
    Effect.gen(function* () {
      const { accounts, ann, bob, chat, isGood, session } = yield* world
      yield* TestClock.setTime(1000)
      const [here, there, others] = [yield* session(ann), yield* session(ann), yield* session(bob)]
      const key = yield* accounts.createToken("ann")
      yield* TestClock.setTime(90_000)
      yield* isGood(there.token)
      const list = account.listSessions(chat, here.caller, {})
      const day = 24 * 60 * 60 * 1000
      const entry = { label: "session", scope: undefined, createdAt: 1000 }
      assert.sameDeepMembers<unknown>(
        [...(yield* list)],
        [
          { ...entry, id: here.id, expiresAt: 1000 + 30 * day, lastUsedAt: null, current: true },
          { ...entry, id: there.id, expiresAt: 90_000 + 30 * day, lastUsedAt: 90_000, current: false },
        ],
      )
      const revoke = (id: string) => reasonOf(account.revokeSession(chat, here.caller, { id }))
      for (const id of [others.id, key.id, "none"]) assert.strictEqual(yield* revoke(id), "NoSuchToken")
      assert.strictEqual(yield* revoke(there.id), "done")
      assert.deepStrictEqual([yield* isGood(there.token), yield* isGood(others.token)], [false, true])
      assert.lengthOf(yield* list, 1)
      assert.strictEqual(yield* revoke(here.id), "done")
      assert.lengthOf(yield* list, 0)
    }),
  )
})
