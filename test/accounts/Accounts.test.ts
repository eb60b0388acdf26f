import { assert, describe, it } from "@effect/vitest"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Kdf from "effect/crypto/Kdf"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import * as Token from "../../src/accounts/Token.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { accounts, cheapHashes } from "./fixture.ts"

const address = "192.0.2.1"

const signIn = (username: string, password: string, invite?: Redacted.Redacted) =>
  Effect.flatMap(Accounts, (accounts) =>
    accounts.signIn({ username, password: Redacted.make(password), address, invite }),
  )

const refused = (username: string, password: string, invite?: Redacted.Redacted) =>
  Effect.map(Effect.flip(signIn(username, password, invite)), (error) => error._tag)

const add = (name: string, password: string) =>
  Effect.flatMap(Accounts, (accounts) => accounts.add({ name, password: Redacted.make(password), role: "member" }))

/** A `Kdf` that does something before each derivation. */
const watchedKdf = (before: (algorithm: Kdf.Algorithm) => Effect.Effect<unknown>) =>
  Layer.effect(
    Kdf.Kdf,
    Effect.map(Kdf.Kdf, (kdf) =>
      Kdf.Kdf.of({
        derive: (algorithm, ...rest) => Effect.andThen(before(algorithm), kdf.derive(algorithm, ...rest)),
      }),
    ),
  ).pipe(Layer.provide(NodeCrypto.layerKdf))

const found = (name: string) => Effect.flatMap(Accounts, (accounts) => accounts.find(name))

const count = Effect.flatMap(Accounts, (accounts) => Effect.map(Stream.runCollect(accounts.list), (all) => all.length))

