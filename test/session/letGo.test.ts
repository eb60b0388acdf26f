/** Sessions of a node that ends go as fast as other nodes take them. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { letGo } from "../../src/session/letGo.ts"

/** Sessions that are numbers, of which the others have as many as the test says. */
const begin = Effect.fnUntraced(function* (count: number, others: number | undefined, within = "5 seconds" as const) {
  const gone: Array<number> = []
  const there = { sessions: others }
  const letting = letGo({
    sessions: Array.from({ length: count }, (_, n) => n),
    end: (session) => void gone.push(session),
    count: () => there.sessions,
    within: Duration.fromInputUnsafe(within),
  })
  const fiber = yield* Effect.forkChild(letting, { startImmediately: true })
  const come = (sessions: number) => {
    there.sessions = (there.sessions ?? 0) + sessions
    return TestClock.adjust("100 millis")
  }
  return { gone, there, come, fiber, rest: Fiber.join(fiber) }
})

describe("the sessions of a node that ends", () => {
  it.effect("go all together where no other node is there", () =>
    Effect.gen(function* () {
      const { gone, rest } = yield* begin(200, undefined)
      assert.lengthOf(yield* rest, 200)
      assert.lengthOf(gone, 0)
    }),
  )

  it.effect("go at once where they are few, and nobody waits for them", () =>
    Effect.gen(function* () {
      const { gone, rest } = yield* begin(64, 10)
      assert.lengthOf(yield* rest, 0)
      assert.lengthOf(gone, 64)
    }),
  )

  it.effect("go as others come back elsewhere, each once", () =>
    Effect.gen(function* () {
      const { come, gone, rest } = yield* begin(200, 10)
      assert.lengthOf(gone, 64)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(gone, 64)
      yield* come(30)
      assert.lengthOf(gone, 94)
      yield* come(64)
      assert.lengthOf(gone, 158)
      yield* come(64)
      assert.lengthOf(yield* rest, 0)
      assert.deepStrictEqual(
        gone,
        Array.from({ length: 200 }, (_, n) => n),
      )
    }),
  )

  it.effect("of a large node go more at a time", () =>
    Effect.gen(function* () {
      const { gone } = yield* begin(10_000, 10)
      assert.lengthOf(gone, 200)
    }),
  )

  it.effect("do not wait for ever for those who do not come back", () =>
    Effect.gen(function* () {
      const { come, gone } = yield* begin(500, 10)
      yield* come(40)
      assert.lengthOf(gone, 104)
      yield* TestClock.adjust("1900 millis")
      assert.lengthOf(gone, 104 + 24)
    }),
  )

  it.effect("go all together when more do not come back than do", () =>
    Effect.gen(function* () {
      const { come, rest } = yield* begin(500, 10)
      yield* come(20)
      yield* TestClock.adjust("1900 millis")
      assert.lengthOf(yield* rest, 500 - 84)
    }),
  )

  it.effect("go all together when it shows that nobody takes them", () =>
    Effect.gen(function* () {
      const { fiber, gone, rest } = yield* begin(500, 0)
      yield* TestClock.adjust("1900 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("100 millis")
      assert.lengthOf(yield* rest, 500 - 64)
      assert.lengthOf(gone, 64)
    }),
  )

  it.effect("go all together when the last other node is gone, and when the time is over", () =>
    Effect.gen(function* () {
      const alone = yield* begin(500, 10)
      yield* alone.come(20)
      alone.there.sessions = undefined
      yield* TestClock.adjust("100 millis")
      assert.lengthOf(yield* alone.rest, 500 - 84)

      const slow = yield* begin(500, 10)
      for (let n = 0; n < 50; n++) yield* slow.come(1)
      assert.lengthOf(yield* slow.rest, 500 - slow.gone.length)
      assert.isBelow(slow.gone.length, 500)
    }),
  )
})
