import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { contentOf, Ledger, Reading } from "../../scripts/bench/open/Ledger.ts"
import { Histogram, percentile } from "../../src/scenario/Histogram.ts"
import * as OpenRound from "../../scripts/bench/OpenRound.ts"
import type { OpenSlice } from "../../scripts/bench/OpenRound.ts"
import { replaced } from "../../scripts/bench/Section.ts"
import { natter } from "../../scripts/bench/Servers.ts"
import { limits } from "../../scripts/bench/SlowReport.ts"

describe("an open-loop round", () => {
  it.live("finds who does not read ended, and back without loss", () =>
    Effect.gen(function* () {
      // What fits between two sockets is full within a second.
      const load = { members: 5, senders: 2, rate: 500, contentBytes: 15_000, rampSeconds: 0.1, seconds: 2.5 }
      const round = yield* OpenRound.run(natter, { ...load, stalled: 1, groups: [4, 1] }, { pinned: undefined })
      assert.strictEqual(round.ended["SlowConsumer"], 1)
      assert.isAbove(round.returned.recovered, 100)
      assert.isAbove(round.returned.pages, 1)
      assert.isAbove(round.messagesChecked, load.rate * load.seconds)
      assert.isAbove(round.peaks.outboxes, limits.outboxBytes / 2)
      assert.isAtMost(round.peaks.fullestBytes, limits.outboxBytes)
      const measured = round.slices.flatMap(({ delivery }) => delivery[0]!).reduce((sum, [, count]) => sum + count, 0)
      // Four members, and all messages that were due in the measured time.
      assert.isAtLeast(measured, 4 * load.rate * load.seconds - 4)
      assert.isAbove(OpenRound.latencies(round.slices, ({ delivery }) => delivery[0]!).p99, 0)
    }).pipe(Effect.provide(NodeServices.layer)),
  )

  it.live("fails when who stalls is not ended in the measured time", () =>
    Effect.gen(function* () {
      const load = { members: 3, senders: 1, rate: 10, contentBytes: 10, rampSeconds: 0.1, seconds: 0.2 }
      const round = OpenRound.run(natter, { ...load, stalled: 1, groups: [2] }, { pinned: undefined })
      const { message } = yield* Effect.flip(Effect.scoped(round))
      assert.match(message, /^natter failed: m00002: stalled for 0\.2 s and was not ended/)
    }).pipe(Effect.provide(NodeServices.layer)),
  )
})

describe("the ledger", () => {
  const ledger = () => {
    const all = new Ledger(20)
    for (const message of [0, 1, 2]) all.note(message + 5, contentOf(message, 20))
    return all
  }

  it("takes a message at one place, from any number of members", () => {
    const all = ledger()
    assert.strictEqual(all.note(6, contentOf(1, 20)), 1)
    assert.strictEqual(all.size, 3)
    assert.isTrue(all.has(6, 1))
    assert.isFalse(all.has(6, 2))
  })

  it("finds another order, doubles and changes", () => {
    assert.throws(() => ledger().note(6, contentOf(2, 20)), /message 2 at place 6, where others got message 1/)
    assert.throws(() => ledger().note(8, contentOf(1, 20)), /message 1 at place 8 and at place 6/)
    assert.throws(() => ledger().note(8, contentOf(3, 20).replace(".", ",")), /a message that nobody sent/)
  })

  it("finds what a member misses, and what it gets twice", () => {
    const reading = new Reading(4)
    reading.see(5)
    assert.throws(() => reading.see(7), /place 7 behind place 5/)
    assert.throws(() => reading.see(5), /place 5 behind place 5/)
  })
})

describe("latencies", () => {
  const counts = (...latencies: ReadonlyArray<number>) => {
    const histogram = new Histogram()
    for (const latency of latencies) histogram.record(latency)
    return histogram.counts
  }
  const slice = (otherUtilisation: number, ...latencies: ReadonlyArray<number>): OpenSlice => ({
    from: 0,
    to: 1000,
    delivery: [counts(...latencies)],
    acknowledgement: [],
    loadUtilisation: 0,
    machineUtilisation: 0,
    serverUtilisation: 0,
    otherUtilisation,
  })
  const of = (slices: ReadonlyArray<OpenSlice>) => OpenRound.latencies(slices, ({ delivery }) => delivery[0]!)

  it("of several seconds are put together", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
    const halves = [counts(...hundred.slice(0, 50)), counts(...hundred.slice(50))]
    assert.closeTo(percentile(halves, 0.99), 99, 1)
    assert.closeTo(percentile(halves, 0.5), 50, 0.5)
    assert.closeTo(percentile([counts(0.123)], 0.99), 0.123, 0.002)
    assert.strictEqual(percentile([], 0.99), 0)
  })

  it("of quiet seconds are compared where there are enough, otherwise all", () => {
    const calm = Array.from({ length: 10 }, () => slice(0.1, 2))
    const busy = Array.from({ length: 10 }, () => slice(0.9, 100))
    const [one, other] = [of([...calm, ...busy]), of(calm)]
    assert.closeTo(one.quietP99!, 2, 0.02)
    assert.closeTo(one.p99, 100, 1)
    assert.strictEqual(OpenRound.ratioOf(one, other), 1)
    assert.isUndefined(of(busy).quietP99)
    assert.closeTo(OpenRound.ratioOf(of(busy), other), 50, 1)
  })
})

describe("a section of the document", () => {
  it("is replaced, and nothing else", () => {
    const before = "# A\n<!-- x -->\nold\n<!-- /x -->\n## B\n"
    assert.strictEqual(replaced(before, "x", "new"), "# A\n<!-- x -->\n\nnew\n\n<!-- /x -->\n## B\n")
    assert.isUndefined(replaced(before, "y", "new"))
  })
})
