import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { InvalidCredentials, StorageError } from "../../src/accounts/AccountError.ts"
import { isLoopback, network, unixPeer } from "../../src/domain/Network.ts"
import * as Failures from "../../src/accounts/internal/failures.ts"
import { LoginThrottle } from "../../src/accounts/LoginThrottle.ts"
import { defaults } from "../../src/accounts/LoginThrottleSettings.ts"
import { withSettable } from "../suites/settableClock.ts"

const wrong = Effect.fail(new InvalidCredentials())
const broken = Effect.fail(new StorageError({ retryable: true, cause: "disk" }))

/** One attempt, as the tag of its outcome. */
const attempt = Effect.fnUntraced(function* <E extends { readonly _tag: string }>(
  account: string,
  address: string,
  outcome: Effect.Effect<string, E>,
) {
  const throttle = yield* LoginThrottle
  return yield* throttle
    .guard(outcome, { account, address, isFailure: (error) => error._tag === "InvalidCredentials" })
    .pipe(Effect.catch((error) => Effect.succeed(error._tag)))
})

const right = Effect.succeed("in")

const times = (n: number) => Array.from({ length: n }, (_, i) => i)

describe("LoginThrottle", () => {
  it.effect("refuses an account after five failures, until the first is 15 minutes old", () =>
    Effect.gen(function* () {
      for (const n of times(5)) {
        assert.strictEqual(yield* attempt("alice", `10.0.0.${n}`, wrong), "InvalidCredentials")
        yield* TestClock.adjust("1 minute")
      }
      const refused = yield* Effect.flatMap(LoginThrottle, (throttle) =>
        Effect.flip(throttle.guard(right, { account: "alice", address: "10.0.1.1", isFailure: () => true })),
      )
      assert.strictEqual(refused._tag, "TooManyLogins")
      assert.deepStrictEqual(refused.retryAfter, Duration.minutes(10))
      assert.strictEqual(yield* attempt("bob", "10.0.1.1", right), "in")
      yield* TestClock.adjust(Duration.subtract(Duration.minutes(10), Duration.millis(1)))
      assert.strictEqual(yield* attempt("alice", "10.0.1.1", right), "TooManyLogins")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* attempt("alice", "10.0.1.1", wrong), "InvalidCredentials")
      assert.strictEqual(yield* attempt("alice", "10.0.1.1", right), "TooManyLogins")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("asks for no more patience, and no less, whatever the clock is set to", () =>
    withSettable(
      Effect.fnUntraced(function* (set) {
        yield* TestClock.setTime(100 * 3_600_000)
        for (const n of times(5)) yield* attempt("alice", `10.0.0.${n}`, wrong)
        const refused = Effect.flatMap(LoginThrottle, (throttle) =>
          Effect.flip(throttle.guard(right, { account: "alice", address: "10.0.1.1", isFailure: () => true })),
        )
        for (const by of [-3_600_000, 7_200_000]) {
          set(by)
          const error = yield* refused
          assert.deepStrictEqual(error._tag === "TooManyLogins" && error.retryAfter, Duration.minutes(15))
        }
        yield* TestClock.adjust("15 minutes")
        assert.strictEqual(yield* attempt("alice", "10.0.1.1", right), "in")
      }),
    ).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("a success makes the owner's count zero, not the address's", () =>
    Effect.gen(function* () {
      const { trust } = yield* LoginThrottle
      trust("alice", "10.0.0.1")
      for (const _ of times(5)) {
        for (const _ of times(4)) yield* attempt("alice", "10.0.0.1", wrong)
        if (_ < 4) assert.strictEqual(yield* attempt("alice", "10.0.0.1", right), "in")
      }
      assert.strictEqual(yield* attempt("alice", "10.0.0.1", right), "TooManyLogins")
      assert.strictEqual(yield* attempt("alice", "10.0.0.2", right), "in")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect(
    "a success says nothing of the failures of strangers: who guesses learns nothing of the account by it",
    () =>
      Effect.gen(function* () {
        const { trust } = yield* LoginThrottle
        for (const name of ["alice", "nobody"]) {
          for (const _ of times(4)) yield* attempt(name, "10.0.0.9", wrong)
        }
        // Alice signs in from a place where she was never before.
        assert.strictEqual(yield* attempt("alice", "10.0.0.1", right), "in")
        trust("alice", "10.0.0.1")
        assert.strictEqual(yield* attempt("alice", "10.0.0.1", right), "in")
        for (const name of ["alice", "nobody"]) {
          assert.strictEqual(yield* attempt(name, "10.0.0.9", wrong), "InvalidCredentials")
          assert.strictEqual(yield* attempt(name, "10.0.0.9", wrong), "TooManyLogins")
        }
      }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("refuses an address after twenty failures, over any accounts", () =>
    Effect.gen(function* () {
      for (const n of times(20))
        assert.strictEqual(yield* attempt(`user ${n}`, "10.0.0.1", wrong), "InvalidCredentials")
      assert.strictEqual(yield* attempt("alice", "10.0.0.1", right), "TooManyLogins")
      assert.strictEqual(yield* attempt("alice", "10.0.0.2", right), "in")
      yield* TestClock.adjust("15 minutes")
      assert.strictEqual(yield* attempt("alice", "10.0.0.1", right), "in")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("an account's refusal does not count for the address, nor does a fault of ours for either", () =>
    Effect.gen(function* () {
      for (const _ of times(5)) yield* attempt("alice", "10.0.0.1", wrong)
      const throttle = yield* LoginThrottle
      const any = { account: "alice", address: "10.0.0.1", isFailure: () => true }
      for (const _ of times(50)) {
        assert.strictEqual((yield* Effect.flip(throttle.guard(right, any)))._tag, "TooManyLogins")
      }
      for (const _ of times(50)) assert.strictEqual(yield* attempt("bob", "10.0.0.1", broken), "StorageError")
      assert.strictEqual(yield* attempt("bob", "10.0.0.1", right), "in")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("exempts whoever comes over a UNIX socket in the same way", () =>
    Effect.gen(function* () {
      for (const n of times(30)) yield* attempt(`user ${n}`, unixPeer, wrong)
      assert.strictEqual(yield* attempt("alice", unixPeer, right), "in")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("exempts loopback addresses, but not the accounts tried from there", () =>
    Effect.gen(function* () {
      for (const n of times(30)) yield* attempt(`user ${n}`, "127.0.0.1", wrong)
      assert.strictEqual(yield* attempt("alice", "127.0.0.1", right), "in")
      for (const _ of times(5)) yield* attempt("alice", "::1", wrong)
      assert.strictEqual(yield* attempt("alice", "::1", right), "TooManyLogins")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("counts loopback addresses where it is told to", () =>
    Effect.gen(function* () {
      for (const n of times(3)) yield* attempt(`user ${n}`, "127.0.0.1", wrong)
      assert.strictEqual(yield* attempt("alice", "127.0.0.1", right), "TooManyLogins")
    }).pipe(
      Effect.provide(
        LoginThrottle.layer.pipe(
          Layer.provide(
            Layer.succeed(LoginThrottle.Settings, {
              perAccount: 5,
              perAddress: 3,
              window: Duration.minutes(1),
              exemptLoopback: false,
              maxRemembered: 100,
            }),
          ),
        ),
      ),
    ),
  )

  it.effect("lets no more guesses through by making them at once", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<void>()
      let guesses = 0
      const guess = Effect.suspend(() => {
        guesses++
        return Effect.andThen(Deferred.await(answer), wrong)
      })
      const fibers = yield* Effect.forEach(times(50), (n) =>
        Effect.forkChild(attempt("alice", `10.0.${n}.1`, guess), { startImmediately: true }),
      )
      assert.strictEqual(guesses, 5)
      yield* Deferred.succeed(answer, undefined)
      const outcomes = yield* Effect.forEach(fibers, Fiber.join)
      assert.strictEqual(guesses, 5)
      assert.strictEqual(outcomes.filter((outcome) => outcome === "InvalidCredentials").length, 5)
      assert.strictEqual(outcomes.filter((outcome) => outcome === "TooManyLogins").length, 45)
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("a crowd with the right passwords behind one address all gets in", () =>
    Effect.gen(function* () {
      let most = 0
      let now = 0
      const slow = Effect.acquireUseRelease(
        Effect.sync(() => {
          most = Math.max(most, ++now)
        }),
        () => Effect.as(Effect.yieldNow, "in"),
        () =>
          Effect.sync(() => {
            now--
          }),
      )
      const outcomes = yield* Effect.forEach(times(200), (n) => attempt(`user ${n % 100}`, "10.0.0.1", slow), {
        concurrency: "unbounded",
      })
      assert.deepStrictEqual(new Set(outcomes), new Set(["in"]))
      assert.isAtMost(most, 20)
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("says Busy when too many wait", () =>
    Effect.gen(function* () {
      const fibers = yield* Effect.forEach(times(1024), () =>
        Effect.forkChild(attempt("alice", "127.0.0.1", Effect.never), { startImmediately: true }),
      )
      assert.strictEqual(yield* attempt("bob", "127.0.0.1", right), "Busy")
      const throttle = yield* LoginThrottle
      const bob = { account: "bob", address: "127.0.0.1", isFailure: () => true }
      const error = yield* Effect.flip(throttle.guard(right, bob))
      assert.deepStrictEqual(error.retryAfter, Duration.seconds(1))
      yield* Fiber.interrupt(fibers[0]!)
      assert.strictEqual(yield* attempt("bob", "127.0.0.1", right), "in")
      yield* Fiber.interruptAll(fibers)
      assert.strictEqual(yield* attempt("alice", "127.0.0.1", right), "in")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )
})

describe("addresses of who signed in", () => {
  const elsewhere = "198.51.100.1"
  const guessed = (account: string) =>
    Effect.gen(function* () {
      for (const _ of times(5)) yield* attempt(account, elsewhere, wrong)
      assert.strictEqual(yield* attempt(account, "203.0.113.1", right), "TooManyLogins")
    })
  const trust = (account: string, ...addresses: ReadonlyArray<string>) =>
    Effect.map(LoginThrottle, (throttle) => {
      for (const address of addresses) throttle.trust(account, address)
    })

  it.effect("are trusted by the network, for the account alone, and counted each by itself", () =>
    Effect.gen(function* () {
      yield* trust("alice", "2001:db8::1", "192.0.2.1")
      yield* guessed("alice")
      yield* guessed("bob")
      assert.strictEqual(yield* attempt("alice", "2001:db8::ffff", right), "in")
      assert.strictEqual(yield* attempt("bob", "2001:db8::ffff", right), "TooManyLogins")
      for (const _ of times(5)) yield* attempt("alice", "2001:db8::2", wrong)
      assert.strictEqual(yield* attempt("alice", "2001:db8::1", right), "TooManyLogins")
      assert.strictEqual(yield* attempt("alice", "192.0.2.1", right), "in")
      // Another account of the same house has its own count.
      yield* trust("carl", "2001:db8::1")
      assert.strictEqual(yield* attempt("carl", "2001:db8::1", right), "in")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("are the last eight of an account", () =>
    Effect.gen(function* () {
      yield* trust("alice", ...times(8).map((n) => `192.0.2.${n}`))
      // Here again, it is the last one; the second is the oldest now.
      yield* trust("alice", "192.0.2.0", "192.0.2.8")
      yield* guessed("alice")
      for (const n of [0, 2, 3, 4, 5, 6, 7, 8]) assert.strictEqual(yield* attempt("alice", `192.0.2.${n}`, right), "in")
      assert.strictEqual(yield* attempt("alice", "192.0.2.1", right), "TooManyLogins")
    }).pipe(Effect.provide(LoginThrottle.layer)),
  )

  it.effect("are remembered of as many accounts as are set, of those that came last", () =>
    Effect.gen(function* () {
      for (const account of ["alice", "bob", "alice", "carl"]) yield* trust(account, "192.0.2.1")
      for (const account of ["alice", "carl"]) {
        for (const _ of times(5)) yield* attempt(account, elsewhere, wrong)
        assert.strictEqual(yield* attempt(account, "192.0.2.1", right), "in")
      }
      for (const _ of times(5)) yield* attempt("bob", elsewhere, wrong)
      assert.strictEqual(yield* attempt("bob", "192.0.2.1", right), "TooManyLogins")
    }).pipe(
      Effect.provide(
        Layer.provide(
          LoginThrottle.layer,
          Layer.succeed(LoginThrottle.Settings, { ...defaults, perAddress: 1000, maxRemembered: 2 }),
        ),
      ),
    ),
  )
})

describe("failures", () => {
  const options = { isFailure: () => true, resets: true }

  it.effect("remembers as many keys as it may, the oldest is forgotten first", () =>
    Effect.gen(function* () {
      const failures = Failures.make({ limit: 1, window: 60_000, maxKeys: 3 })
      const outcome = (key: string, attempt: Effect.Effect<string, InvalidCredentials>) =>
        failures.guard(key, attempt, options).pipe(Effect.catch((error) => Effect.succeed(error._tag)))
      for (const key of ["a", "b", "c"]) yield* outcome(key, wrong)
      assert.strictEqual(yield* outcome("a", right), "TooManyLogins")
      yield* outcome("d", wrong)
      assert.strictEqual(failures.size(), 3)
      assert.strictEqual(yield* outcome("a", right), "TooManyLogins")
      assert.strictEqual(yield* outcome("b", right), "in")
    }),
  )

  it.effect("keeps nothing of those who got in", () =>
    Effect.gen(function* () {
      const failures = Failures.make({ limit: 5, window: 60_000, maxKeys: 100 })
      yield* Effect.forEach(times(50), (n) => failures.guard(`${n}`, right, options))
      assert.strictEqual(failures.size(), 0)
      yield* Effect.ignore(failures.guard("a", wrong, options))
      assert.strictEqual(failures.size(), 1)
      yield* failures.guard("a", right, options)
      assert.strictEqual(failures.size(), 0)
    }),
  )
})

describe("addresses", () => {
  it("are counted by what a peer can't change at will", () => {
    assert.strictEqual(network("192.0.2.7"), "192.0.2.7")
    assert.strictEqual(network("::ffff:192.0.2.7"), "192.0.2.7")
    assert.strictEqual(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64")
    assert.strictEqual(network("2001:DB8:0001:0002::9"), "2001:db8:1:2::/64")
    assert.strictEqual(network("2001:db8::9"), "2001:db8:0:0::/64")
    assert.strictEqual(network("fe80::1%eth0"), "fe80:0:0:0::/64")
    assert.strictEqual(network("1::2:3:4:5:6:7"), "1:0:2:3::/64")
    assert.strictEqual(network("::2:3:4:5:6:7"), "0:0:2:3::/64")
    assert.strictEqual(network("1:2:3::"), "1:2:3:0::/64")
    assert.strictEqual(network("::"), "0:0:0:0::/64")
    assert.strictEqual(network("0:0:0:0000::1"), "0:0:0:0::/64")
    assert.strictEqual(network("/run/natter.sock"), "/run/natter.sock")
    assert.strictEqual(network(""), "")
  })

  it("are loopback or not", () => {
    for (const address of ["127.0.0.1", "127.9.9.9", "127.100.200.255", "::1", "::ffff:127.0.0.1"])
      assert.isTrue(isLoopback(address), address)
    for (const address of [
      "128.0.0.1",
      "::2",
      "::",
      "::ffff:10.0.0.1",
      "127.0.0.1.example.org",
      "1127.0.0.1",
      "127.0.0",
      "",
    ]) {
      assert.isFalse(isLoopback(address), address)
    }
  })
})
