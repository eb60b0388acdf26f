/** What is promised of another server, judged by what was recorded on a clock that the test moves. */
import { assert, describe, it } from "@effect/vitest"
import type * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as os from "node:os"
import { LoadRecord } from "../../src/load/internal/server/LoadRecord.ts"
import type { LoadOptions } from "../../src/load/internal/server/LoadOptions.ts"
import { resultOf } from "../../src/load/internal/server/resultOf.ts"

/** A record with a clock that stands at so many milliseconds. */
const recording = (limit = 1000) => {
  const clock = { now: 0 }
  const record = new LoadRecord(
    { monotonicTimeNanosUnsafe: () => BigInt(Math.round(clock.now * 1e6)) } as unknown as Clock.Clock,
    limit,
  )
  const at = (moment: number) => (clock.now = moment)
  /** Sent when it was due, and answered then. */
  const answered = (due: number, then: number) => {
    at(due)
    record.send()
    at(then)
    record.answer({ due, sentAt: due })
  }
  /** Sent when it was due, and given up then. */
  const lost = (due: number, then: number) => {
    at(due)
    record.send()
    at(then)
    record.lose(due, "no answer in time")
  }
  return { record, at, answered, lost }
}

const result = (record: LoadRecord, options: Partial<LoadOptions>) =>
  resultOf({
    what: { kind: "http", name: "n", about: "a", target: "t", connections: 1 },
    options: {
      lasts: Duration.seconds(10),
      count: Number.POSITIVE_INFINITY,
      perSecond: Option.none(),
      timeout: Duration.seconds(1),
      p99: Option.none(),
      errorRate: Option.none(),
      throughput: Option.none(),
      noErrors: false,
      ...options,
    },
    startedAt: DateTime.makeUnsafe(0),
    record,
    series: [],
  })

const judged = (record: LoadRecord, options: Partial<LoadOptions>) => result(record, options).verdicts

describe("the p99 that is promised of a server", () => {
  const p99 = (most: number, more: Partial<LoadOptions> = {}): Partial<LoadOptions> => ({
    p99: Option.some(Duration.millis(most)),
    ...more,
  })
  const steady = { perSecond: Option.some(10) }

  it("holds up to the very time, and says what never came", () => {
    const { answered, lost, record } = recording()
    record.begin()
    for (let n = 0; n < 99; n++) answered(n * 100, n * 100 + 10)
    const promise = "p99 of response"
    assert.deepStrictEqual(judged(record, p99(10, steady)), [
      { promise, holds: true, found: "10.00 ms", asked: "at most 10 ms" },
    ])
    assert.deepStrictEqual(judged(record, p99(9.9, steady)), [
      { promise, holds: false, found: "10.00 ms", asked: "at most 9.9 ms" },
    ])
    lost(9900, 9901)
    assert.deepInclude(judged(record, p99(11, steady))[0], {
      holds: true,
      found: `${record.latencies.get("response")!.percentile(0.99).toFixed(2)} ms, 1 of 100 never answered`,
    })
    lost(9901, 9902)
    assert.isFalse(judged(record, p99(1e9, steady))[0]!.holds)
  })

  it("does not hold where nothing was answered", () => {
    const { lost, record } = recording()
    record.begin()
    assert.deepInclude(judged(record, p99(1e9))[0], { holds: false, found: "nothing was answered" })
    lost(0, 1)
    assert.deepInclude(judged(record, p99(1e9))[0], { holds: false, found: "nothing was answered" })
  })

  it("breaks without a rate where nothing was answered for more than a hundredth of the time", () => {
    const { answered, lost, record } = recording()
    record.begin()
    for (let n = 0; n < 1000; n++) answered(n * 9.9, n * 9.9 + 1)
    lost(9900, 10_000)
    const [verdict] = judged(record, p99(5))
    // It was 109 ms of 10 s, since the last answer.
    assert.deepInclude(verdict, { holds: false })
    assert.match(verdict!.found, /, 1 of 1001 never answered, nothing was answered for 0\.1 s$/)
    assert.isTrue(judged(record, p99(5, steady))[0]!.holds)
    answered(10_000, 10_950)
    assert.isTrue(judged(record, p99(5))[0]!.holds)
  })
})

