/** Signing in: what is answered, what counts as guessing, what the log says, and what happens in between. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { NameTaken, StorageError } from "../../src/accounts/AccountError.ts"
import type { AccountStore } from "../../src/accounts/AccountStore.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { accounts } from "./fixture.ts"
import { add, address, listening, outcome, storeWith, told } from "./world.ts"

type Store = AccountStore["Service"]

const broken = Effect.fail(new StorageError({ retryable: true, cause: "the disk" }))
const wellFormed = Redacted.make(`natinv_${"A".repeat(43)}`)
const malformed = Redacted.make("natinv_A")

const wrong = "Invalid username or password"
const invitesOnly = "Invalid username or password; a new name needs an invitation that is valid"
const short = "A password has 8 to 1024 characters"
const unfit = `This cannot be a new username: it has ":", which is no letter, digit, space, ".", "_" or "-"`

describe("who is refused reads", () => {
  const cases = [
    // mode, name, password, invite, what is read
    ["open", "ann: x", "long enough", undefined, unfit],
    ["open", "ann: x", "short", undefined, unfit],
    ["open", "nobody", "short", undefined, short],
    ["open", "ann", "long enough", undefined, wrong],
    ["open", "ann", "short", undefined, short],
    ["invite", "ann: x", "long enough", undefined, invitesOnly],
    ["invite", "nobody", "short", undefined, invitesOnly],
    ["invite", "ann", "short", undefined, invitesOnly],
    ["invite", "ann: x", "long enough", wellFormed, unfit],
    ["invite", "nobody", "short", wellFormed, short],
    ["invite", "nobody", "long enough", wellFormed, invitesOnly],
    ["invite", "nobody", "long enough", malformed, invitesOnly],
    ["invite", "nobody", "short", malformed, short],
    ["closed", "ann: x", "short", undefined, wrong],
    ["closed", "nobody", "short", wellFormed, wrong],
    ["guest", "ann: x", "short", undefined, unfit],
    ["guest", "ann", "short", undefined, wrong],
  ] as const
  it.effect.each(cases)("%s, %s, %s, %j: %s", ([mode, name, password, invite, message]) =>
    Effect.gen(function* () {
      yield* add("ann", "a secret")
      assert.strictEqual(yield* told(name, password, invite), message)
    }).pipe(Effect.provide(accounts({ mode, minPasswordLength: 8 }))),
  )
})

describe("what counts as guessing", () => {
  const untilRefused = (name: string, password: string, error: string) =>
    Effect.gen(function* () {
      for (let n = 0; n < 5; n++) assert.strictEqual(yield* outcome(name, password), error)
      assert.strictEqual(yield* outcome(name, password), "TooManyLogins")
    })

  it.effect("is a wrong password, and what is answered alike for a name without an account", () =>
    Effect.gen(function* () {
      yield* add("ann", "a long secret")
      yield* untilRefused("ann", "a wrong secret", "InvalidCredentials")
      yield* untilRefused("bob: x", "a long secret", "InvalidUsername")
      yield* untilRefused("carl", "short", "InvalidPassword")
      assert.strictEqual(yield* outcome("dora", "a long secret"), "in")
      // That was the only new name that this address may have.
      yield* untilRefused("emil", "a long secret", "TooManyRegistrations")
    }).pipe(
      Effect.provide(
        accounts({ minPasswordLength: 8, registrations: { burst: 1, perHour: 1 } }, { throttle: { perAddress: 100 } }),
      ),
    ),
  )

  it.effect("is not the right password of a disabled account, nor a fault of the store", () => {
    let isBroken = false
    const store = storeWith((store) => ({
      find: (name) => Effect.suspend(() => (isBroken ? broken : store.find(name))),
    }))
    return Effect.gen(function* () {
      yield* add("ann", "secret")
      yield* Effect.flatMap(Accounts, (accounts) => accounts.disable("ann"))
      for (let n = 0; n < 8; n++) assert.strictEqual(yield* outcome("ann", "secret"), "AccountDisabled")
      isBroken = true
      for (let n = 0; n < 8; n++) assert.strictEqual(yield* outcome("ann", "secret"), "StorageError")
      isBroken = false
      assert.strictEqual(yield* outcome("ann", "secret"), "AccountDisabled")
    }).pipe(Effect.provide(accounts({}, { store })))
  })
})

describe("an address", () => {
  it.effect("takes up none of its registrations by what is refused", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outcome("ann: x", "a long secret"), "InvalidUsername")
      assert.strictEqual(yield* outcome("ann", "short"), "InvalidPassword")
      assert.strictEqual(yield* outcome("ann", "a long secret"), "in")
      assert.strictEqual(yield* outcome("bob", "a long secret"), "TooManyRegistrations")
      // Elsewhere, and for who has an account, it is as ever.
      assert.strictEqual(yield* outcome("ann", "a long wrong one", "192.0.2.2"), "InvalidCredentials")
      assert.strictEqual(yield* outcome("ann", "a long secret"), "in")
    }).pipe(Effect.provide(accounts({ minPasswordLength: 8, registrations: { burst: 1, perHour: 1 } }))),
  )

  it.effect("registers as many as it likes where invites say who may", () =>
    Effect.gen(function* () {
      for (const name of ["ann", "bob", "carl"]) {
        const { code } = yield* Effect.flatMap(Accounts, (accounts) => accounts.invite())
        assert.strictEqual(yield* outcome(name, "secret", address, code), "in")
      }
      assert.strictEqual(yield* told("dora", "secret"), invitesOnly)
    }).pipe(Effect.provide(accounts({ mode: "invite", registrations: { burst: 1, perHour: 1 } }))),
  )

  it.effect("is not trusted for who came as a guest of the name", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const bob = yield* accounts.signIn({ username: "bob", password: Redacted.make("x"), address })
      yield* accounts.authenticate((yield* accounts.issueToken(bob)).token, address)
      yield* add("bob", "secret")
      for (let n = 0; n < 5; n++)
        assert.strictEqual(yield* outcome("bob", "wrong", "198.51.100.1"), "InvalidCredentials")
      assert.strictEqual(yield* outcome("bob", "secret"), "TooManyLogins")
    }).pipe(Effect.provide(accounts({ mode: "guest" }))),
  )
})

describe("in between", () => {
  /** A store that does something else the second time somebody is looked for. */
  const second = (others: (store: Store) => { find: Store["find"]; add?: Store["add"] }) => {
    const state = { finds: 0 }
    const store = storeWith((store) => {
      const { find, ...more } = others(store)
      return { ...more, find: (name) => Effect.suspend(() => (++state.finds === 2 ? find(name) : store.find(name))) }
    })
    return { state, store }
  }

  it.effect("the account goes: refused", () => {
    const { state, store } = second(() => ({ find: () => Effect.succeedNone }))
    return Effect.gen(function* () {
      yield* add("ann", "secret")
      assert.strictEqual(yield* outcome("ann", "secret"), "InvalidCredentials")
      assert.strictEqual(state.finds, 2)
      assert.strictEqual(yield* outcome("ann", "secret"), "in")
    }).pipe(Effect.provide(accounts({}, { store })))
  })

  it.effect("somebody takes the name and goes: refused", () => {
    const { state, store } = second(() => ({
      find: () => Effect.succeedNone,
      add: ({ name }) => Effect.fail(new NameTaken({ name })),
    }))
    return Effect.gen(function* () {
      assert.strictEqual(yield* outcome("ann", "secret"), "InvalidCredentials")
      assert.strictEqual(state.finds, 2)
    }).pipe(Effect.provide(accounts({}, { store })))
  })

  it.effect("somebody takes the name: it is theirs, or the same person's", () => {
    let taken = false
    const store = storeWith((store) => ({
      add: (account, invite) =>
        Effect.suspend(() => {
          if (taken) return store.add(account, invite)
          taken = true
          return Effect.andThen(store.add(account, invite), Effect.fail(new NameTaken({ name: account.name })))
        }),
    }))
    return Effect.gen(function* () {
      assert.strictEqual(yield* outcome("ann", "secret"), "in")
      assert.strictEqual(yield* outcome("ann", "another"), "InvalidCredentials")
    }).pipe(Effect.provide(accounts({}, { store })))
  })

  it.effect("the hash cannot be made stronger: it is the next time", () => {
    let rehashes = 0
    const store = storeWith((store) => ({
      find: (name) =>
        Effect.map(
          store.find(name),
          Option.map((account) => ({
            ...account,
            passwordHash: Redacted.make(
              // Of the password "password", as the reference implementation of argon2 has it.
              "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            ),
          })),
        ),
      rehash: () =>
        Effect.andThen(
          Effect.sync(() => void rehashes++),
          broken,
        ),
    }))
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      yield* add("ann", "password")
      lines()
      for (let n = 1; n < 3; n++) {
        assert.strictEqual(yield* outcome("ann", "password"), "in")
        assert.strictEqual(rehashes, n)
        assert.deepStrictEqual(
          lines().map(([level, message]) => [level, message]),
          [["Debug", "a password was not rehashed: StorageError"]],
        )
      }
    }).pipe(Effect.provide([accounts({}, { store }), layer]))
  })
})

