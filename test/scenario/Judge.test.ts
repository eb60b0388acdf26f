import { assert, describe, it } from "@effect/vitest"
import * as Expectation from "../../src/scenario/Expectation.ts"
import { Histogram } from "../../src/scenario/Histogram.ts"
import { breach, type Measurements, verdicts } from "../../src/scenario/Judge.ts"

const histogram = (came: number, lost = 0, took = 8) => {
  const all = new Histogram()
  all.record(took, came)
  all.lose(30_000, lost)
  return all
}

const measured = (more: Partial<Measurements> = {}): Measurements => ({
  latencies: new Map(),
  seconds: 10,
  errors: new Map(),
  acknowledged: 50,
  behind: 0,
  doubled: 0,
  missing: 0,
  missed: 0,
  disagreeing: 0,
  mostMemory: undefined,
  presenceFrames: 0,
  uploaded: 0,
  downloaded: 0,
  recoveredAfter: undefined,
  ...more,
})

const judged = (expectation: Expectation.Expectation, more: Partial<Measurements> = {}) => {
  const [verdict, ...rest] = verdicts([expectation], measured(more))
  assert.lengthOf(rest, 0)
  const { asked, found, holds, promise } = verdict!
  return [promise, asked, holds, found]
}

describe("what is promised of deliveries", () => {
  const asked = ["delivery", "every acknowledged message reaches everybody, once"]

  it("holds where every acknowledged message was heard once, and there was one", () => {
    const { delivery } = Expectation
    assert.deepStrictEqual(judged(delivery), [...asked, true, "50 acknowledged, all heard once"])
    assert.deepStrictEqual(judged(delivery, { acknowledged: 0 }), [
      ...asked,
      false,
      "an acknowledgement happened not once",
    ])
    assert.deepStrictEqual(judged(delivery, { behind: 2, missing: 3 }), [...asked, false, "5 not heard"])
    assert.deepStrictEqual(judged(delivery, { doubled: 1, missed: 4 }), [
      ...asked,
      false,
      "1 heard again, 4 gone from the history",
    ])
  })

  it("is the same order for all, without a gap", () => {
    const order = ["order", "the same for everybody, without a gap"]
    assert.deepStrictEqual(judged(Expectation.order), [...order, true, "the same for everybody"])
    assert.deepStrictEqual(judged(Expectation.order, { disagreeing: 2 }), [
      ...order,
      false,
      "2 places differ, 0 are missing",
    ])
    assert.deepStrictEqual(judged(Expectation.order, { missing: 1 }), [
      ...order,
      false,
      "0 places differ, 1 are missing",
    ])
    // One that undoes the other would be no order either.
    assert.isFalse(judged(Expectation.order, { missing: 1, disagreeing: 1 })[2])
  })
})

describe("what is promised of latencies", () => {
  const latencies = new Map([
    ["delivery", histogram(99, 1)],
    ["delivery of bots", histogram(10, 0, 12_000)],
    ["acknowledgement", histogram(71, 29)],
    ["acknowledgement of bots", histogram(4, 1)],
    ["join", histogram(0)],
  ])

  it("holds up to the very time, with the share that came", () => {
    const asked = "at most 8.0 ms"
    assert.deepStrictEqual(judged(Expectation.p99("delivery", 8), { latencies }), [
      "p99 of delivery",
      asked,
      true,
      "8.0 ms, 1 of 100 never came",
    ])
    assert.deepStrictEqual(judged(Expectation.p999("delivery", "1 hour"), { latencies }), [
      "p99.9 of delivery",
      "at most 3600.0 s",
      false,
      "29.9 s, 1 of 100 never came",
    ])
    assert.deepStrictEqual(judged(Expectation.p50("delivery", 7.9), { latencies }), [
      "p50 of delivery",
      "at most 7.9 ms",
      false,
      "8.0 ms, 1 of 100 never came",
    ])
    assert.deepStrictEqual(judged(Expectation.p90("delivery", "12 seconds", { crowd: "bots" }), { latencies }), [
      "p90 of delivery of bots",
      "at most 12.0 s",
      true,
      "12.0 s",
    ])
    assert.strictEqual(judged(Expectation.p95("delivery", "9999 millis"), { latencies })[1], "at most 9999.0 ms")
    assert.strictEqual(judged(Expectation.p95("delivery", "10 seconds"), { latencies })[1], "at most 10.0 s")
  })

  it("does not hold of what never happened", () => {
    for (const what of ["join", "signIn"] as const) {
      assert.deepStrictEqual(judged(Expectation.p99(what, 5), { latencies }), [
        `p99 of ${what}`,
        "at most 5.0 ms",
        false,
        `${what} happened not once`,
      ])
    }
  })

  it("an error rate is of one thing, of a crowd, or of all, and holds up to the very share", () => {
    const rate = (options: Parameters<typeof Expectation.errorRate>[0]) =>
      judged(Expectation.errorRate(options), { latencies })
    assert.deepStrictEqual(rate({ of: "acknowledgement", atMost: 0.29 }), [
      "error rate of acknowledgement",
      "at most 29 %",
      true,
      "29 %, 29 of 100",
    ])
    assert.deepStrictEqual(rate({ of: "acknowledgement", atMost: 0.2899 }), [
      "error rate of acknowledgement",
      "at most 28.99 %",
      false,
      "29 %, 29 of 100",
    ])
    assert.deepStrictEqual(rate({ atMost: 0.15 }), ["error rate", "at most 15 %", true, "15 %, 30 of 200"])
    assert.deepStrictEqual(rate({ atMost: 0.05, crowd: "bots" }), [
      "error rate of bots",
      "at most 5 %",
      false,
      "6.667 %, 1 of 15",
    ])
    assert.deepStrictEqual(rate({ of: "acknowledgement", atMost: 0.2, crowd: "bots" }), [
      "error rate of acknowledgement of bots",
      "at most 20 %",
      true,
      "20 %, 1 of 5",
    ])
    assert.deepStrictEqual(rate({ of: "join", atMost: 1 }).slice(2), [false, "join happened not once"])
    assert.deepStrictEqual(rate({ crowd: "nobody", atMost: 1 }), [
      "error rate of nobody",
      "at most 100 %",
      false,
      "anything happened not once",
    ])
  })

  it("throughput counts what came, over the measured part", () => {
    const of = (atLeast: number, crowd?: string) =>
      judged(Expectation.throughput("acknowledgement", { atLeast, ...(crowd && { crowd }) }), { latencies })
    const promise = "throughput of acknowledgement"
    assert.deepStrictEqual(of(7.1), [promise, "at least 7.1 a second", true, "7.1 a second"])
    assert.deepStrictEqual(of(7.2), [promise, "at least 7.2 a second", false, "7.1 a second"])
    assert.deepStrictEqual(of(0.4, "bots"), [`${promise} of bots`, "at least 0.4 a second", true, "0.4 a second"])
    assert.deepStrictEqual(of(1, "nobody").slice(2), [false, "0.0 a second"])
    const short = judged(Expectation.throughput("acknowledgement", { atLeast: 1 }), { latencies, seconds: 0 })
    assert.deepStrictEqual(short.slice(2), [true, "71000.0 a second"])
  })
})

