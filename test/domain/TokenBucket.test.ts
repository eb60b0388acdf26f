import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { TokenBucket } from "../../src/domain/TokenBucket.ts"

const integer = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

describe("TokenBucket", () => {
  it("gives the burst at once, then one after the other", () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 5 }, 0)
    assert.deepStrictEqual(
      [0, 0, 0, 0].map((now) => bucket.take(now)),
      [0, 0, 0, 200],
    )
    assert.strictEqual(bucket.take(199), 1)
    assert.strictEqual(bucket.take(200), 0)
    assert.strictEqual(bucket.take(200), 200)
  })

  it("never holds more than the burst", () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 1 }, 0)
    assert.deepStrictEqual(
      [1e9, 1e9, 1e9].map((now) => bucket.take(now)),
      [0, 0, 1000],
    )
  })

  it("a clock that is set back takes nothing away", () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 1 }, 10_000)
    assert.deepStrictEqual(
      [0, 0].map((now) => bucket.take(now)),
      [0, 0],
    )
  })

  it.prop(
    "who waits as long as it says gets one, and not much earlier",
    [integer(1, 20), Schema.Literals([0.0055, 0.1, 0.3, 1, 3, 7, 10, 33]), Schema.Array(integer(0, 500))],
    ([burst, perSecond, pauses]) => {
      const start = 1_700_000_000_000
      const bucket = new TokenBucket({ burst, perSecond }, start)
      let now = start
      let taken = 0
      for (const pause of pauses) {
        now += pause
        const wait = bucket.take(now)
        if (wait === 0) {
          taken++
          continue
        }
        assert.isAtMost(wait, Math.ceil(1000 / perSecond))
        now += wait
        assert.strictEqual(bucket.take(now), 0)
        taken++
      }
      assert.isAtMost(taken, burst + ((now - start) * perSecond) / 1000 + 1e-3)
    },
    { arbitrary: { runs: 1000, size: 50 } },
  )
})
