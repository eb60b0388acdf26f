import { assert, describe, it } from "@effect/vitest"
import * as Plan from "../../scripts/simulate/Plan.ts"
import { shrink } from "../../scripts/simulate/Shrink.ts"
import { play } from "../../scripts/simulate/Simulation.ts"
import * as Story from "../../scripts/simulate/Story.ts"

const atOnce = 20
const seeds = 200

describe("the whole service on virtual time", () => {
  for (let from = 1; from <= seeds; from += atOnce) {
    it(`keeps its promises, seeds ${from} to ${from + atOnce - 1}`, { timeout: 120_000 }, () => {
      const stored = Array.from({ length: atOnce }, (_, at) => {
        const plan = Plan.make(from + at)
        const outcome = play(plan)
        if (outcome.violation === undefined) return outcome.counts.stored
        const deadline = performance.now() + 30_000
        const failure = { plan, outcome }
        return assert.fail(
          Story.tell(
            shrink(failure, () => performance.now() > deadline),
            failure,
          ),
        )
      })
      // Somebody has said something: silence would keep every promise.
      assert.isAbove(Math.min(...stored), 0)
    })
  }

  it("plays the same for the same seed", () => {
    for (const seed of [3, 17, 4_000_000_000]) {
      const [one, other] = [play(Plan.make(seed)), play(Plan.make(seed))]
      assert.deepStrictEqual(one, other)
    }
    assert.notStrictEqual(play(Plan.make(3)).hash, play(Plan.make(4)).hash)
  })

  it("plays the same for the same seed for hours", { timeout: 60_000 }, () => {
    const plan = Plan.make(42, { length: 3 * 3_600_000 })
    const one = play(plan)
    assert.strictEqual(one.violation, undefined)
    assert.strictEqual(play(plan).hash, one.hash)
  })
})
