/** Failed logins in a sliding window: how many may be tried at once, and what is forgotten. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { InvalidCredentials } from "../../src/accounts/AccountError.ts"
import * as Failures from "../../src/accounts/internal/failures.ts"

const right = Effect.succeed("in")
const wrong = Effect.fail(new InvalidCredentials({}))

const world = (settings: { readonly limit: number; readonly maxKeys?: number }) =>
  Effect.gen(function* () {
    const failures = Failures.make({ window: 60_000, maxKeys: 100, ...settings })
    const go = yield* Deferred.make<void>()
    let running = 0
    const attempt = (
      key: string,
      outcome: Effect.Effect<string, InvalidCredentials>,
      options: { readonly counts?: boolean; readonly resets?: boolean } = {},
    ) =>
      failures
        .guard(key, outcome, { isFailure: () => options.counts ?? true, resets: options.resets ?? true })
        .pipe(Effect.catch((error) => Effect.succeed(error._tag)))
    /** Tries so often at once; how many of them run then. */
    const held = (key: string, count: number) =>
      Effect.gen(function* () {
        const slow = Effect.andThen(
          Effect.sync(() => void running++),
          Effect.andThen(Deferred.await(go), right),
        )
        const fibers = yield* Effect.forEach(Array.from({ length: count }), () =>
          Effect.forkChild(attempt(key, slow), { startImmediately: true }),
        )
        return { fibers, running: () => running }
      })
    return { attempt, failures, go, held }
  })

describe("failures of a key", () => {
  it.effect("leave as many attempts at once as there are failures left", () =>
    Effect.gen(function* () {
      const { attempt, go, held } = yield* world({ limit: 3 })
      for (let n = 0; n < 2; n++) yield* attempt("a", wrong)
      const { fibers, running } = yield* held("a", 5)
      assert.strictEqual(running(), 1)
      yield* Deferred.succeed(go, undefined)
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), Array(5).fill("in"))
    }),
  )

  it.effect("are made up for by a success: as many at once as before", () =>
    Effect.gen(function* () {
      const { attempt, go, held } = yield* world({ limit: 3 })
      for (let n = 0; n < 2; n++) yield* attempt("a", wrong)
      yield* attempt("a", right)
      assert.strictEqual((yield* held("a", 5)).running(), 3)
      yield* Deferred.succeed(go, undefined)
    }),
  )

  it.effect("are forgotten one by one when they are old", () =>
    Effect.gen(function* () {
      const { attempt, go, held } = yield* world({ limit: 2 })
      yield* attempt("a", wrong)
      yield* TestClock.adjust(20_000)
      yield* attempt("a", wrong)
      yield* TestClock.adjust(39_999)
      assert.strictEqual(yield* attempt("a", right), "TooManyLogins")
      yield* TestClock.adjust(1)
      // One of them is, the other counts.
      assert.strictEqual(yield* attempt("a", wrong), "InvalidCredentials")
      assert.strictEqual(yield* attempt("a", right), "TooManyLogins")
      yield* TestClock.adjust(60_000)
      assert.strictEqual((yield* held("a", 5)).running(), 2)
      yield* Deferred.succeed(go, undefined)
    }),
  )

  it.effect("say when the first of them is old", () =>
    Effect.gen(function* () {
      const { attempt, failures } = yield* world({ limit: 2 })
      yield* attempt("a", wrong)
      yield* TestClock.adjust(20_000)
      yield* attempt("a", wrong)
      yield* TestClock.adjust(5000)
      const error = yield* Effect.flip(failures.guard("a", right, { isFailure: () => true, resets: true }))
      assert.strictEqual(Duration.toMillis(error.retryAfter), 35_000)
    }),
  )

  it.effect("are only those that count, and stay where a success does not make up for them", () =>
    Effect.gen(function* () {
      const { attempt } = yield* world({ limit: 2 })
      for (let n = 0; n < 5; n++) {
        assert.strictEqual(yield* attempt("a", wrong, { counts: false }), "InvalidCredentials")
      }
      const kept = { resets: false }
      yield* attempt("a", wrong, kept)
      assert.strictEqual(yield* attempt("a", right, kept), "in")
      yield* attempt("a", wrong, kept)
      assert.strictEqual(yield* attempt("a", right, kept), "TooManyLogins")
      assert.strictEqual(yield* attempt("b", right, kept), "in")
    }),
  )
})

describe("a key", () => {
  it.effect("is kept while somebody tries, so that all who try wait for each other", () =>
    Effect.gen(function* () {
      const { attempt, failures, go, held } = yield* world({ limit: 2 })
      const first = yield* held("a", 1)
      assert.strictEqual(yield* attempt("a", right), "in")
      const others = yield* held("a", 2)
      assert.strictEqual(others.running(), 2)
      yield* Deferred.succeed(go, undefined)
      yield* Effect.forEach([...first.fibers, ...others.fibers], Fiber.join)
      assert.strictEqual(failures.size(), 0)
    }),
  )

  it.effect("is forgotten by who gave up waiting, too", () =>
    Effect.gen(function* () {
      const { failures, held } = yield* world({ limit: 1 })
      const { fibers } = yield* held("a", 2)
      yield* Fiber.interrupt(fibers[1]!)
      assert.strictEqual(failures.size(), 1)
      yield* Fiber.interrupt(fibers[0]!)
      assert.strictEqual(failures.size(), 0)
    }),
  )

  it.effect("that was forgotten in between is not what somebody leaves who came before", () =>
    Effect.gen(function* () {
      const { attempt, failures, go, held } = yield* world({ limit: 1, maxKeys: 1 })
      const { fibers } = yield* held("a", 1)
      yield* attempt("b", wrong)
      // It begins anew, with a failure of its own.
      assert.strictEqual(yield* attempt("a", wrong), "InvalidCredentials")
      yield* Deferred.succeed(go, undefined)
      assert.strictEqual(yield* Fiber.join(fibers[0]!), "in")
      assert.strictEqual(failures.size(), 1)
      assert.strictEqual(yield* attempt("a", right), "TooManyLogins")
    }),
  )
})
