import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { gathered } from "../../src/storage/internal/gathered.ts"

/** Questions that are answered one by one, when the test says so; the answer to a key is the key, twice. */
const make = Effect.gen(function* () {
  const asked: Array<ReadonlyArray<string>> = []
  const answers: Array<Deferred.Deferred<(key: string) => string, string>> = []
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const ask = yield* gathered((keys: ReadonlyArray<string>) => {
    const answer = Deferred.makeUnsafe<(key: string) => string, string>()
    asked.push(keys)
    answers.push(answer)
    return Deferred.await(answer)
  }).pipe(Scope.provide(scope))
  const start = (key: string) => Effect.forkChild(ask(key), { startImmediately: true })
  return {
    asked,
    start,
    /** Answers the question that is under way, and lets the next one be put. */
    answer: Effect.suspend(() => Deferred.succeed(answers.at(-1)!, (key) => key + key)).pipe(Effect.andThen(settled)),
    fail: Effect.suspend(() => Deferred.fail(answers.at(-1)!, "away")).pipe(Effect.andThen(settled)),
    end: Scope.close(scope, Exit.void),
  }
})
const settled = Effect.repeat(Effect.yieldNow, { times: 20 })

describe("questions about single keys", () => {
  it.effect("that come while one is under way are the next one together, each key once", () =>
    Effect.gen(function* () {
      const { answer, asked, start } = yield* make
      const first = yield* start("a")
      yield* settled
      const others = yield* Effect.forEach(["b", "c", "b", "a"], start)
      yield* settled
      assert.deepStrictEqual(asked, [["a"]])
      yield* answer
      assert.deepStrictEqual(asked, [["a"], ["b", "c", "a"]])
      assert.strictEqual(yield* Fiber.join(first), "aa")
      yield* answer
      assert.deepStrictEqual(yield* Fiber.joinAll(others), ["bb", "cc", "bb", "aa"])
    }),
  )

  it.effect("are put 256 at a time, in the order in which they came", () =>
    Effect.gen(function* () {
      const { answer, asked, start } = yield* make
      const keys = Array.from({ length: 600 }, (_, n) => `${n}`)
      yield* start("first")
      yield* settled
      const waiting = yield* Effect.forEach(keys, start)
      for (let n = 0; n < 4; n++) yield* answer
      assert.deepStrictEqual(asked, [["first"], keys.slice(0, 256), keys.slice(256, 512), keys.slice(512)])
      assert.deepStrictEqual(
        yield* Fiber.joinAll(waiting),
        keys.map((key) => key + key),
      )
    }),
  )

  it.effect("fail together with theirs, and with no other", () =>
    Effect.gen(function* () {
      const { answer, fail, start } = yield* make
      const first = yield* start("a")
      yield* settled
      const second = yield* start("b")
      yield* fail
      assert.deepStrictEqual(yield* Fiber.await(first), Exit.fail("away"))
      yield* answer
      assert.strictEqual(yield* Fiber.join(second), "bb")
    }),
  )

  it.effect("are not waited for for ever where nobody answers any more", () =>
    Effect.gen(function* () {
      const { end, start } = yield* make
      const underWay = yield* start("a")
      yield* settled
      // As many as may wait, and some that wait to be let in.
      const waiting = yield* Effect.forEach(
        Array.from({ length: 1030 }, (_, n) => `${n}`),
        start,
      )
      yield* end
      const late = yield* start("late")
      for (const fiber of [underWay, ...waiting, late]) assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    }),
  )
})
