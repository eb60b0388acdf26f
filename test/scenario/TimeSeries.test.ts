import { assert, describe, it } from "@effect/vitest"
import { Histogram } from "../../src/scenario/Histogram.ts"
import { TimeSeries } from "../../src/scenario/internal/TimeSeries.ts"
import { standing } from "./fixtures/clock.ts"

const counts = (sent: number, delivered = 0, failed = 0) => ({
  sent,
  delivered,
  failed,
  transfers: 0,
  membersIn: 3,
  membersAway: 0,
  acknowledged: 0,
  givenUp: 0,
})

const took = (...latencies: ReadonlyArray<number>) => {
  const histogram = new Histogram()
  for (const latency of latencies) histogram.record(latency)
  return histogram.summary("delivery")
}

const pointsOf = (series: TimeSeries) => Object.fromEntries(series.series.map(({ name, points }) => [name, points]))

describe("the graphs of a run", () => {
  it("have rates of the time since the last point", () => {
    const { clock, hand } = standing()
    const series = new TimeSeries(clock)
    hand.now = 6000
    assert.isUndefined(series.point(counts(10, 40, 1), [], {}))
    hand.now = 8000
    assert.deepStrictEqual(series.point(counts(14, 42, 4), [took(2), took(2)], {}), { p50: 2, p99: 2 })
    hand.now = 9000
    const { p50, p99 } = series.point(counts(14, 42, 4), [took(3, 3), took(7)], {})!
    assert.deepStrictEqual([Math.round(p50), p99], [3, 7])
    assert.deepStrictEqual(series.series, [
      {
        name: "sent",
        unit: "/s",
        points: [
          [1, 10],
          [3, 2],
          [4, 0],
        ],
      },
      {
        name: "delivered",
        unit: "/s",
        points: [
          [1, 40],
          [3, 1],
          [4, 0],
        ],
      },
      {
        name: "errors",
        unit: "/s",
        points: [
          [1, 1],
          [3, 1.5],
          [4, 0],
        ],
      },
      {
        name: "members in",
        unit: "",
        points: [
          [1, 3],
          [3, 3],
          [4, 3],
        ],
      },
      {
        name: "delivery p50",
        unit: "ms",
        points: [
          [3, 2],
          [4, Math.round(p50 * 1000) / 1000],
        ],
      },
      {
        name: "delivery p99",
        unit: "ms",
        points: [
          [3, 2],
          [4, 7],
        ],
      },
    ])
  })

  it("draw no rate of a moment, and leave nothing of it out", () => {
    const { clock, hand } = standing()
    const series = new TimeSeries(clock)
    hand.now = 5499
    assert.isUndefined(series.point(counts(100), [took(1)], { residentBytes: 9 }))
    assert.deepStrictEqual([series.series, series.mostMemory], [[], 9])
    hand.now = 5500
    series.point(counts(100), [], {})
    assert.deepStrictEqual(pointsOf(series)["sent"], [[0.5, 200]])
  })

  it("have what the service uses, where that can be measured", () => {
    const { clock, hand } = standing()
    const series = new TimeSeries(clock)
    assert.isUndefined(series.mostMemory)
    const samples = [
      { residentBytes: 5, cpuSeconds: 1 },
      { residentBytes: 9, cpuSeconds: 1.5 },
      { residentBytes: 7, cpuSeconds: 1.5 },
      {},
      // It was started again.
      { residentBytes: 1, cpuSeconds: 0.1 },
      { residentBytes: 2, cpuSeconds: 0 },
      { cpuSeconds: 1 },
    ]
    for (const sample of samples) {
      hand.now += 1000
      series.point(counts(0), [], sample)
    }
    const points = pointsOf(series)
    assert.deepStrictEqual(points["service memory"], [
      [1, 5],
      [2, 9],
      [3, 7],
      [5, 1],
      [6, 2],
    ])
    assert.deepStrictEqual(points["service cpu"], [
      [2, 50],
      [3, 0],
      [7, 100],
    ])
    assert.strictEqual(series.mostMemory, 9)
    assert.deepStrictEqual(
      series.series.filter(({ name }) => name.startsWith("service")).map(({ unit }) => unit),
      ["bytes", "%"],
    )
  })

  it("are as exact as a thousandth", () => {
    const { clock, hand } = standing()
    const series = new TimeSeries(clock)
    hand.now = 6500.4321
    series.mark("a mark")
    series.point(counts(1), [], {})
    assert.deepStrictEqual(pointsOf(series)["sent"], [[1.5, 0.666]])
    assert.strictEqual(series.marks[0]!.label, "a mark")
    assert.approximately(series.marks[0]!.at, 1.5004321, 1e-9)
  })
})
