import { assert, describe, it } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { Credentials } from "../../src/accounts/Account.ts"
import type { AccountChange } from "../../src/accounts/AccountChange.ts"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import * as Token from "../../src/accounts/Token.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type * as Domain from "../../src/domain/Scope.ts"
import { maxBans } from "../../src/accounts/AddressBan.ts"
import { AddressRange } from "../../src/domain/AddressRange.ts"
import { maxAudit } from "../../src/domain/AuditLog.ts"
import { UserId } from "../../src/domain/User.ts"
import * as Username from "../../src/domain/Username.ts"

/** An account of that name; its id is the name's key. */
export const account = (name: string): Credentials => ({
  id: UserId.make(`id-${Username.spelling(name)}`),
  name: Username.Username.make(name),
  role: "member",
  disabled: false,
  createdAt: 7,
  passwordHash: Redacted.make(`hash of ${name}`),
})

/** A token of that owner; ids sort by `n`. */
export const token = (owner: Credentials, n: number, more?: Partial<Token.Token>): Token.Token => ({
  id: `token-${owner.id}-${String(n).padStart(4, "0")}`,
  kind: "session",
  userId: owner.id,
  label: null,
  scope: null,
  createdAt: n,
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  ...more,
})

const print = (token: Token.Token) => `print of ${token.id}`

const hashOf = (found: Option.Option<Credentials>) =>
  Option.getOrUndefined(Option.map(found, ({ passwordHash }) => Redacted.value(passwordHash)))

const everything = { limit: 1000 }

/** Lets time and the storage go on until it is so: a storage may answer from another thread, or another machine. */
const until = (store: AccountStore["Service"], done: () => boolean) =>
  Effect.gen(function* () {
    while (!done()) {
      yield* TestClock.adjust("20 seconds")
      yield* store.find("nobody")
    }
  })

/** What a subscriber hears that takes so long for each change; it has heard one already, of somebody else. */
const listening = Effect.fnUntraced(function* (store: AccountStore["Service"], taking: Duration.Input) {
  const heard: Array<AccountChange> = []
  yield* store.changes.pipe(
    Stream.runForEach((change) =>
      Effect.delay(
        Effect.sync(() => heard.push(change)),
        taking,
      ),
    ),
    Effect.forkScoped({ startImmediately: true }),
  )
  const first = account(`first of ${yield* Effect.map(store.list(everything), ({ length }) => length)}`)
  yield* store.add(first)
  while (heard.length === 0) {
    yield* store.setDisabled(first.id, true)
    yield* TestClock.adjust("20 seconds")
  }
  return heard
})

