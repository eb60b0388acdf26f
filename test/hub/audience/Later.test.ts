import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as Later from "../../../src/hub/audience/Later.ts"
import { fibersLeft, settle } from "../../actor/fibers.ts"

describe("Later", () => {
  it.effect("runs behind so many milliseconds, and not before", () =>
    Effect.gen(function* () {
      const later = yield* Later.make
      const ran: Array<number> = []
      for (const millis of [20, 10, 0]) later(millis, () => void ran.push(millis))
      assert.deepStrictEqual(ran, [])
      yield* settle
      assert.deepStrictEqual(ran, [0])
      yield* TestClock.adjust(9)
      assert.deepStrictEqual(ran, [0])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ran, [0, 10])
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(ran, [0, 10, 20])
    }),
  )

  it.effect("without a time, behind what an actor yields to that has more to do", () =>
    Effect.gen(function* () {
      const later = yield* Later.make
      const order: Array<string> = []
      // As an actor does behind a full batch.
      later(0, () => void order.push("later"))
      yield* Effect.yieldNow
      order.push("the next batch")
      yield* settle
      assert.deepStrictEqual(order, ["the next batch", "later"])
    }),
  )

  it.effect("never once its scope has closed, and leaves no fiber behind", () =>
    Effect.gen(function* () {
      const { alive, result } = yield* fibersLeft(
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          const later = yield* Later.make.pipe(Scope.provide(scope))
          let ran = 0
          for (const millis of [0, 5, 5000]) later(millis, () => void ran++)
          yield* Scope.close(scope, Exit.void)
          later(0, () => void ran++)
          yield* TestClock.adjust("1 minute")
          return ran
        }),
      )
      assert.strictEqual(result, 0)
      assert.strictEqual(alive, 0)
    }),
  )
})
