/** What one can do about accounts through any door: one's own, and everybody's as an administrator. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { AccountChange } from "../../src/accounts/AccountChange.ts"
import { StorageError } from "../../src/accounts/AccountError.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import * as account from "../../src/chat/account/operations.ts"
import type { ChangePassword } from "../../src/chat/account/changePassword.ts"
import { AccountsOfHub } from "../../src/chat/AccountsOfHub.ts"
import type { Caller } from "../../src/chat/Caller.ts"
import { Chat } from "../../src/chat/Chat.ts"
import type { Operation } from "../../src/chat/Operation.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import { operationsOf, type Scope } from "../../src/domain/Scope.ts"
import type { User } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { History } from "../../src/history/History.ts"
import { accounts } from "../accounts/fixture.ts"
import { storeWith } from "../accounts/world.ts"
import { user } from "../hub/members.ts"
import { chatOf } from "./scripted.ts"

const secret = (text: string) => Redacted.make(text)
const address = "192.0.2.7"

const chatOn = (accountsLayer: ReturnType<typeof accounts>) =>
  Chat.layer.pipe(
    Layer.provide(Layer.effect(AccountsOfHub, Accounts)),
    Layer.provideMerge(accountsLayer),
    Layer.provide([History.layerMemory, ChannelStore.layerMemory]),
    Layer.fresh,
  )

const callerOf = (user: User, more: Partial<Caller> = {}): Caller => ({
  by: { user, address },
  memberships: undefined,
  limits: undefined,
  ...more,
})

/** Olga administers the service; ann and bob have accounts; a guest has none. */
const world = Effect.gen(function* () {
  const accounts = yield* Accounts
  const chat = yield* Chat
  const add = (name: string, role: "admin" | "member") => accounts.add({ name, password: secret(`${name}'s`), role })
  const [olga, ann, bob] = [yield* add("olga", "admin"), yield* add("ann", "member"), yield* add("bob", "member")]
  const guest: User = { ...ann, role: "guest" }
  /** Signs in, and holds a token from then on. */
  const session = (user: User) =>
    Effect.map(accounts.issueToken(user, { label: "session" }), ({ id, token }) => ({
      caller: callerOf(user, { tokenId: id }),
      id,
      token,
    }))
  const isGood = (token: Redacted.Redacted) => Effect.isSuccess(accounts.authenticate(token, address))
  return { accounts, chat, olga, ann, bob, guest, session, isGood }
})

const reasonOf = <A>(effect: Effect.Effect<A, RequestError>) =>
  Effect.match(effect, { onFailure: ({ reason }) => reason as string, onSuccess: () => "done" })

const test = (title: string, body: Effect.Effect<void, unknown, Accounts | Chat>) =>
  it.effect(title, () =>
    body.pipe(Effect.provide(chatOn(accounts())), Effect.provideService(References.MinimumLogLevel, "None")),
  )

const name = (name: string) => Username.make(name)
const den: Scope = { channels: [ChannelName.make("den")] }
const ofAccount: Scope = { operations: operationsOf(["account"]) }

/** A request for each of them, which nothing is wrong with. */
const requests = {
  addUser: { username: "carol", password: secret("carol's") },
  changePassword: { old: secret("ann's"), password: secret("new") },
  createInvitation: {},
  createToken: {},
  disableUser: { username: "bob" },
  enableUser: { username: "bob" },
  listInvitations: {},
  listSessions: {},
  listTokens: {},
  listUsers: {},
  me: {},
  revokeInvitation: { id: "none" },
  revokeSession: { id: "none" },
  revokeToken: { id: "none" },
  setUserPassword: { username: "bob", password: secret("new") },
} satisfies { readonly [Name in keyof typeof account]: object }

const all = Object.entries(account) as unknown as ReadonlyArray<[keyof typeof account, Operation<object, unknown>]>
const ofService = operationsOf(["service"])

describe("what is done about accounts", () => {
  it("is everything that its words stand for", () => {
    assert.deepStrictEqual(
      all.map(([name]) => String(name)).toSorted(),
      operationsOf(["account", "service"])
        .filter((name) => name !== "drain")
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