describe("the result of a load", () => {
  it("has everything that was recorded", () => {
    const { answered, lost, record } = recording()
    record.latency("handshake", 3)
    record.begin()
    answered(0, 10)
    lost(100, 200)
    record.count("status 302")
    record.count("status 200", 2)
    Object.assign(record, { bytesSent: 5, bytesReceived: 7 })
    const found = result(record, { noErrors: true, count: 2 })
    const { machine, natter, ...rest } = found
    assert.hasAllKeys(machine, ["cpu", "cores", "memory", "node", "os"])
    assert.strictEqual(machine.os, `${os.type()} ${os.release()}`)
    assert.strictEqual(machine.node, process.version)
    assert.match(natter, /^\d+\.\d+\.\d+$/)
    assert.deepStrictEqual(rest, {
      format: "natter-load/1",
      what: { name: "n", about: "a" },
      world: "http",
      target: "t",
      startedAt: "1970-01-01T00:00:00.000Z",
      seconds: 0.1,
      processes: 1,
      latencies: ["handshake", "response"].map((name) => record.latencies.get(name)!.summary(name)),
      series: [],
      counters: { sent: 2, delivered: 1, "bytes sent": 5, "bytes received": 7, "status 200": 2, "status 302": 1 },
      errors: { "no answer in time": 1 },
      marks: [{ at: 0, label: "measured part begins" }],
      verdicts: [{ promise: "no errors", holds: false, found: "1 errors", asked: "none" }],
    })
    assert.deepStrictEqual(Object.keys(found.counters).slice(-2), ["status 200", "status 302"])
    // With a rate they differ: what waited for its turn was sent later than it was due.
    assert.deepStrictEqual(
      result(record, { perSecond: Option.some(1) }).latencies.map(({ name }) => name),
      ["handshake", "response", "service"],
    )
    assert.deepStrictEqual(judged(recording().record, { noErrors: true }), [
      { promise: "no errors", holds: true, found: "0 errors", asked: "none" },
    ])
  })
})

describe("the error rate that is promised of a server", () => {
  const rate = (atMost: number): Partial<LoadOptions> => ({
    errorRate: Option.some(atMost),
    perSecond: Option.some(10),
  })

  it("counts answers that are errors and what never came, and holds up to the very share", () => {
    const { answered, lost, record } = recording()
    record.begin()
    for (let n = 0; n < 100; n++) {
      if (n < 14) lost(n * 10, n * 10 + 5)
      else answered(n * 10, n * 10 + 5)
      if (n >= 85) record.refuse("status 500")
    }
    const asked = { promise: "error rate", found: "29 %, 29 of 100" }
    assert.deepStrictEqual(judged(record, rate(0.29)), [{ ...asked, holds: true, asked: "at most 29 %" }])
    assert.deepStrictEqual(judged(record, rate(0.289)), [{ ...asked, holds: false, asked: "at most 28.9 %" }])
  })

  it("counts connections that could not be opened", () => {
    const { answered, record } = recording()
    record.latency("handshake", 1)
    record.lose(0, "refused", "handshake")
    record.begin()
    answered(0, 1)
    answered(1, 2)
    const [verdict] = judged(record, rate(0.2))
    assert.deepInclude(verdict, { holds: false, found: "25 %, 1 of 4" })
  })

  it("does not hold where nothing was answered", () => {
    const { at, record } = recording()
    record.begin()
    at(500)
    record.stopped([0, 100])
    assert.deepInclude(judged(record, rate(1))[0], { holds: false, found: "nothing was answered" })
  })

  it("does not count what still waited when it was stopped", () => {
    const { answered, at, lost, record } = recording()
    record.begin()
    answered(0, 1)
    lost(1, 2)
    at(500)
    record.stopped([2, 3])
    assert.deepInclude(judged(record, rate(0.5))[0], { holds: true, found: "50 %, 1 of 2" })
  })

  it("breaks without a rate where the server stood still for a larger share of the time", () => {
    const { answered, lost, record } = recording()
    record.begin()
    for (let n = 0; n < 999; n++) answered(n, n + 1)
    lost(999, 1999)
    const options = { errorRate: Option.some(0.1) }
    assert.deepInclude(judged(record, options)[0], {
      holds: false,
      found: "0.1 %, 1 of 1000, nothing was answered for 1.0 s",
    })
    // Half of the time it stood still, and half of everything may fail.
    answered(1999, 2001)
    assert.isTrue(judged(record, { errorRate: Option.some(0.5) })[0]!.holds)
    // With a rate, what was due meanwhile counts instead.
    assert.isTrue(judged(record, rate(0.1))[0]!.holds)
  })
})

