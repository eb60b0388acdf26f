/** What a load of another server records, on a clock that the test moves. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Clock from "effect/Clock"
import * as Fiber from "effect/Fiber"
import { LoadRecord } from "../../src/load/internal/server/LoadRecord.ts"
import { LoadSeries } from "../../src/load/internal/server/LoadSeries.ts"
import { standing } from "../scenario/fixtures/clock.ts"

const setUp = (limit = 1000) => {
  const { clock, hand } = standing()
  const record = new LoadRecord(clock, limit)
  const at = (moment: number) => void (hand.now = 5000 + moment)
  const figures = (name: string) => {
    const { count = 0, lost = 0, max = 0, min = 0 } = record.latencies.get(name)?.summary(name) ?? {}
    return { count, lost, min, max }
  }
  return { at, figures, record }
}

describe("what a load records", () => {
  it("counts time from its own beginning", () => {
    const { at, record } = setUp()
    assert.strictEqual(record.now(), 0)
    at(1500)
    assert.strictEqual(record.now(), 1500)
    assert.isUndefined(record.measuredFrom)
    record.begin()
    assert.strictEqual(record.measuredFrom, 1500)
    at(2000)
    record.mark("m")
    assert.deepStrictEqual(record.marks, [
      { at: 1.5, label: "measured part begins" },
      { at: 2, label: "m" },
    ])
  })

  it("has of an answer the time since it was due, and since it was sent", () => {
    const { at, figures, record } = setUp()
    at(100)
    record.send()
    assert.deepStrictEqual([record.sent, record.sentAt], [1, 100])
    at(130)
    record.answer({ due: 40, sentAt: 100 })
    assert.deepStrictEqual([record.answered, record.answeredAt], [1, 130])
    assert.deepStrictEqual(figures("response"), { count: 1, lost: 0, min: 90, max: 90 })
    assert.deepStrictEqual(figures("service"), { count: 1, lost: 0, min: 30, max: 30 })
    // It may have gone out a little before it was due.
    record.answer({ due: 121, sentAt: 120 })
    assert.deepInclude(figures("response"), { count: 2, min: 10 })
    const { p50, p99 } = record.takeRecent()!
    assert.deepStrictEqual([Math.round(p50), Math.round(p99)], [10, 90])
    assert.isUndefined(record.takeRecent())
    record.answer({ due: 130, sentAt: 130 })
    assert.deepStrictEqual(record.takeRecent(), { p50: 0, p99: 0 })
  })

  it("has of what is lost the time limit at least", () => {
    const { at, figures, record } = setUp(1000)
    at(200)
    record.lose(100, "reset")
    assert.deepStrictEqual(figures("response"), { count: 1, lost: 1, min: 1000, max: 1000 })
    at(1300)
    record.lose(100, "no answer in time")
    assert.deepStrictEqual(figures("response"), { count: 2, lost: 2, min: 1000, max: 1200 })
    record.lose(300, "refused", "handshake")
    assert.deepStrictEqual(figures("handshake"), { count: 1, lost: 1, min: 1000, max: 1000 })
    assert.strictEqual(figures("service").count, 0)
    assert.deepStrictEqual(
      [...record.errors],
      [
        ["reset", 1],
        ["no answer in time", 1],
        ["refused", 1],
      ],
    )
    assert.strictEqual(record.failed, 3)
  })

  it("has of what waits in the end the time until then, and counts it as no error", () => {
    const { at, figures, record } = setUp()
    at(500)
    record.stopped([100, 450])
    assert.deepStrictEqual(figures("response"), { count: 2, lost: 0, min: 50, max: 400 })
    assert.deepStrictEqual([record.waiting, record.failed], [2, 0])
  })

  it("counts answers that are errors among both", () => {
    const { record } = setUp()
    record.refuse("status 500")
    record.refuse("status 500")
    assert.deepStrictEqual([record.refused, record.failed, record.errors.get("status 500")], [2, 2, 2])
  })

  it("counts by name, and names a hundred reasons", () => {
    const { record } = setUp()
    record.count("a")
    record.count("a", 4)
    assert.deepStrictEqual([...record.counters], [["a", 5]])
    for (let n = 0; n < 102; n++) record.error(`r${n}`, 2)
    record.error("r0", 0)
    record.error("none", 0)
    record.error("r0")
    assert.strictEqual(record.errors.size, 101)
    assert.deepStrictEqual(
      ["r0", "r99", "r100", "other", "none"].map((reason) => record.errors.get(reason)),
      [3, 2, undefined, 4, undefined],
    )
    assert.strictEqual(record.failed, 205)
  })
})

describe("a server that stands still", () => {
  it("did so from the last answer on, while something was lost, each moment counted once", () => {
    const { at, record } = setUp()
    record.begin()
    at(100)
    record.answer({ due: 0, sentAt: 0 })
    at(1100)
    record.lose(100, "no answer in time")
    assert.strictEqual(record.stoodStill, 1000)
    record.lose(200, "no answer in time")
    assert.strictEqual(record.stoodStill, 1000)
    at(1500)
    record.lose(200, "no answer in time")
    assert.strictEqual(record.stoodStill, 1400)
    // What was due before an answer, and was lost after it, says nothing.
    record.answer({ due: 1500, sentAt: 1500 })
    at(2000)
    record.lose(1400, "no answer in time")
    assert.strictEqual(record.stoodStill, 1400)
    record.lose(1500, "reset")
    assert.strictEqual(record.stoodStill, 1900)
  })

  it("did not before the measured part began", () => {
    const { at, record } = setUp()
    at(1000)
    record.lose(0, "refused", "handshake")
    assert.strictEqual(record.stoodStill, 0)
    record.begin()
    at(1200)
    record.lose(0, "reset")
    assert.strictEqual(record.stoodStill, 200)
  })
})

describe("waiting for a moment", () => {
  it.effect("is up to a millisecond too short, and nothing where it is past", () =>
    Effect.gen(function* () {
      const record = new LoadRecord(yield* Clock.Clock, 1000)
      const waiting = yield* Effect.forkChild(record.until(10.9))
      yield* TestClock.adjust("9 millis")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(waiting)
      yield* record.until(5)
      yield* record.until(10.9)
    }),
  )
})

describe("the graphs of a load", () => {
  it("have a point for each second, with the rates since the one before", () => {
    const { at, record } = setUp()
    const graphs = new LoadSeries(record)
    Object.assign(record, { sent: 10, answered: 8, failed: 2, bytesReceived: 2 * 1024 * 1024, connected: 3 })
    at(1000)
    assert.isUndefined(graphs.add())
    at(3000)
    Object.assign(record, { sent: 14, answered: 9, failed: 5, bytesReceived: 3 * 1024 * 1024, connected: 2 })
    record.answer({ due: 2900, sentAt: 2900 })
    const latency = graphs.add()!
    assert.deepStrictEqual([Math.round(latency.p50), Math.round(latency.p99)], [100, 100])
    const [cpu] = graphs.series.filter(({ name }) => name === "cpu of the load itself")
    assert.strictEqual(cpu!.unit, "%")
    assert.lengthOf(cpu!.points, 2)
    assert.isTrue(cpu!.points.every(([, share]) => share >= 0 && share < 1000))
    assert.deepStrictEqual(
      graphs.series.filter(({ name }) => name !== "cpu of the load itself" && !name.startsWith("response")),
      [
        {
          name: "sent",
          unit: "/s",
          points: [
            [1, 10],
            [3, 2],
          ],
        },
        {
          name: "answered",
          unit: "/s",
          points: [
            [1, 8],
            [3, 1],
          ],
        },
        {
          name: "errors",
          unit: "/s",
          points: [
            [1, 2],
            [3, 1.5],
          ],
        },
        {
          name: "received",
          unit: "MiB/s",
          points: [
            [1, 2],
            [3, 0.5],
          ],
        },
        {
          name: "connections",
          unit: "",
          points: [
            [1, 3],
            [3, 2],
          ],
        },
      ],
    )
    assert.deepStrictEqual(
      graphs.series
        .filter(({ name }) => name.startsWith("response"))
        .map(({ name, points, unit }) => [name, unit, points[0]![0]]),
      [
        ["response p50", "ms", 3],
        ["response p99", "ms", 3],
      ],
    )
  })

  it("have no point for a moment, and nothing of it is left out", () => {
    const { at, record } = setUp()
    const graphs = new LoadSeries(record)
    record.answer({ due: 0, sentAt: 0 })
    record.sent = 100
    at(499)
    assert.isUndefined(graphs.add())
    assert.deepStrictEqual(graphs.series, [])
    at(500.4321)
    assert.isDefined(graphs.add())
    assert.deepStrictEqual(graphs.series.find(({ name }) => name === "sent")!.points, [[0.5, 199.827]])
  })
})