describe("what is promised of files", () => {
  const asked = ["files", "every file is sent, and read whole, byte for byte"]
  const moved = (upload: Histogram, download: Histogram, errors: Record<string, number> = {}) =>
    judged(Expectation.files, {
      latencies: new Map([
        ["upload", upload],
        ["download", download],
      ]),
      errors: new Map(Object.entries(errors)),
    })

  it("holds where all were sent and read, and there were some", () => {
    assert.deepStrictEqual(moved(histogram(3), histogram(6)), [...asked, true, "3 sent, 6 times one was read"])
    assert.deepStrictEqual(moved(histogram(3, 1), histogram(6)), [...asked, false, "1 not sent"])
    assert.deepStrictEqual(moved(histogram(3), histogram(5, 2)), [...asked, false, "2 not read"])
    assert.deepStrictEqual(moved(histogram(3), histogram(6), { WrongBytes: 1 }), [
      ...asked,
      false,
      "1 with other bytes",
    ])
    assert.deepStrictEqual(moved(histogram(3), histogram(0)), [...asked, false, "a download happened not once"])
    assert.deepStrictEqual(judged(Expectation.files), [...asked, false, "an upload happened not once"])
  })

  it("is so many bytes a second, of each direction", () => {
    const mebibyte = 1024 * 1024
    const more = { uploaded: 20 * mebibyte, downloaded: 10 * mebibyte }
    const rate = (of: "upload" | "download", mebibytesPerSecond: number) =>
      judged(Expectation.fileRate(of, { mebibytesPerSecond }), more)
    assert.deepStrictEqual(rate("upload", 2), [
      "bytes of uploads",
      "at least 2.0 MiB a second",
      true,
      "2.0 MiB a second",
    ])
    assert.isFalse(rate("upload", 2.1)[2])
    assert.isTrue(rate("download", 1)[2])
    assert.isFalse(rate("download", 1.1)[2])
  })

  it("is not felt by those who talk", () => {
    const unmoved = Expectation.unmoved("delivery", { by: "20 seconds", times: 1.3, crowd: "chat" })
    const judge = (before: Histogram, after: Histogram) =>
      judged(unmoved, {
        latencies: new Map([
          ["delivery of chat before 20 s", before],
          ["delivery of chat after 20 s", after],
        ]),
      })
    const first = ["p99 of delivery of chat unmoved", "at most 1.3 times that before 20 s"]
    assert.deepStrictEqual(judge(histogram(100, 0, 8), histogram(100, 0, 8)), [...first, true, "8.0 ms after 8.0 ms"])
    assert.isTrue(judge(histogram(100, 0, 8), histogram(100, 0, 10))[2])
    assert.isFalse(judge(histogram(100, 0, 8), histogram(100, 0, 11))[2])
    // What did not come is later than anything.
    assert.isFalse(judge(histogram(100, 0, 8), histogram(90, 10, 8))[2])
    assert.deepStrictEqual(judge(histogram(0), histogram(9)), [...first, false, "delivery happened not once"])
    assert.deepStrictEqual(judge(histogram(9), histogram(0)), [...first, false, "delivery happened not once"])
  })
})