describe("signing in", () => {
  it.effect("open: registers a new name, then asks for its password", () =>
    Effect.gen(function* () {
      const alice = yield* signIn("Alice", "secret")
      assert.strictEqual(alice.role, "member")
      assert.deepStrictEqual(yield* signIn("ALICE", "secret"), alice)
      assert.strictEqual(yield* refused("alice", "wrong"), "InvalidCredentials")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("finds who has a name in whatever spelling, while the account is enabled", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const alice = yield* signIn("Alice", "secret")
      assert.deepStrictEqual(yield* found("ＡＬＩＣＥ"), Option.some(alice))
      assert.isTrue(Option.isNone(yield* found("bob")))
      yield* accounts.disable("alice")
      assert.isTrue(Option.isNone(yield* found("alice")))
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("open: of two first sign-ins at the same moment one registers, the other is checked", () =>
    Effect.gen(function* () {
      const same = yield* Effect.all([signIn("alice", "same"), signIn("Alice", "same")], { concurrency: 2 })
      assert.strictEqual(same[0].id, same[1].id)
      const different = yield* Effect.forEach(
        ["one", "two", "three"],
        (password) => Effect.exit(signIn("bob", password)),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(different.map((exit) => exit._tag).toSorted(), ["Failure", "Failure", "Success"])
      assert.strictEqual(yield* count, 2)
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("closed: refuses an unknown name like a wrong password, after hashing as long", () =>
    Effect.gen(function* () {
      const derived: Array<unknown> = []
      const kdf = watchedKdf((algorithm) => Effect.sync(() => derived.push(algorithm)))
      yield* Effect.gen(function* () {
        yield* add("alice", "secret")
        derived.length = 0
        const wrong = yield* Effect.flip(signIn("alice", "wrong"))
        const known = derived.splice(0)
        const unknown = yield* Effect.flip(signIn("nobody", "wrong"))
        assert.deepStrictEqual(derived, known)
        assert.strictEqual(known.length, 1)
        assert.deepStrictEqual({ ...unknown }, { ...wrong })
        assert.strictEqual(unknown.message, wrong.message)
        assert.strictEqual((yield* signIn("alice", "secret")).name, "alice")
        assert.strictEqual(yield* count, 1)
      }).pipe(Effect.provide(accounts({ mode: "closed" }, { kdf })))
    }),
  )

  it.effect("takes note of what was done to the account while it hashed", () =>
    Effect.gen(function* () {
      let meanwhile: Effect.Effect<unknown> = Effect.void
      const kdf = watchedKdf(() =>
        Effect.suspend(() => {
          const action = meanwhile
          meanwhile = Effect.void
          return action
        }),
      )
      yield* Effect.gen(function* () {
        const accounts = yield* Accounts
        const store = yield* AccountStore
        const { id } = yield* add("alice", "secret")
        meanwhile = Effect.ignore(accounts.disable("alice"))
        assert.strictEqual(yield* refused("alice", "secret"), "AccountDisabled")
        yield* accounts.enable("alice")
        meanwhile = Effect.ignore(store.setPassword(id, Redacted.make("another hash")))
        assert.strictEqual(yield* refused("alice", "secret"), "InvalidCredentials")
      }).pipe(Effect.provide(accounts({}, { kdf })))
    }),
  )

  it.effect("invite: registers who holds one, once", () =>
    Effect.gen(function* () {
      const { code } = yield* Effect.flatMap(Accounts, (accounts) => accounts.invite())
      assert.strictEqual(yield* refused("alice", "secret"), "InvalidCredentials")
      assert.strictEqual(yield* refused("alice", "secret", Redacted.make("natinv_guess")), "InvalidCredentials")
      const alice = yield* signIn("alice", "secret", code)
      assert.deepStrictEqual(yield* signIn("alice", "secret"), alice)
      assert.strictEqual(yield* refused("bob", "secret", code), "InvalidCredentials")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(accounts({ mode: "invite" }))),
  )

  it.effect("invite: guessing is throttled like a password's", () =>
    Effect.gen(function* () {
      const guess = Redacted.make(`natinv_${"A".repeat(43)}`)
      for (let n = 0; n < 5; n++) assert.strictEqual(yield* refused("alice", "secret", guess), "InvalidCredentials")
      assert.strictEqual(yield* refused("alice", "secret", guess), "TooManyLogins")
    }).pipe(Effect.provide(accounts({ mode: "invite" }))),
  )

  describe("neither words nor work tell whether a name has an account", () => {
    const modes = ["closed", "invite", "open"] as const
    for (const mode of modes) {
      it.effect(mode, () => {
        let hashes = 0
        const kdf = watchedKdf(() => Effect.sync(() => void hashes++))
        return Effect.gen(function* () {
          yield* add("alice", "a long secret")
          const store = yield* AccountStore
          const [credentials] = Option.toArray(yield* store.find("alice"))
          yield* store.add({ ...credentials!, id: UserId.make("2"), name: Username.make("alice: x") })
          const told = (name: string, password: string, invite?: Redacted.Redacted) =>
            Effect.gen(function* () {
              hashes = 0
              const error = yield* Effect.flip(signIn(name, password, invite))
              return { tag: error._tag, message: error.message, hashes }
            })
          const guess = Redacted.make(`natinv_${"A".repeat(43)}`)
          const inputs = [
            ["short", undefined],
            ["long enough", Redacted.make("nonsense")],
            ["long enough", guess],
            ["short", guess],
          ] as const
          for (const [password, invite] of inputs) {
            // Where anybody can register, a name without an account gets one.
            if (mode === "open" && password !== "short") continue
            const known = yield* told("alice", password, invite)
            const unknown = yield* told("nobody", password, invite)
            assert.deepStrictEqual(unknown, known)
            assert.strictEqual(known.hashes, 1)
            assert.deepStrictEqual(
              yield* told("nobody: x", password, invite),
              yield* told("alice: x", password, invite),
            )
          }
        }).pipe(Effect.provide(accounts({ mode, minPasswordLength: 8 }, { kdf })))
      })
    }
  })

  it.effect("open: one address registers a few names at once, then now and then; who it is stays untold", () =>
    Effect.gen(function* () {
      for (let n = 0; n < 3; n++) yield* signIn(`user ${n}`, "secret")
      const error = yield* Effect.flip(signIn("user 3", "secret"))
      assert.strictEqual(error._tag, "TooManyRegistrations")
      assert.strictEqual(Duration.toSeconds((error as { retryAfter: Duration.Duration }).retryAfter), 60)
      assert.strictEqual(yield* count, 3)
      // A known name with a wrong password is told the same; with its own it comes in.
      assert.strictEqual((yield* Effect.flip(signIn("user 1", "wrong"))).message, error.message)
      yield* signIn("user 1", "secret")
      // Others, and the operator, go on.
      yield* Effect.flatMap(Accounts, (accounts) =>
        accounts.signIn({ username: "bob", password: Redacted.make("secret"), address: "192.0.2.2" }),
      )
      yield* add("carl", "secret")
      yield* TestClock.adjust("1 minute")
      yield* signIn("user 3", "secret")
      assert.strictEqual(yield* refused("user 4", "secret"), "TooManyRegistrations")
    }).pipe(Effect.provide(accounts({ registrations: { burst: 3, perHour: 60 } }))),
  )

  it.effect("an address that signed in before is not kept out by those who guess elsewhere", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const from = (address: string, password: string) =>
        Effect.match(accounts.signIn({ username: "alice", password: Redacted.make(password), address }), {
          onFailure: ({ _tag }) => _tag,
          onSuccess: () => "in",
        })
      assert.strictEqual(yield* from("192.0.2.1", "secret"), "in")
      for (let n = 0; n < 5; n++) assert.strictEqual(yield* from("198.51.100.1", "wrong"), "InvalidCredentials")
      assert.strictEqual(yield* from("198.51.100.1", "secret"), "TooManyLogins")
      assert.strictEqual(yield* from("203.0.113.1", "secret"), "TooManyLogins")
      assert.strictEqual(yield* from("192.0.2.1", "secret"), "in")
      // That takes nothing back from the others, and there are limits there, too.
      assert.strictEqual(yield* from("198.51.100.1", "secret"), "TooManyLogins")
      for (let n = 0; n < 5; n++) assert.strictEqual(yield* from("192.0.2.1", "wrong"), "InvalidCredentials")
      assert.strictEqual(yield* from("192.0.2.1", "secret"), "TooManyLogins")
      // So does one that came by a token.
      const alice = Option.getOrThrow(yield* accounts.find("alice"))
      yield* accounts.authenticate((yield* accounts.issueToken(alice)).token, "192.0.2.77")
      assert.strictEqual(yield* from("192.0.2.77", "secret"), "in")
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("warns once of an address that tried too often, until it may try again", () => {
    const warnings: Array<unknown> = []
    const logger = Logger.make<unknown, void>(({ fiber, logLevel }) => {
      if (logLevel === "Warn") warnings.push(fiber.getRef(References.CurrentLogAnnotations))
    })
    const tooMany = { reason: "TooManyLogins", address: "192.0.2.1" }
    return Effect.gen(function* () {
      yield* signIn("alice", "secret")
      for (let n = 0; n < 5; n++) assert.strictEqual(yield* refused("alice", "wrong"), "InvalidCredentials")
      assert.deepStrictEqual(warnings, [])
      for (let n = 0; n < 3; n++) assert.strictEqual(yield* refused("alice", "secret"), "TooManyLogins")
      assert.deepStrictEqual(warnings, [tooMany])
      yield* TestClock.adjust("16 minutes")
      for (let n = 0; n < 5; n++) assert.strictEqual(yield* refused("alice", "wrong"), "InvalidCredentials")
      for (let n = 0; n < 3; n++) assert.strictEqual(yield* refused("alice", "secret"), "TooManyLogins")
      assert.deepStrictEqual(warnings, [tooMany, tooMany])
    }).pipe(Effect.provide([accounts({ mode: "open" }), Logger.layer([logger])]))
  })

  it.effect("invite: one code, many who try it at once, one account", () =>
    Effect.gen(function* () {
      const { code, expiresAt } = yield* Effect.flatMap(Accounts, (accounts) => accounts.invite(Duration.hours(1)))
      assert.strictEqual(expiresAt, 3_600_000)
      const names = ["a", "b", "c", "d", "e"]
      const done = yield* Effect.forEach(names, (name) => Effect.exit(signIn(name, "secret", code)), {
        concurrency: "unbounded",
      })
      assert.strictEqual(done.filter((exit) => exit._tag === "Success").length, 1)
      const late = yield* Effect.flatMap(Accounts, (accounts) => accounts.invite(Duration.hours(1)))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* refused("late", "secret", late.code), "InvalidCredentials")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(accounts({ mode: "invite" }))),
  )

  it.effect("guest: lets a free name in and stores nothing; an account's name needs its password", () =>
    Effect.gen(function* () {
      yield* add("alice", "secret")
      const { id, ...bob } = yield* signIn("Bob", "anything")
      assert.match(id, /^guest:[0-9a-f]{64}$/)
      assert.deepStrictEqual<unknown>(bob, { name: "Bob", role: "guest" })
      // Whoever comes next under the name is somebody else, whatever is typed as a password.
      assert.notStrictEqual((yield* signIn("Bob", "anything")).id, id)
      assert.strictEqual(yield* refused("ALICE", "anything"), "InvalidCredentials")
      assert.strictEqual(yield* refused("alice", ""), "InvalidCredentials")
      assert.strictEqual((yield* signIn("alice", "secret")).role, "member")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(accounts({ mode: "guest" }))),
  )

  it.effect("guest: comes back as the same guest by a token, which nobody can make up for another", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const bob = yield* signIn("Bob", "anything")
      const token = Redacted.value((yield* accounts.issueToken(bob)).token)
      const back = (token: string) => Effect.exit(accounts.authenticate(Redacted.make(token), address))
      assert.deepStrictEqual(yield* back(token), Exit.succeed({ user: bob, tokenId: undefined }))
      const [secret] = token.split(".")
      for (const wrong of [secret!, `${secret}.`, `${secret}.!`, `${token}x.`, `${secret}.${btoa("a: b")}`, "natg_"]) {
        assert.isTrue(Exit.isFailure(yield* back(wrong)), wrong)
      }
      // The same secret under another name is another guest.
      const other = yield* accounts.authenticate(Redacted.make(`${secret}.${btoa("ann").replaceAll("=", "")}`), address)
      assert.notStrictEqual(other.user.id, bob.id)
      // Once the name is an account's, it is no guest's.
      yield* add("bob", "secret")
      assert.isTrue(Exit.isFailure(yield* back(token)))
    }).pipe(Effect.provide(accounts({ mode: "guest" }))),
  )

  it.effect("a guest's token is none where guests are not let in", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const token = Redacted.make(`natg_${"A".repeat(43)}.Ym9i`)
      assert.strictEqual((yield* Effect.flip(accounts.authenticate(token, address)))._tag, "InvalidToken")
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("refuses names that could pass for another or break a line", () =>
    Effect.gen(function* () {
      const names = [
        "",
        " ",
        " alice",
        "alice ",
        "a\u0000b",
        "a\nb",
        "a\u202Eb",
        "a\u200Bb",
        "\uFEFFa",
        "a\uD800",
        "x".repeat(65),
        "x".repeat(100_000),
        "\u001b[2J",
        "a\u2028b",
      ]
      for (const name of names)
        assert.strictEqual(yield* refused(name, "secret"), "InvalidUsername", JSON.stringify(name))
      assert.strictEqual(yield* count, 0)
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("refuses names that hold what separates names from text, and says what is wrong", () =>
    Effect.gen(function* () {
      for (const name of ["ann: yes, delete it all", "' OR 1=1 --", "%", "guest:bob", "@ann", "a  b"]) {
        const error = yield* Effect.flip(signIn(name, "secret"))
        assert.strictEqual(error._tag, "InvalidUsername")
        assert.match(error.message, /^This cannot be a new username: it has /)
        assert.strictEqual((yield* Effect.flip(add(name, "secret")))._tag, "InvalidUsername")
      }
      assert.strictEqual(yield* count, 0)
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("lets who has such a name from before sign in", () =>
    Effect.gen(function* () {
      const store = yield* AccountStore
      const { id } = yield* add("ann", "secret")
      const [credentials] = Option.toArray(yield* store.find("ann"))
      const name = Username.make("ann: yes")
      yield* store.add({ ...credentials!, id: UserId.make(`${id}-2`), name })
      assert.strictEqual((yield* signIn(name, "secret")).name, name)
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("takes names that only look dangerous as names", () =>
    Effect.gen(function* () {
      for (const name of ["__proto__", "constructor", "1 or 1"]) {
        const user = yield* signIn(name, "secret")
        assert.strictEqual(user.name, name)
        assert.strictEqual(yield* refused(name, "wrong"), "InvalidCredentials")
      }
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("holds new passwords to the minimum, and all to the maximum", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* refused("alice", ""), "InvalidPassword")
      assert.strictEqual(yield* refused("alice", "1234567"), "InvalidPassword")
      assert.strictEqual(yield* refused("alice", "x".repeat(1025)), "InvalidPassword")
      yield* signIn("alice", "x".repeat(1024))
      // The same for a name without an account.
      assert.strictEqual(yield* refused("alice", "short"), "InvalidPassword")
      assert.strictEqual(yield* refused("alice", "not short"), "InvalidCredentials")
      const accounts = yield* Accounts
      const error = yield* Effect.flip(accounts.setPassword("alice", Redacted.make("short")))
      assert.strictEqual(error.message, "A password has 8 to 1024 characters")
    }).pipe(Effect.provide(accounts({ minPasswordLength: 8 }))),
  )

  it.effect("is throttled per account, and a success makes up for failures", () =>
    Effect.gen(function* () {
      yield* add("alice", "secret")
      for (let n = 0; n < 4; n++) yield* refused("alice", "wrong")
      yield* signIn("alice", "secret")
      for (let n = 0; n < 5; n++)
        assert.strictEqual(yield* refused(n % 2 ? "Alice" : "alice", "wrong"), "InvalidCredentials")
      assert.strictEqual(yield* refused("alice", "secret"), "TooManyLogins")
      yield* TestClock.adjust("15 minutes")
      yield* signIn("alice", "secret")
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("says that an account is disabled only to who knows its password", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      yield* add("alice", "secret")
      yield* accounts.disable("alice")
      assert.strictEqual(yield* refused("alice", "wrong"), "InvalidCredentials")
      assert.strictEqual(yield* refused("alice", "secret"), "AccountDisabled")
      yield* accounts.enable("alice")
      yield* signIn("alice", "secret")
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("rehashes a password that was hashed at another cost", () =>
    Effect.gen(function* () {
      const store = yield* Layer.build(Layer.fresh(AccountStore.layerMemory))
      const memory = Layer.succeedContext(store)
      const hash = Effect.map(
        Effect.provide(
          Effect.flatMap(AccountStore, (s) => s.find("alice")),
          store,
        ),
        (found) => Redacted.value(Option.getOrThrow(found).passwordHash),
      )
      yield* Effect.provide(signIn("alice", "secret"), accounts({}, { store: memory }))
      assert.include(yield* hash, "$m=64,t=1,p=1$")
      const stronger = accounts({}, { store: memory, hashes: { ...cheapHashes, memory: 128 } })
      yield* Effect.provide(refused("alice", "wrong"), stronger)
      assert.include(yield* hash, "$m=64,t=1,p=1$")
      yield* Effect.provide(signIn("alice", "secret"), stronger)
      assert.include(yield* hash, "$m=128,t=1,p=1$")
      yield* Effect.provide(signIn("alice", "secret"), stronger)
    }),
  )
})

describe("tokens", () => {
  it.effect("bring a user back without the password", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const alice = yield* signIn("alice", "secret")
      const { id, token } = yield* accounts.issueToken(alice, { label: "laptop\u001b[2J" })
      assert.match(Redacted.value(token), /^nat_[A-Za-z0-9_-]{43}$/)
      assert.deepStrictEqual(yield* accounts.authenticate(token, address), {
        user: alice,
        tokenId: id,
        scope: undefined,
        expiresAt: 30 * 86_400_000,
        endsAt: undefined,
      })
      const [kept] = yield* Stream.runCollect(accounts.tokens("ALICE"))
      assert.deepInclude(kept, { id, kind: "session", label: "laptop[2J", lastUsedAt: 0, expiresAt: 30 * 86_400_000 })
      assert.notInclude(JSON.stringify(kept), Redacted.value(token))
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("end when they expire or are revoked; what never was one is none", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const alice = yield* signIn("alice", "secret")
      const short = yield* accounts.issueToken(alice, { lifetime: Duration.minutes(1) })
      const long = yield* accounts.issueToken(alice)
      const endless = yield* accounts.createToken("alice", { lifetime: Duration.infinity })
      const no = (token: Redacted.Redacted) =>
        Effect.map(Effect.flip(accounts.authenticate(token, address)), (error) => error._tag)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* no(short.token), "InvalidToken")
      yield* accounts.authenticate(long.token, address)
      yield* accounts.revokeToken(long.id)
      assert.strictEqual(yield* no(long.token), "InvalidToken")
      yield* TestClock.adjust("3650 days")
      yield* accounts.authenticate(endless.token, address)
      for (const text of [
        "",
        "nat_",
        `nat_${"A".repeat(43)}`,
        `${Redacted.value(endless.token)}=`,
        "x".repeat(1_000_000),
      ]) {
        assert.strictEqual(yield* no(Redacted.make(text)), "InvalidToken")
      }
      assert.strictEqual((yield* Effect.flip(accounts.revokeToken("none")))._tag, "TokenNotFound")
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("end with a new password and with a disabled account", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const alice = yield* signIn("alice", "secret")
      const before = yield* accounts.issueToken(alice)
      yield* accounts.setPassword("alice", Redacted.make("changed"))
      assert.strictEqual((yield* Effect.flip(accounts.authenticate(before.token, address)))._tag, "InvalidToken")
      assert.strictEqual(yield* refused("alice", "secret"), "InvalidCredentials")
      yield* signIn("alice", "changed")
      const after = yield* accounts.createToken("alice")
      yield* accounts.disable("alice")
      assert.strictEqual((yield* Effect.flip(accounts.authenticate(after.token, address)))._tag, "AccountDisabled")
      assert.strictEqual((yield* Effect.flip(accounts.issueToken(alice)))._tag, "AccountDisabled")
      yield* accounts.enable("alice")
      assert.strictEqual((yield* Effect.flip(accounts.authenticate(after.token, address)))._tag, "InvalidToken")
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("note their last use, once a minute at most", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const { token } = yield* accounts.issueToken(yield* signIn("alice", "secret"))
      const lastUsed = Effect.map(Stream.runHead(accounts.tokens()), (head) => Option.getOrThrow(head).lastUsedAt)
      const seen: Array<number | null> = []
      for (const step of [0, 59_999, 1, 60_000]) {
        yield* TestClock.adjust(step)
        yield* accounts.authenticate(token, address)
        seen.push(yield* lastUsed)
      }
      assert.deepStrictEqual(seen, [0, 0, 60_000, 120_000])
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("are not for guests, and programs hold a bounded number", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const guest = { ...(yield* signIn("bob", "any")) }
      assert.strictEqual((yield* Effect.flip(accounts.issueToken(guest)))._tag, "NoTokenForGuests")
      const alice = yield* add("alice", "secret")
      for (let n = 0; n < Token.maxPerUser; n++) yield* accounts.createToken("alice")
      assert.strictEqual((yield* Effect.flip(accounts.createToken("alice")))._tag, "TooManyTokens")
      for (let n = 0; n < Token.maxPerUser + 1; n++) yield* accounts.issueToken(alice)
      assert.strictEqual((yield* Stream.runCollect(accounts.tokens("alice"))).length, 2 * Token.maxPerUser)
    }).pipe(Effect.provide(accounts({ mode: "guest" }))),
  )

  it.effect("that ended are forgotten after a day, by themselves", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      yield* accounts.issueToken(yield* signIn("alice", "secret"), { lifetime: Duration.hours(1) })
      const left = Effect.map(Stream.runCollect(accounts.tokens()), (all) => all.length)
      yield* TestClock.adjust("24 hours")
      assert.strictEqual(yield* left, 1)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* left, 0)
    }).pipe(Effect.provide(accounts())),
  )
})

describe("administration", () => {
  it.effect("adds accounts, lists all of them in order, refuses names that are taken or wrong", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const names = Array.from({ length: 250 }, (_, n) => `user-${String((n * 37) % 250).padStart(3, "0")}`)
      yield* Effect.forEach(names, (name) => add(name, "secret"), { concurrency: 4 })
      const listed = yield* Stream.runCollect(accounts.list)
      assert.deepStrictEqual(
        listed.map(({ name }) => `${name}`),
        names.toSorted(),
      )
      assert.strictEqual((yield* Effect.flip(add("USER-000", "secret")))._tag, "NameTaken")
      assert.strictEqual((yield* Effect.flip(add(" x", "secret")))._tag, "InvalidUsername")
      assert.strictEqual((yield* Effect.flip(add("new", "")))._tag, "InvalidPassword")
    }).pipe(Effect.provide(accounts({ mode: "closed" }))),
  )

  it.effect("says which account or token there isn't", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const errors = yield* Effect.forEach(
        [
          accounts.disable("nobody"),
          accounts.enable("nobody"),
          accounts.setPassword("nobody", Redacted.make("secret")),
          accounts.createToken("nobody"),
          Stream.runDrain(accounts.tokens("nobody")),
        ],
        (effect: Effect.Effect<unknown, { readonly message: string }>) => Effect.flip(effect),
      )
      assert.deepStrictEqual(new Set(errors.map(({ message }) => message)), new Set(['There is no account "nobody"']))
    }).pipe(Effect.provide(accounts())),
  )

  it.effect("is heard by whoever must end sessions", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const { id: userId } = yield* add("alice", "secret")
      const { id: tokenId } = yield* accounts.createToken("alice")
      const heard = yield* accounts.changes.pipe(
        Stream.take(3),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true }),
      )
      yield* Effect.yieldNow
      yield* accounts.revokeToken(tokenId)
      yield* accounts.setPassword("alice", Redacted.make("changed"))
      yield* accounts.disable("alice")
      assert.deepStrictEqual(yield* Fiber.join(heard), [
        { _tag: "TokenRevoked", userId, tokenId },
        { _tag: "PasswordChanged", userId },
        { _tag: "Disabled", userId },
      ])
    }).pipe(Effect.provide(accounts())),
  )
})
