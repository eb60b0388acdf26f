import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { find } from "../../src/load/FindLimit.ts"

/** A service that holds up to a load, and what was tried on it. */
const service = (limit: number) => {
  const tried: Array<number> = []
  const probe = (scale: number) =>
    Effect.sync(() => {
      tried.push(scale)
      return { scale, broken: scale > limit ? ["p99 of delivery"] : [] }
    })
  return { probe, tried }
}

describe("the search for the highest load", () => {
  it.effect("doubles until something breaks, then comes near", () =>
    Effect.gen(function* () {
      const { probe, tried } = service(11.3)
      const { breaks, holds } = yield* find({ from: 1, to: 1000, within: 0.05 }, probe)
      assert.isAtMost(holds!, 11.3)
      assert.isAbove(breaks!.scale, 11.3)
      assert.isAtMost(breaks!.scale - holds!, breaks!.scale * 0.05)
      assert.deepStrictEqual(breaks!.broken, ["p99 of delivery"])
      assert.deepStrictEqual(tried.slice(0, 5), [1, 2, 4, 8, 16])
      assert.isBelow(tried.length, 12)
    }),
  )

  it.effect("tries the middle, until what holds and what breaks are near enough", () =>
    Effect.gen(function* () {
      const searched = Effect.fnUntraced(function* (limit: number, within: number) {
        const { probe, tried } = service(limit)
        const { breaks, holds } = yield* find({ from: 1, to: 100, within }, probe)
        return [holds, breaks!.scale, tried.join()]
      })
      // Half of the higher one is as near as it has to be.
      assert.deepStrictEqual(yield* searched(2.5, 0.5), [2, 4, "1,2,4"])
      assert.deepStrictEqual(yield* searched(2.5, 0.49), [2, 3, "1,2,4,3"])
      assert.deepStrictEqual(yield* searched(3.2, 0.3), [3, 4, "1,2,4,3"])
      assert.deepStrictEqual(yield* searched(3.2, 0.2), [3, 3.5, "1,2,4,3,3.5"])
    }),
  )

  it.effect("stops at the highest that may be tried, and tries just that", () =>
    Effect.gen(function* () {
      const { probe, tried } = service(1000)
      assert.deepStrictEqual(yield* find({ from: 1, to: 6, within: 0.05 }, probe), { holds: 6, breaks: undefined })
      assert.deepStrictEqual(tried, [1, 2, 4, 6])
    }),
  )

  it.effect("says so where not even the first holds", () =>
    Effect.gen(function* () {
      const { probe, tried } = service(0.5)
      const { breaks, holds } = yield* find({ from: 1, to: 6, within: 0.05 }, probe)
      assert.deepStrictEqual([holds, breaks?.scale, tried.length], [undefined, 1, 1])
    }),
  )
})
