import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as LastClaims from "../../src/cluster/internal/LastClaims.ts"
import { HistoryError } from "../../src/history/HistoryError.ts"

const away = new HistoryError({ reason: "Unavailable", operation: "last" })
const claim = (partition: number) => ({ partition, epoch: partition + 1000 })
const settle = Effect.repeat(Effect.yieldNow, { times: 10 })

describe("whether a claim is the last one", () => {
  it.effect("is asked for all that came together, and never answered by what was asked before", () =>
    Effect.gen(function* () {
      const asked: Array<ReadonlyArray<number>> = []
      const later = Deferred.make<ReadonlyMap<number, number>, HistoryError>()
      const answers = [yield* later, yield* later]
      const isLast = yield* LastClaims.make((partitions) =>
        Effect.suspend(() => {
          asked.push(partitions)
          return Deferred.await(answers[asked.length - 1]!)
        }),
      )
      const first = yield* Effect.forkChild(isLast(claim(1)))
      yield* settle
      const second = yield* Effect.forkChild(isLast(claim(1)))
      const third = yield* Effect.forkChild(isLast(claim(2)))
      const fourth = yield* Effect.forkChild(isLast(claim(2)))
      yield* settle
      assert.deepStrictEqual(asked, [[1]])
      yield* Deferred.succeed(answers[0]!, new Map([[1, 1001]]))
      assert.isTrue(yield* Fiber.join(first))
      yield* settle
      assert.deepStrictEqual(asked, [[1], [1, 2]])
      yield* Deferred.fail(answers[1]!, away)
      for (const fiber of [second, third, fourth]) assert.strictEqual(yield* Effect.flip(Fiber.join(fiber)), away)
    }),
  )

  it.effect("is false where another was made since, and where none was made", () =>
    Effect.gen(function* () {
      const isLast = yield* LastClaims.make(() => Effect.succeed(new Map([[1, 2001]])))
      assert.isFalse(yield* isLast(claim(1)))
      assert.isTrue(yield* isLast({ partition: 1, epoch: 2001 }))
      assert.isFalse(yield* isLast(claim(2)))
    }),
  )
})
