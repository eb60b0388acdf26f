import { assert, describe, it } from "@effect/vitest"
import * as Plan from "../../scripts/simulate/Plan.ts"
import { type ChannelMode, settingsFor } from "../../scripts/simulate/Settings.ts"
import { shrink } from "../../scripts/simulate/Shrink.ts"
import { play } from "../../scripts/simulate/Simulation.ts"
import * as Story from "../../scripts/simulate/Story.ts"

const atOnce = 20

/**
 * How many seeds are played for each way in which the service can reach its channels. `npm run simulate -- --seeds 1..1000`
 * plays as many as one has time for.
 */
const modes: ReadonlyArray<{ readonly channels: ChannelMode; readonly seeds: number }> = [
  { channels: "direct", seeds: 120 },
  { channels: "encoded", seeds: 40 },
]

const direct = { settings: settingsFor({ channels: "direct" }) }

describe("the whole service on virtual time", () => {
  for (const { channels, seeds } of modes) {
    const settings = settingsFor({ channels })
    for (let from = 1; from <= seeds; from += atOnce) {
      const to = Math.min(from + atOnce - 1, seeds)
      it(`keeps its promises, channels ${channels}, seeds ${from} to ${to}`, { timeout: 120_000 }, () => {
        let files = 0
        const stored = Array.from({ length: to - from + 1 }, (_, at) => {
          const plan = Plan.make(from + at)
          const outcome = play(plan, { settings })
          files += outcome.counts.files.read
          if (outcome.violation === undefined) return outcome.counts.stored
          const deadline = performance.now() + 30_000
          const failure = { plan, outcome }
          const shortest = shrink(failure, { settings, enough: () => performance.now() > deadline })
          return assert.fail(Story.tell(shortest, failure))
        })
        // Somebody has said something: silence would keep every promise.
        assert.isAbove(Math.min(...stored), 0)
        assert.isAbove(files, 0)
      })
    }
  }

  it("plays the same for the same seed", () => {
    for (const seed of [3, 17, 4_000_000_000]) {
      const [one, other] = [play(Plan.make(seed), direct), play(Plan.make(seed), direct)]
      assert.deepStrictEqual(one, other)
    }
    assert.notStrictEqual(play(Plan.make(3), direct).hash, play(Plan.make(4), direct).hash)
  })

  it("plays the same for the same seed for an hour", { timeout: 180_000 }, () => {
    const plan = Plan.make(42, { length: 3_600_000 })
    const one = play(plan, direct)
    assert.strictEqual(one.violation, undefined)
    assert.strictEqual(play(plan, direct).hash, one.hash)
  })
})