describe("what else is promised", () => {
  const mebibyte = 1024 * 1024

  it("memory is not judged where nobody knows it", () => {
    const memory = Expectation.memory({ mebibytes: 2 })
    const asked = ["memory", "at most 2.0 MiB"]
    assert.deepStrictEqual(judged(memory), [...asked, "not judged here", "nobody knows"])
    assert.deepStrictEqual(judged(memory, { mostMemory: 2 * mebibyte }), [...asked, true, "2.0 MiB"])
    assert.deepStrictEqual(judged(memory, { mostMemory: 2.5 * mebibyte }), [...asked, false, "2.5 MiB"])
  })

  it("errors but for those that are expected", () => {
    const some = {
      errors: new Map([
        ["Refused", 2],
        ["Draining", 1],
      ]),
    }
    assert.deepStrictEqual(judged(Expectation.noErrors()), ["no errors", "none", true, "none"])
    assert.deepStrictEqual(judged(Expectation.noErrors(), some), ["no errors", "none", false, "2 Refused, 1 Draining"])
    assert.deepStrictEqual(judged(Expectation.noErrors({ except: ["Refused"] }), some), [
      "no errors",
      "none but Refused",
      false,
      "1 Draining",
    ])
    assert.deepStrictEqual(judged(Expectation.noErrors({ except: ["Refused", "Draining"] }), some), [
      "no errors",
      "none but Refused, Draining",
      true,
      "none",
    ])
  })

  it("presence frames, and coming back in time", () => {
    const presence = Expectation.presence({ framesEach: 3 })
    const asked = ["presence", "at most 3 frames each"]
    assert.deepStrictEqual(judged(presence, { presenceFrames: 3 }), [...asked, true, "3 frames at most"])
    assert.deepStrictEqual(judged(presence, { presenceFrames: 4 }), [...asked, false, "4 frames at most"])
    const recovery = Expectation.recovery({ within: "5 seconds" })
    const within = ["recovery", "everybody back within 5000.0 ms"]
    assert.deepStrictEqual(judged(recovery), [...within, false, "not everybody came back"])
    assert.deepStrictEqual(judged(recovery, { recoveredAfter: 5000 }), [...within, true, "after 5000.0 ms"])
    assert.deepStrictEqual(judged(recovery, { recoveredAfter: 5001 }), [...within, false, "after 5001.0 ms"])
  })
})

describe("a promise that is seen to be broken on the way", () => {
  const seen = (expectations: ReadonlyArray<Expectation.Expectation>, more: Partial<Measurements> = {}) =>
    breach(expectations, measured(more))?.promise

  it("is one about shares, of what happened often enough to tell", () => {
    const p99 = Expectation.p99("delivery", 1)
    const rate = Expectation.errorRate({ of: "delivery", atMost: 0.1 })
    const of = (came: number, lost = 0) => ({ latencies: new Map([["delivery", histogram(came, lost)]]) })
    assert.isUndefined(seen([p99]))
    assert.isUndefined(seen([p99], of(99)))
    assert.strictEqual(seen([p99], of(100)), "p99 of delivery")
    assert.isUndefined(seen([Expectation.p99("delivery", 9)], of(100)))
    assert.isUndefined(seen([rate]))
    assert.isUndefined(seen([rate], of(49, 50)))
    assert.strictEqual(seen([rate], of(50, 50)), "error rate of delivery")
    // Of all together there may be many of one kind before the first of another.
    assert.isUndefined(seen([Expectation.errorRate({ atMost: 0.1 })], of(50, 50)))
    assert.isUndefined(seen([Expectation.p99("delivery", 1, { crowd: "bots" })], of(100)))
  })

  it("is one that nothing can mend any more", () => {
    const errors = new Map([["Refused", 1]])
    assert.strictEqual(seen([Expectation.noErrors()], { errors }), "no errors")
    assert.isUndefined(seen([Expectation.noErrors()]))
    const memory = Expectation.memory({ mebibytes: 1 })
    assert.strictEqual(seen([memory], { mostMemory: 2_000_000 }), "memory")
    assert.isUndefined(seen([memory]))
    assert.strictEqual(
      seen([Expectation.delivery, memory, Expectation.noErrors()], { mostMemory: 2e6, errors }),
      "memory",
    )
  })

  it("is none that may still come right", () => {
    const open = [
      Expectation.delivery,
      Expectation.order,
      Expectation.presence({ framesEach: 0 }),
      Expectation.recovery({ within: 0 }),
      Expectation.throughput("delivery", { atLeast: 1000 }),
    ]
    assert.isUndefined(
      seen(open, { acknowledged: 0, behind: 1, disagreeing: 1, presenceFrames: 9, recoveredAfter: undefined }),
    )
  })
})
