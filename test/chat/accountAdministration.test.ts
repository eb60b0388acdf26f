/** What administrators of the service can do about accounts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import * as account from "../../src/chat/account/operations.ts"
import type { Username } from "../../src/domain/Username.ts"
import { accounts } from "../accounts/fixture.ts"
import { secret, address, chatOn, callerOf, world, reasonOf, test, name } from "./accountWorld.ts"

describe("an administrator", () => {
  test(
    "adds users, lists them, gives them passwords, and keeps them out",
    Effect.gen(function* () {
      const { accounts, bob, chat, isGood, olga, session } = yield* world
      const by = callerOf(olga)
      const carol = yield* account.addUser(chat, by, { username: "Carol", password: secret("c") })
      assert.deepInclude(carol, { name: name("Carol"), role: "member" })
      const add = (username: string, password = "x") =>
        reasonOf(account.addUser(chat, by, { username, password: secret(password) }))
      assert.strictEqual(yield* add("CAROL"), "UsernameTaken")
      assert.strictEqual(yield* add(" "), "InvalidUsername")
      assert.strictEqual(yield* add("dave", ""), "InvalidPassword")
      const admin = yield* account.addUser(chat, by, { username: "eve", password: secret("e"), role: "admin" })
      assert.strictEqual(admin.role, "admin")
      const { next, users } = yield* account.listUsers(chat, by, {})
      assert.deepStrictEqual(
        users.map(({ name }) => String(name)),
        ["ann", "bob", "Carol", "eve", "olga"],
      )
      assert.isUndefined(next)
      const behind = yield* account.listUsers(chat, by, { after: "CAROL" })
      assert.lengthOf(behind.users, 2)
      assert.strictEqual(yield* reasonOf(account.listUsers(chat, by, { after: "x".repeat(65) })), "InvalidFrame")

      const his = yield* session(bob)
      const password = secret("new")
      yield* account.setUserPassword(chat, by, { username: "bob", password })
      assert.isFalse(yield* isGood(his.token))
      const signIn = Effect.isSuccess(accounts.signIn({ username: "bob", password, address }))
      assert.isTrue(yield* signIn)
      yield* account.disableUser(chat, by, { username: "bob" })
      assert.isFalse(yield* signIn)
      yield* account.enableUser(chat, by, { username: "bob" })
      assert.isTrue(yield* signIn)
      const set = (username: string, password: string) =>
        reasonOf(account.setUserPassword(chat, by, { username, password: secret(password) }))
      assert.deepStrictEqual([yield* set("nobody", "x"), yield* set("bob", "")], ["NoSuchUser", "InvalidPassword"])
      for (const operation of [account.disableUser, account.enableUser]) {
        assert.strictEqual(yield* reasonOf(operation(chat, by, { username: "nobody" })), "NoSuchUser")
      }
    }),
  )

  test(
    "lists more than a page of users",
    Effect.gen(function* () {
      const { accounts, chat, olga } = yield* world
      for (let n = 0; n < 100; n++) {
        yield* accounts.add({ name: `user ${n}`, password: secret("x"), role: "member" })
      }
      const seen: Array<Username> = []
      let after: string | undefined
      do {
        const { next, users } = yield* account.listUsers(chat, callerOf(olga), { after })
        seen.push(...users.map(({ name }) => name))
        after = next
      } while (after !== undefined)
      assert.lengthOf(new Set(seen), 103)
    }),
  )
})

describe("invitations", () => {
  it.effect("are made, listed without their codes, used once, and taken back", () =>
    Effect.gen(function* () {
      const { accounts: service, chat, olga } = yield* world
      const by = callerOf(olga)
      yield* TestClock.setTime(1000)
      const one = yield* account.createInvitation(chat, by, { lifetime: 5000 })
      const other = yield* account.createInvitation(chat, by, {})
      assert.strictEqual(one.expiresAt, 6000)
      const register = (username: string, invite: Redacted.Redacted) =>
        Effect.isSuccess(service.signIn({ username, password: secret("x"), address, invite }))
      assert.isTrue(yield* register("carol", one.code))
      const { invitations, next } = yield* account.listInvitations(chat, by, {})
      assert.isUndefined(next)
      const found = new Map(invitations.map(({ id, ...rest }) => [id, rest]))
      assert.deepInclude(found.get(one.id), { createdAt: 1000, expiresAt: 6000, usedAt: 1000 })
      assert.isNotNull(found.get(one.id)?.usedBy)
      assert.deepInclude(found.get(other.id), { usedAt: null, usedBy: null })
      assert.notInclude(JSON.stringify(invitations), Redacted.value(other.code))
      const behind = yield* account.listInvitations(chat, by, { after: invitations[0]!.id })
      assert.deepStrictEqual(behind.invitations, invitations.slice(1))

      const revoke = (id: string) => reasonOf(account.revokeInvitation(chat, by, { id }))
      assert.strictEqual(yield* revoke(one.id), "NoSuchInvitation")
      assert.strictEqual(yield* revoke("none"), "NoSuchInvitation")
      assert.strictEqual(yield* revoke(other.id), "done")
      assert.isFalse(yield* register("dave", other.code))
      assert.strictEqual(yield* reasonOf(account.createInvitation(chat, by, { lifetime: 0 })), "InvalidFrame")
      const long = { after: "x".repeat(3000) }
      assert.strictEqual(yield* reasonOf(account.listInvitations(chat, by, long)), "InvalidFrame")
    }).pipe(
      Effect.provide(chatOn(accounts({ mode: "invite" }))),
      Effect.provideService(References.MinimumLogLevel, "None"),
    ),
  )
})
