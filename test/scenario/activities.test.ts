import { assert, describe, it } from "@effect/vitest"
import { ramped } from "../../src/scenario/internal/activities.ts"

describe("a rate that changes", () => {
  it("is due evenly more often, or less, and then stays", () => {
    // From 1 to 9 a second over ten seconds: 50 runs.
    const up = ramped(1, 9, 10_000, 0)
    assert.strictEqual(up(0), 0)
    assert.closeTo(up(50), 10_000, 1e-6)
    assert.closeTo(up(59), 11_000, 1e-6)
    // In the first half of the time there are 15: the rate is 5 then.
    assert.closeTo(up(15), 5000, 1e-6)
    const down = ramped(9, 1, 10_000, 0)
    assert.closeTo(down(35), 5000, 1e-6)
    assert.closeTo(down(50), 10_000, 1e-6)
    assert.closeTo(down(52), 12_000, 1e-6)
    assert.closeTo(ramped(4, 4, 10_000, 0.5)(1), 375, 1e-6)
  })

  it("never goes back", () => {
    for (const beat of [ramped(0.1, 50, 3000, 0.3), ramped(50, 0.1, 3000, 0.9)]) {
      for (let n = 1; n < 300; n++) assert.isAbove(beat(n), beat(n - 1))
    }
  })
})
