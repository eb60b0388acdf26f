import { assert, describe, it } from "@effect/vitest"
import { quantile, Samples } from "../../src/cli/Samples.ts"

const text = `# HELP a_total What it is.
# TYPE a_total counter
a_total{transport="tcp",odd="a\\"b\\\\c\\n"} 3
a_total{transport="ws"} 4 1700000000
lag_seconds_bucket{le="0.1"} 10
lag_seconds_bucket{le="+Inf"} 20
lag_seconds_bucket{le="0.2"} 19
plain 1.5e3
nonsense
`

describe("what a service says at /metrics", () => {
  it("is read with its labels", () => {
    const samples = new Samples(text)
    assert.strictEqual(samples.value("plain"), 1500)
    assert.strictEqual(samples.value("a_total"), 7)
    assert.strictEqual(samples.value("a_total", { transport: "ws" }), 4)
    assert.strictEqual(samples.value("a_total", { transport: "sse" }), undefined)
    assert.strictEqual(samples.value("none"), undefined)
    assert.strictEqual(samples.label("a_total", "odd"), 'a"b\\c\n')
    assert.deepStrictEqual(
      [...samples.by("a_total", "transport")],
      [
        ["tcp", 3],
        ["ws", 4],
      ],
    )
    assert.isFalse(samples.isEmpty)
    assert.isTrue(new Samples("<html>").isEmpty)
  })

  it("has quantiles of what came in between", () => {
    const before = new Samples(text).buckets("lag_seconds")
    assert.deepStrictEqual(before, [
      { most: 0.1, count: 10 },
      { most: 0.2, count: 19 },
      { most: Number.POSITIVE_INFINITY, count: 20 },
    ])
    assert.strictEqual(quantile(0.5, before, before), undefined)
    const after = before.map(({ most, count }) => ({ most, count: count + (most < 0.2 ? 0 : 10) }))
    assert.closeTo(quantile(0.5, before, after)!, 0.15, 1e-9)
    // All that is known of those beyond the last bound.
    const late = before.map(({ most, count }) => ({ most, count: count + (most > 1 ? 10 : 0) }))
    assert.strictEqual(quantile(0.99, before, late), 0.2)
    assert.strictEqual(quantile(0.5, [], before), 0.1)
  })
})