/** What every `AccountStore` keeps to. The layer is built anew, and empty, for each test. */
export const accountStore = (name: string, layer: Layer.Layer<AccountStore, unknown>) =>
  describe(`an account store: ${name}`, () => {
    const test = (title: string, body: (store: AccountStore["Service"]) => Effect.Effect<void, unknown, Scope.Scope>) =>
      it.effect(title, () => Effect.provide(Effect.flatMap(AccountStore, body), layer))

    const alice = account("Alice")
    const bob = account("bob")

    test(
      "finds an account by its name's key, as it was added",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        const found = Option.getOrThrow(yield* store.find("ALICE"))
        assert.deepStrictEqual(
          { ...found, passwordHash: Redacted.value(found.passwordHash) },
          {
            ...alice,
            passwordHash: "hash of Alice",
          },
        )
        assert.isTrue(Option.isNone(yield* store.find("bob")))
      }),
    )

    test(
      "gets an account by its id, without the hash of its password",
      Effect.fnUntraced(function* (store) {
        const admin = { ...alice, role: "admin" } as const
        yield* store.add(admin)
        yield* store.add(bob)
        const { passwordHash: _, ...known } = admin
        assert.deepStrictEqual(yield* store.get(alice.id), Option.some(known))
        assert.deepStrictEqual(yield* store.get(UserId.make("nobody")), Option.none())
        yield* store.setDisabled(alice.id, true)
        assert.deepStrictEqual(yield* store.get(alice.id), Option.some({ ...known, disabled: true }))
      }),
    )

    test(
      "binds an account to who an issuer outside says that somebody is, once",
      Effect.fnUntraced(function* (store) {
        const identity = { issuer: "https://issuer.example", subject: "1" }
        yield* store.add(bob)
        yield* store.add(alice, undefined, identity)
        const { passwordHash: _, ...known } = alice
        assert.deepStrictEqual(yield* store.findIdentity(identity), Option.some(known))
        assert.deepStrictEqual(yield* store.findIdentity({ ...identity, subject: "2" }), Option.none())
        assert.deepStrictEqual(yield* store.findIdentity({ ...identity, issuer: "another" }), Option.none())
        const carol = account("carol")
        assert.strictEqual((yield* Effect.flip(store.add(carol, undefined, identity)))._tag, "NameTaken")
        assert.deepStrictEqual(yield* store.get(carol.id), Option.none())
        const taken = store.add({ ...bob, id: carol.id }, undefined, { ...identity, subject: "2" })
        assert.strictEqual((yield* Effect.flip(taken))._tag, "NameTaken")
        assert.deepStrictEqual(yield* store.findIdentity({ ...identity, subject: "2" }), Option.none())
        yield* store.add(carol, undefined, { ...identity, issuer: "another" })
      }),
    )

    test(
      "gives an account another role",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.add(bob)
        yield* store.setRole(alice.id, "admin")
        yield* store.setRole(UserId.make("nobody"), "admin")
        const roles = (yield* store.list(everything)).map(({ name, role }) => `${name} ${role}`)
        assert.deepStrictEqual(roles, ["Alice admin", "bob member"])
      }),
    )

    test(
      "takes the role of an administrator from nobody who is the last to have it and may sign in",
      Effect.fnUntraced(function* (store) {
        const carol = account("carol")
        for (const one of [alice, bob, carol]) yield* store.add(one)
        for (const one of [alice, bob]) yield* store.setRole(one.id, "admin")
        const admins = Effect.map(store.list(everything), (all) =>
          all.flatMap(({ name, role }) => (role === "admin" ? String(name) : [])),
        )
        const refused = (id: UserId) => Effect.map(Effect.flip(store.demote(id)), ({ _tag }) => _tag)
        // Who is no administrator, or nobody, has nothing that could be taken.
        yield* store.demote(carol.id)
        yield* store.demote(UserId.make("nobody"))
        yield* store.setDisabled(bob.id, true)
        assert.strictEqual(yield* refused(alice.id), "LastAdministrator")
        // One who is kept out is none that could help.
        yield* store.demote(bob.id)
        assert.deepStrictEqual(yield* admins, ["Alice"])
        assert.strictEqual(yield* refused(alice.id), "LastAdministrator")
        yield* store.setRole(carol.id, "admin")
        yield* store.demote(alice.id)
        assert.deepStrictEqual(yield* admins, ["carol"])
        // Two who do it to each other at the same moment.
        yield* store.setRole(alice.id, "admin")
        yield* Effect.all([Effect.exit(store.demote(alice.id)), Effect.exit(store.demote(carol.id))], {
          concurrency: "unbounded",
        })
        assert.lengthOf(yield* admins, 1)
      }),
    )

    test(
      "what was found stays as it was found",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        const mine = token(alice, 1)
        yield* store.addToken(mine, print(mine))
        const before = Option.getOrThrow(yield* store.find("alice"))
        const found = Option.getOrThrow(yield* store.findToken(print(mine)))
        const [listed] = yield* store.tokens(everything)
        yield* store.touchToken(mine.id, null)
        yield* store.setPassword(alice.id, Redacted.make("new"))
        yield* store.setDisabled(alice.id, true)
        assert.strictEqual(hashOf(Option.some(before)), "hash of Alice")
        assert.isFalse(before.disabled)
        assert.deepStrictEqual(found.token, mine)
        assert.isFalse(found.account.disabled)
        assert.deepStrictEqual(listed, mine)
      }),
    )

    test(
      "takes a name once, whatever its spelling",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        for (const same of ["alice", "ALICE", "Ａｌｉｃｅ"]) {
          const error = yield* Effect.flip(store.add({ ...account(same), id: UserId.make(`other ${same}`) }))
          assert.strictEqual(error._tag, "NameTaken")
        }
        assert.strictEqual((yield* store.list(everything)).length, 1)
      }),
    )

    test(
      "takes a name once, however many want it at the same moment",
      Effect.fnUntraced(function* (store) {
        const tries = Array.from({ length: 20 }, (_, n) =>
          Effect.option(store.add({ ...alice, id: UserId.make(`id ${n}`) })),
        )
        const done = yield* Effect.all(tries, { concurrency: "unbounded" })
        assert.strictEqual(done.filter(Option.isSome).length, 1)
      }),
    )

    test(
      "keeps hostile names as they are",
      Effect.fnUntraced(function* (store) {
        const names = [
          "Robert'); DROP TABLE accounts;--",
          "__proto__",
          "constructor",
          "%",
          "_",
          "?",
          "' OR 1=1 --",
          '"',
          "\\",
          "<b>",
          "ÅÅ",
          "İ",
          "ß",
          "👩",
          "x".repeat(64),
          "﷽",
        ]
        for (const name of names) yield* store.add(account(name))
        for (const name of names) {
          const found = yield* store.find(name)
          assert.strictEqual(Option.getOrThrow(found).name, name)
        }
        assert.strictEqual((yield* store.list(everything)).length, names.length)
      }),
    )

    test(
      "has no two accounts whose names look the same",
      Effect.fnUntraced(function* (store) {
        yield* store.add(account("ann"))
        yield* store.add(account("ΟΔΥΣΣΕΥΣ"))
        for (const name of ["аnn", "ANN", "ａｎｎ", "οδυσσευσ", "οδυσσευς"]) {
          const other = { ...account("other"), name: Username.Username.make(name) }
          assert.strictEqual((yield* Effect.flip(store.add(other)))._tag, "NameTaken", name)
          assert.isTrue(Option.isSome(yield* store.find(name)))
        }
      }),
    )

    test(
      "lists accounts page by page, each once",
      Effect.fnUntraced(function* (store) {
        const names = Array.from({ length: 25 }, (_, n) => `User ${String((n * 7) % 25).padStart(2, "0")}`)
        for (const name of names) yield* store.add(account(name))
        const seen: Array<string> = []
        let after: string | undefined
        while (true) {
          const page = yield* store.list({ after, limit: 10 })
          seen.push(...page.map(({ name }) => name))
          if (page.length < 10) break
          after = Username.spelling(seen.at(-1)!)
        }
        assert.deepStrictEqual(seen, names.toSorted())
        assert.notProperty((yield* store.list({ limit: 1 }))[0], "passwordHash")
      }),
    )

    test(
      "a new password revokes the owner's tokens, and no one else's",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.add(bob)
        const [hers, his] = [token(alice, 1), token(bob, 1)]
        yield* store.addToken(hers, print(hers))
        yield* store.addToken(his, print(his))
        const earlier = token(alice, 2)
        yield* store.addToken(earlier, print(earlier))
        yield* TestClock.setTime(4000)
        yield* store.revokeToken(earlier.id)
        yield* TestClock.setTime(5000)
        yield* store.setPassword(alice.id, Redacted.make("new"))
        assert.strictEqual(hashOf(yield* store.find("alice")), "new")
        assert.strictEqual(hashOf(yield* store.find("bob")), "hash of bob")
        assert.strictEqual(Option.getOrThrow(yield* store.findToken(print(earlier))).token.revokedAt, 4000)
        assert.strictEqual(Option.getOrThrow(yield* store.findToken(print(hers))).token.revokedAt, 5000)
        assert.isNull(Option.getOrThrow(yield* store.findToken(print(his))).token.revokedAt)
        const error = yield* Effect.flip(store.setPassword(UserId.make("nobody"), Redacted.make("new")))
        assert.strictEqual(error._tag, "AccountNotFound")
        // What ended before ended then.
        yield* TestClock.setTime(6000)
        yield* store.setPassword(alice.id, Redacted.make("newer"))
        yield* store.setDisabled(alice.id, true)
        assert.strictEqual(Option.getOrThrow(yield* store.findToken(print(hers))).token.revokedAt, 5000)
        assert.isFalse(Option.getOrThrow(yield* store.find("bob")).disabled)
        assert.strictEqual(hashOf(yield* store.find("bob")), "hash of bob")
      }),
    )

    test(
      "rehashes only the password that was seen",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.rehash(alice.id, Redacted.make("stale"), Redacted.make("lost"))
        assert.strictEqual(hashOf(yield* store.find("alice")), "hash of Alice")
        const twin = { ...bob, passwordHash: alice.passwordHash }
        yield* store.add(twin)
        yield* store.rehash(alice.id, alice.passwordHash, Redacted.make("stronger"))
        assert.strictEqual(hashOf(yield* store.find("alice")), "stronger")
        assert.strictEqual(hashOf(yield* store.find("bob")), "hash of Alice")
      }),
    )

    test(
      "a disabled account has no live token and gets none",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        const first = token(alice, 1)
        yield* store.addToken(first, print(first))
        yield* store.add(bob)
        yield* store.addToken(token(bob, 1), "bob's")
        yield* TestClock.setTime(42)
        yield* store.setDisabled(alice.id, true)
        const found = Option.getOrThrow(yield* store.findToken(print(first)))
        assert.strictEqual(found.token.revokedAt, 42)
        const other = Option.getOrThrow(yield* store.findToken("bob's"))
        assert.deepStrictEqual([other.token.revokedAt, other.account.disabled], [null, false])
        assert.isTrue(found.account.disabled)
        const second = token(alice, 2)
        const error = yield* Effect.flip(store.addToken(second, print(second)))
        assert.strictEqual(error._tag, "AccountDisabled")
        yield* store.setDisabled(alice.id, false)
        yield* store.addToken(second, print(second))
        assert.isFalse(Option.getOrThrow(yield* store.find("alice")).disabled)
      }),
    )

    test(
      "refuses tokens and changes for accounts that don't exist",
      Effect.fnUntraced(function* (store) {
        const orphan = token(alice, 1)
        assert.strictEqual((yield* Effect.flip(store.addToken(orphan, print(orphan))))._tag, "AccountNotFound")
        assert.strictEqual((yield* Effect.flip(store.setDisabled(alice.id, true)))._tag, "AccountNotFound")
        assert.strictEqual((yield* Effect.flip(store.revokeToken("none")))._tag, "TokenNotFound")
        assert.isTrue(Option.isNone(yield* store.findToken("none")))
      }),
    )

    test(
      "finds, touches, lists and revokes tokens",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.add(bob)
        const mine = token(alice, 1, { kind: "access", label: "a bot", expiresAt: 99 })
        yield* store.addToken(mine, print(mine))
        yield* store.addToken(token(bob, 1), "bob's")
        yield* TestClock.setTime(42)
        yield* store.touchToken(mine.id, null)
        const { account: owner, token: found } = Option.getOrThrow(yield* store.findToken(print(mine)))
        assert.deepStrictEqual(found, { ...mine, lastUsedAt: 42 })
        assert.deepStrictEqual(yield* store.getToken(mine.id), yield* store.findToken(print(mine)))
        assert.deepStrictEqual(yield* store.getToken("none"), Option.none())
        const { passwordHash: _, ...known } = alice
        assert.deepStrictEqual(owner, known)
        assert.strictEqual((yield* store.tokens(everything)).length, 2)
        assert.deepStrictEqual(yield* store.tokens(everything, alice.id), [found])
        assert.deepStrictEqual(yield* store.tokens({ after: mine.id, limit: 10 }, alice.id), [])
        yield* store.revokeToken(mine.id)
        yield* TestClock.setTime(43)
        yield* store.revokeToken(mine.id)
        assert.strictEqual((yield* store.tokens(everything, alice.id))[0]?.revokedAt, 42)
      }),
    )

    test(
      "keeps what a token is for",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        const scopes: ReadonlyArray<Domain.Scope> = [
          {},
          { operations: ["publish", "me"], channels: [ChannelName.make("den"), ChannelName.make("@bob")] },
          { operations: [] },
        ]
        for (const [n, scope] of scopes.entries()) {
          const one = token(alice, n, { kind: "access", scope })
          yield* store.addToken(one, print(one))
          const found = Option.getOrThrow(yield* store.findToken(print(one)))
          assert.deepStrictEqual(found.token, one)
        }
        assert.deepStrictEqual<unknown>(
          (yield* store.tokens(everything)).map(({ scope }) => scope),
          scopes,
        )
      }),
    )

    test(
      "a session's token is good for longer when it is used, and no other, nor one that has ended",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        const ends = (n: number, more?: Partial<Token.Token>) => token(alice, n, { expiresAt: 100, ...more })
        const all = [
          ends(1),
          ends(2, { kind: "access" }),
          ends(3, { revokedAt: 9 }),
          ends(4),
          ends(5, { expiresAt: 50 }),
        ]
        for (const one of all) yield* store.addToken(one, print(one))
        const used = Effect.map(store.tokens(everything), (all) =>
          all.map(({ expiresAt, lastUsedAt }) => [expiresAt, lastUsedAt]),
        )
        yield* TestClock.setTime(50)
        yield* Effect.forEach(all, ({ id }) => store.touchToken(id, 150), { concurrency: "unbounded", discard: true })
        const after = [
          [150, 50],
          [100, 50],
          [100, null],
          [150, 50],
          [50, null],
        ]
        assert.deepStrictEqual(yield* used, after)
        yield* TestClock.setTime(60)
        // It never gets shorter.
        yield* store.touchToken(all[0]!.id, 140)
        yield* store.touchToken(all[3]!.id, null)
        assert.deepStrictEqual(yield* used, [[150, 60], ...after.slice(1, 3), [null, 60], after[4]])
        yield* store.touchToken(all[3]!.id, 170)
        assert.deepStrictEqual((yield* used)[3], [null, 60])
      }),
    )

    test(
      "lists tokens in the order of their ids, page by page, everybody's or one's",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.add(bob)
        for (const n of [3, 1, 4, 2, 5]) yield* store.addToken(token(alice, n), `alice ${n}`)
        for (const n of [2, 1]) yield* store.addToken(token(bob, n), `bob ${n}`)
        const ids = (page: { readonly after?: string; readonly limit: number }, owner?: UserId) =>
          Effect.map(store.tokens(page, owner), (all) => all.map(({ id }) => id))
        const hers = [1, 2, 3, 4, 5].map((n) => token(alice, n).id)
        const his = [1, 2].map((n) => token(bob, n).id)
        assert.deepStrictEqual(yield* ids(everything), [...hers, ...his])
        assert.deepStrictEqual(yield* ids({ limit: 2 }, alice.id), hers.slice(0, 2))
        assert.deepStrictEqual(yield* ids({ after: hers[1]!, limit: 2 }, alice.id), hers.slice(2, 4))
        assert.deepStrictEqual(yield* ids({ after: hers[3]!, limit: 2 }, alice.id), hers.slice(4))
        assert.deepStrictEqual(yield* ids({ after: hers[3]!, limit: 2 }), [hers[4], his[0]])
        assert.deepStrictEqual(yield* ids(everything, UserId.make("nobody")), [])
      }),
    )

    test(
      "answers everybody who asks at once",
      Effect.fnUntraced(function* (store) {
        const owners = [alice, bob]
        yield* Effect.forEach(owners, (owner) => store.add(owner))
        const all = Array.from({ length: 40 }, (_, n) => token(owners[n % 2]!, n))
        yield* Effect.forEach(all, (one) => store.addToken(one, print(one)))
        yield* TestClock.setTime(42)
        const everyOther = all.filter((_, n) => n % 3 === 0)
        yield* Effect.forEach(everyOther, ({ id }) => store.touchToken(id, null), { concurrency: "unbounded" })
        const asked = [...all.map(print), "none", ...all.map(print), "none"]
        const found = yield* Effect.forEach(asked, store.findToken, { concurrency: "unbounded" })
        const expected = [...all, undefined, ...all, undefined].map(
          (one) => one && [one.id, one.userId, everyOther.includes(one) ? 42 : null],
        )
        assert.deepStrictEqual(
          found.map((one) =>
            Option.getOrUndefined(Option.map(one, ({ account, token }) => [token.id, account.id, token.lastUsedAt])),
          ),
          expected,
        )
      }),
    )

    test(
      "the oldest session tokens make room, those that ended before",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        for (let n = 0; n < Token.maxPerUser; n++) {
          yield* store.addToken(token(alice, n), `${n}`)
        }
        const ended = token(alice, 50).id
        yield* store.revokeToken(ended)
        const ids = () => Effect.map(store.tokens(everything), (all) => all.map(({ id }) => id))
        yield* store.addToken(token(alice, 100), "100")
        assert.notInclude(yield* ids(), ended)
        assert.include(yield* ids(), token(alice, 0).id)
        yield* store.addToken(token(alice, 101), "101")
        assert.notInclude(yield* ids(), token(alice, 0).id)
        assert.include(yield* ids(), token(alice, 1).id)
        assert.strictEqual((yield* ids()).length, Token.maxPerUser)
        assert.isTrue(Option.isNone(yield* store.findToken("0")))
      }),
    )

    test(
      "the session tokens that ended make room first, the oldest of them; nobody else's do",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.add(bob)
        yield* store.addToken(token(bob, 0), "bob's")
        yield* store.addToken(token(alice, 999, { kind: "access" }), "for a program")
        for (let n = 0; n < Token.maxPerUser; n++) {
          yield* store.addToken(token(alice, n, { expiresAt: n === 30 ? 1000 : n === 60 ? 1001 : null }), `${n}`)
        }
        yield* TestClock.setTime(1000)
        const ids = () => Effect.map(store.tokens(everything), (all) => all.map(({ id }) => id))
        const gone: Array<string> = []
        for (let n = 0, before = yield* ids(); n < 3; n++) {
          if (n === 1) yield* TestClock.setTime(1001)
          yield* store.addToken(token(alice, 100 + n), `${100 + n}`)
          const now = yield* ids()
          gone.push(...before.filter((id) => !now.includes(id)))
          before = now
        }
        assert.deepStrictEqual(gone, [token(alice, 30).id, token(alice, 60).id, token(alice, 0).id])
        assert.lengthOf(yield* ids(), Token.maxPerUser + 2)
      }),
    )

    test(
      "lists tokens page by page in the order of their ids, whoever's they are",
      Effect.fnUntraced(function* (store) {
        for (const owner of [bob, alice]) {
          yield* store.add(owner)
          for (const n of [3, 1, 2]) yield* store.addToken(token(owner, n), `${owner.id} ${n}`)
        }
        const all = [alice, bob].flatMap((owner) => [1, 2, 3].map((n) => token(owner, n).id))
        for (const [owner, expected] of [
          [undefined, all],
          [bob.id, all.slice(3)],
        ] as const) {
          const seen: Array<string> = []
          for (;;) {
            const page = yield* store.tokens({ after: seen.at(-1), limit: 2 }, owner)
            assert.isAtMost(page.length, 2)
            seen.push(...page.map(({ id }) => id))
            if (page.length === 0) break
          }
          assert.deepStrictEqual(seen, expected)
        }
      }),
    )

    test(
      "refuses more access tokens than one may have; an ended one makes room",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* TestClock.setTime(1)
        for (let n = 0; n < Token.maxPerUser; n++) {
          yield* store.addToken(token(alice, n, { kind: "access", expiresAt: n === 7 ? 1000 : null }), `${n}`)
        }
        const more = token(alice, 500, { kind: "access" })
        assert.strictEqual((yield* Effect.flip(store.addToken(more, "more")))._tag, "TooManyTokens")
        yield* store.addToken(token(alice, 501), "a session")
        yield* TestClock.setTime(1000)
        yield* store.addToken(more, "more")
        assert.isTrue(Option.isNone(yield* store.findToken("7")))
        assert.strictEqual((yield* store.tokens(everything)).length, Token.maxPerUser + 1)
      }),
    )

    test(
      "tokens of a session and of a program make no room for each other, nor do those of two people",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.add(bob)
        for (let n = 0; n < 3; n++) {
          yield* store.addToken(token(alice, n, { kind: "access" }), `access ${n}`)
          yield* store.addToken(token(bob, n), `bob ${n}`)
        }
        for (let n = 10; n < 11 + Token.maxPerUser; n++) yield* store.addToken(token(alice, n), `${n}`)
        const kept = yield* store.tokens(everything, alice.id)
        assert.strictEqual(kept.filter(({ kind }) => kind === "access").length, 3)
        assert.strictEqual(kept.filter(({ kind }) => kind === "session").length, Token.maxPerUser)
        assert.strictEqual((yield* store.tokens(everything, bob.id)).length, 3)
      }),
    )

    test(
      "an invite registers one account",
      Effect.fnUntraced(function* (store) {
        yield* store.addInvite({ fingerprint: "open", createdAt: 0, expiresAt: 1000 })
        const tries = ["a", "b", "c", "d"].map((name) => Effect.exit(store.add(account(name), "open")))
        const done = yield* Effect.all(tries, { concurrency: "unbounded" })
        assert.strictEqual(done.filter((exit) => exit._tag === "Success").length, 1)
        assert.strictEqual((yield* store.list(everything)).length, 1)
      }),
    )

    test(
      "an invite that isn't valid registers nobody",
      Effect.fnUntraced(function* (store) {
        yield* store.addInvite({ fingerprint: "late", createdAt: 0, expiresAt: 1000 })
        yield* TestClock.setTime(1000)
        for (const fingerprint of ["late", "unknown"]) {
          assert.strictEqual((yield* Effect.flip(store.add(alice, fingerprint)))._tag, "InviteNotValid")
        }
        assert.deepStrictEqual(yield* store.list(everything), [])
      }),
    )

    test(
      "an invite is not used up by a name that is taken",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.addInvite({ fingerprint: "open", createdAt: 0, expiresAt: null })
        const again = { ...alice, id: UserId.make("again") }
        assert.strictEqual((yield* Effect.flip(store.add(again, "open")))._tag, "NameTaken")
        yield* store.add(bob, "open")
      }),
    )

    test(
      "forgets what ended a day ago, and nothing else",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.addToken(token(alice, 1, { expiresAt: 1000 }), "expired")
        yield* store.addToken(token(alice, 2), "revoked")
        yield* store.addToken(token(alice, 3, { expiresAt: 1001 + Token.keptAfterEnd }), "live")
        yield* store.addToken(token(alice, 4), "for ever")
        yield* store.addInvite({ fingerprint: "old", createdAt: 0, expiresAt: 1000 })
        yield* store.addInvite({ fingerprint: "used", createdAt: 0, expiresAt: null })
        yield* store.add(account("guest of alice"), "used")
        yield* store.addInvite({ fingerprint: "open", createdAt: 0, expiresAt: 2000 + Token.keptAfterEnd })
        yield* store.addInvite({ fingerprint: "endless", createdAt: 0, expiresAt: null })
        yield* TestClock.setTime(1000)
        yield* store.revokeToken(token(alice, 2).id)
        yield* TestClock.setTime(999 + Token.keptAfterEnd)
        yield* store.purge
        assert.strictEqual((yield* store.tokens(everything)).length, 4)
        yield* TestClock.setTime(1000 + Token.keptAfterEnd)
        yield* store.purge
        const left = yield* store.tokens(everything)
        assert.deepStrictEqual(
          left.map(({ id }) => id),
          [token(alice, 3).id, token(alice, 4).id],
        )
        assert.isTrue(Option.isNone(yield* store.findToken("expired")))
        assert.isTrue(Option.isSome(yield* store.findToken("live")))
        assert.deepStrictEqual(yield* store.tokens(everything, alice.id), left)
        // Their codes could be made again; those that are open still are.
        for (const fingerprint of ["old", "used"]) {
          yield* store.addInvite({ fingerprint, createdAt: 0, expiresAt: null })
        }
        for (const fingerprint of ["open", "endless"]) yield* store.add(account(`by ${fingerprint}`), fingerprint)
      }),
    )

    test(
      "knows from where nobody is let in, of so many ranges at most",
      Effect.fnUntraced(function* (store) {
        const by = { id: alice.id, name: alice.name }
        const ban = (address: string, until: number | null = null, reason: string | null = null) =>
          store.ban({ address: AddressRange.make(address), by, createdAt: 5, until, reason })
        assert.deepStrictEqual(yield* store.bans, [])
        yield* ban("192.0.2.0/24", null, "noise")
        const now = yield* Clock.currentTimeMillis
        yield* ban("2001:db8::/32", now)
        yield* ban("192.0.2.0/24", now + 1000, "more noise")
        // The other one has ended.
        assert.deepStrictEqual(yield* store.bans, [
          { address: AddressRange.make("192.0.2.0/24"), by, createdAt: 5, until: now + 1000, reason: "more noise" },
        ])
        for (let n = 1; n < maxBans; n++) yield* ban(`10.0.${n >> 8}.${n & 255}`)
        assert.strictEqual((yield* Effect.flip(ban("203.0.113.1")))._tag, "TooManyBans")
        // In place of itself there is room.
        yield* ban("192.0.2.0/24", now + 1000)
        yield* TestClock.adjust(1000)
        yield* ban("203.0.113.1")
        yield* store.unban(AddressRange.make("203.0.113.1"))
        yield* store.unban(AddressRange.make("203.0.113.1"))
        assert.lengthOf(yield* store.bans, maxBans - 1)
      }),
    )

    test(
      "keeps what administrators did, the last of each kind",
      Effect.fnUntraced(function* (store) {
        const by = { id: alice.id, name: alice.name }
        const note = (action: string, more: { readonly whom?: string; readonly detail?: string } = {}) =>
          Effect.andThen(Clock.currentTimeMillis, (timestamp) => store.note({ timestamp, by, action, ...more }))
        assert.deepStrictEqual(yield* store.audit({ limit: 9 }), [])
        yield* note("drain")
        yield* TestClock.adjust(5)
        yield* note("setUserRole", { whom: "bob", detail: "admin" })
        const all = yield* store.audit({ limit: 9 })
        assert.deepStrictEqual(all, [
          { number: 2, timestamp: all[1]!.timestamp + 5, by, action: "setUserRole", whom: "bob", detail: "admin" },
          { number: 1, timestamp: all[1]!.timestamp, by, action: "drain" },
        ])
        assert.deepStrictEqual(yield* store.audit({ limit: 1 }), all.slice(0, 1))
        assert.deepStrictEqual(yield* store.audit({ before: 2, limit: 9 }), all.slice(1))
        for (let n = 0; n < maxAudit + 5; n++) yield* note("disconnect", { detail: `${n}` })
        const kept = yield* store.audit({ limit: 2 * maxAudit })
        assert.lengthOf(kept, maxAudit + 2)
        assert.deepStrictEqual(kept[0]!.detail, `${maxAudit + 4}`)
        assert.deepStrictEqual(kept.slice(-2), all)
      }),
    )

    test(
      "tells every subscriber what changes, in order, from when it listens",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        yield* store.addToken(token(alice, 1), "1")
        yield* store.setDisabled(alice.id, true)
        yield* store.setDisabled(alice.id, false)
        yield* store.addToken(token(alice, 2), "2")
        const [one, other] = [yield* listening(store, "0 seconds"), yield* listening(store, "0 seconds")]
        yield* store.revokeToken(token(alice, 2).id)
        yield* store.setDisabled(alice.id, false)
        yield* store.revokeToken(token(alice, 2).id)
        yield* store.setPassword(alice.id, Redacted.make("new"))
        yield* store.rehash(alice.id, Redacted.make("new"), Redacted.make("newer"))
        yield* store.add(bob)
        for (const one of [alice, bob, alice]) yield* store.setRole(one.id, "admin")
        yield* store.demote(alice.id)
        yield* store.demote(alice.id)
        yield* store.setDisabled(alice.id, true)
        for (const heard of [one, other]) {
          yield* until(store, () => heard.at(-1)?._tag === "Disabled" && heard.at(-1)?.userId === alice.id)
          assert.deepStrictEqual(
            heard.filter(({ userId }) => userId === alice.id),
            [
              { _tag: "TokenRevoked", userId: alice.id, tokenId: token(alice, 2).id },
              { _tag: "PasswordChanged", userId: alice.id },
              { _tag: "RoleChanged", userId: alice.id },
              { _tag: "RoleChanged", userId: alice.id },
              { _tag: "Disabled", userId: alice.id },
            ],
          )
        }
      }),
    )

    test(
      "a subscriber that takes its time misses nothing",
      Effect.fnUntraced(function* (store) {
        yield* store.add(alice)
        const gathered = yield* listening(store, "1 second")
        for (let n = 0; n < 600; n++) yield* store.setDisabled(alice.id, true)
        const those = () => gathered.filter(({ userId }) => userId === alice.id).length
        yield* until(store, () => those() >= 600)
        assert.strictEqual(those(), 600)
      }),
    )
  })