describe("the throughput that is promised of a server", () => {
  const least = (perSecond: number) => ({ throughput: Option.some(perSecond) })
  const found = (record: LoadRecord, options: Partial<LoadOptions>) => judged(record, { ...least(10), ...options })[0]!

  it("is that of answers without an error", () => {
    const { answered, record } = recording()
    record.begin()
    for (let n = 0; n < 100; n++) answered(n * 100, n * 100 + 5)
    for (let n = 0; n < 10; n++) record.refuse("status 500")
    const options = { perSecond: Option.some(10) }
    assert.deepStrictEqual(judged(record, { ...options, ...least(9) }), [
      { promise: "throughput of response", holds: true, found: "9.0 a second", asked: "at least 9 a second" },
    ])
    assert.isFalse(judged(record, { ...options, ...least(9.1) })[0]!.holds)
  })

  it("is the rate itself where everything is answered in the same time", () => {
    const { answered, record } = recording()
    record.begin()
    for (let n = 0; n < 100; n++) answered(n * 100, n * 100 + 400)
    assert.deepInclude(found(record, { perSecond: Option.some(10) }), { holds: true, found: "10.0 a second" })
    // As much in a shorter time, where the number of requests ends it.
    assert.deepInclude(found(record, { perSecond: Option.some(20), count: 100 }), {
      found: "10.1 a second",
    })
  })

  it("is less where answers come later and later", () => {
    const { answered, record } = recording()
    record.begin()
    for (let n = 0; n < 100; n++) answered(n * 100, n * 200)
    assert.deepInclude(found(record, { perSecond: Option.some(10) }), { holds: false, found: "5.1 a second" })
  })

  it("is taken over the whole time where the server dies on the way", () => {
    const { answered, at, lost, record } = recording()
    record.begin()
    for (let n = 0; n < 50; n++) answered(n * 100, n * 100 + 1)
    lost(5000, 15_000)
    at(20_000)
    assert.deepInclude(found(record, {}), { found: "5.0 a second" })
    assert.deepInclude(found(record, { perSecond: Option.some(10) }), { found: "5.0 a second" })
    // Until the last one was sent, where their number ends it.
    assert.deepInclude(found(record, { count: 51 }), { found: "10.0 a second" })
  })

  it("is not less because one that was never answered was waited for at the end", () => {
    const { answered, lost, record } = recording()
    record.begin()
    for (let n = 0; n < 99; n++) answered(n * 100, n * 100 + 100)
    lost(9900, 19_900)
    const ended = result(record, { throughput: Option.some(9.9) })
    assert.strictEqual(ended.seconds, 10)
    assert.isTrue(ended.verdicts[0]!.holds)
  })

  it("counts slow answers that come after the end", () => {
    const { answered, record } = recording()
    record.begin()
    answered(0, 9000)
    answered(9000, 18_000)
    assert.strictEqual(result(record, {}).seconds, 18)
  })

  it("is taken from where the measured part began", () => {
    const { answered, at, record } = recording()
    at(5000)
    record.begin()
    for (let n = 0; n < 20; n++) answered(5000 + n * 100, 5000 + n * 100 + 1)
    at(7000)
    assert.strictEqual(result(record, {}).seconds, 2)
    assert.strictEqual(result(record, { perSecond: Option.some(10) }).seconds, 2)
    assert.strictEqual(result(record, { count: 20 }).seconds, 1.901)
  })

  it("is taken up to where the load was stopped", () => {
    const { answered, at, record } = recording()
    record.begin()
    for (let n = 0; n < 20; n++) answered(n * 100, n * 100 + 1)
    at(2000)
    assert.deepInclude(found(record, {}), { holds: true, found: "10.0 a second" })
    assert.deepInclude(found(record, { perSecond: Option.some(10) }), { holds: true, found: "10.0 a second" })
  })
})