describe("the log", () => {
  it.effect("says who registered, who was refused and why, and from where, as loud as it matters", () => {
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const accounts = yield* Accounts
      const ann = yield* accounts.signIn({ username: "ann", password: Redacted.make("secret"), address })
      assert.deepStrictEqual(lines(), [["Info", "account registered", { userId: ann.id, role: "member" }]])
      yield* outcome("ann", "secret")
      assert.deepStrictEqual(lines(), [])
      const refused = (level: string, reason: string) => [level, "sign-in refused", { reason, address }] as const
      for (let n = 0; n < 5; n++) yield* outcome("ann", "wrong")
      assert.deepStrictEqual(lines(), Array(5).fill(refused("Info", "InvalidCredentials")))
      yield* outcome("ann", "wrong")
      yield* outcome("ann", "wrong")
      assert.deepStrictEqual(lines(), [refused("Warn", "TooManyLogins"), refused("Debug", "TooManyLogins")])
      yield* outcome(" ", "secret")
      assert.deepStrictEqual(lines(), [refused("Debug", "InvalidUsername")])
      yield* accounts.disable("ann")
      yield* outcome("ann", "secret", "192.0.2.9")
      lines()
      yield* Effect.flip(accounts.authenticate(Redacted.make("nat_"), address))
      assert.deepStrictEqual(lines(), [["Debug", "token refused", { reason: "InvalidToken", address }]])
    }).pipe(Effect.provide([accounts(), layer]))
  })

  it.effect("has the fault of the store, which is nobody's who signs in", () => {
    const { layer, lines } = listening()
    const store = storeWith(() => ({ find: () => broken, findToken: () => broken }))
    const failed = ["Error", "sign-in failed", { reason: "StorageError", address }] as const
    return Effect.gen(function* () {
      const accounts = yield* Accounts
      assert.strictEqual(yield* outcome("ann", "secret"), "StorageError")
      assert.deepStrictEqual(lines(), [failed])
      const token = Redacted.make(`nat_${"A".repeat(43)}`)
      assert.strictEqual((yield* Effect.flip(accounts.authenticate(token, address)))._tag, "StorageError")
      assert.deepStrictEqual(lines(), [failed])
    }).pipe(Effect.provide([accounts({}, { store }), layer]))
  })
})
