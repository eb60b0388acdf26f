import { assert, describe, it } from "@effect/vitest"
import { Histogram, percentile } from "../../src/scenario/Histogram.ts"

const of = (...latencies: ReadonlyArray<number>): Histogram => {
  const histogram = new Histogram()
  for (const latency of latencies) histogram.record(latency)
  return histogram
}

/** To a part in a hundred, as buckets are. */
const near = (found: number, wanted: number) => assert.approximately(found, wanted, wanted * 0.006)

describe("Histogram", () => {
  it("has the latency that a share is not above: the share counts those that are at it", () => {
    const hundred = of(...Array.from({ length: 100 }, (_, n) => n + 1))
    for (const share of [0.01, 0.5, 0.9, 0.99, 1]) near(hundred.percentile(share), share * 100)
    // Just above a share is the next one.
    near(hundred.percentile(0.501), 51)
    near(hundred.percentile(0.991), 100)
    assert.strictEqual(hundred.count, 100)
    const two = of(1, 1000)
    near(two.percentile(0.5), 1)
    near(two.percentile(0.51), 1000)
  })

  it("has the longest of all as p100, and the shortest where the share is next to nothing", () => {
    for (const histogram of [of(7), of(7, 7, 7), of(3, 7), of(0.0001, 7)]) {
      assert.strictEqual(histogram.percentile(1), 7)
    }
    near(of(3, 7).percentile(1e-9), 3)
    assert.strictEqual(percentile([of(3).counts, of(7).counts], 1), percentile([of(7).counts], 1))
    near(percentile([of(3).counts, of(7).counts], 0.5), 3)
  })

  it("stays within what was recorded, however coarse a bucket is, and however long something took", () => {
    near(percentile([of(1, 600_000).counts], 1), 600_000)
    for (const latency of [0, 0.0004, 1.2345, 10.049, 600_000, 10_000_000]) {
      const { max, mean, min, p50, p99, p999 } = of(latency).summary("x")
      assert.deepStrictEqual(
        [min, p50, p99, p999, max, mean],
        Array.from({ length: 6 }, () => latency),
      )
    }
  })

  it("counts what never came as longer than any limit, however short it was waited for", () => {
    const some = (came: number, lost: number) => {
      const histogram = of(...Array.from({ length: came }, () => 1))
      histogram.lose(10, lost)
      return histogram
    }
    assert.isTrue(some(99, 1).keeps(0.99, 1.01))
    assert.isFalse(some(98, 1).keeps(0.99, 1e9))
    assert.isFalse(some(98, 2).keeps(0.99, 1e9))
    assert.isTrue(some(98, 2).keeps(0.5, 1.01))
    assert.isFalse(some(98, 2).keeps(0.5, 0.5))
    assert.isFalse(some(0, 1).keeps(0.01, 1e9))
    // The limit itself is within it.
    assert.isTrue(of(7).keeps(1, 7))
    assert.isFalse(of(7).keeps(1, 6.999))
    assert.deepInclude(some(98, 2).summary("x"), { count: 100, lost: 2, p50: 1, max: 10, mean: 1.18 })
    assert.notProperty(some(98, 0).summary("x"), "lost")
    const both = some(1, 2)
    both.add(some(3, 4).summary("x"))
    assert.deepInclude(both.summary("x"), { count: 10, lost: 6 })
  })

  it("has nothing to say of nothing", () => {
    const nothing = of()
    assert.strictEqual(nothing.percentile(0.99), 0)
    assert.deepInclude(nothing.summary("x"), { count: 0, min: 0, p50: 0, p99: 0, max: 0, mean: 0, counts: [] })
    assert.strictEqual(percentile([], 1), 0)
    const histogram = of(5)
    histogram.record(1, 0)
    histogram.lose(1, 0)
    assert.deepInclude(histogram.summary("x"), { unit: "ms", count: 1, min: 5, max: 5 })
    assert.notProperty(histogram.summary("x"), "lost")
  })

  it("is the same whether one counted all of it or several did", () => {
    const [a, b] = [of(1, 2, 300), of(0.5, 40)]
    const both = new Histogram()
    both.add(a.summary("x"))
    both.add(b.summary("x"))
    both.add(of().summary("x"))
    const { mean, ...sum } = both.summary("x")
    const { mean: wanted, ...all } = of(1, 2, 300, 0.5, 40).summary("x")
    assert.deepStrictEqual(sum, all)
    assert.approximately(mean, wanted, 1e-9)
  })
})
