import { assert, describe, it } from "@effect/vitest"
import type { Metrics, Series } from "../../../src/web/admin/model/answers.ts"
import { figuresOf, quantile } from "../../../src/web/admin/model/figures.ts"

const at = (at: number, ...metrics: ReadonlyArray<Series>): Metrics => ({ at, metrics })
const number = (name: string, value: number, labels = {}): Series => ({ name, labels, value })
const spread = (counts: ReadonlyArray<number>, labels = {}): Series => ({
  name: "natter_http_request_seconds",
  labels,
  bounds: [1, 2],
  counts,
  sum: 0,
})

describe("the figures of the operator's page", () => {
  it("are rates of what was counted since, and never below nothing", () => {
    const before = at(1000, number("natter_messages_total", 10), number("natter_sessions", 3))
    const now = at(3000, number("natter_messages_total", 16), number("natter_sessions", 4))
    const { deliveries, messages, sessions } = figuresOf(now, before)
    assert.deepStrictEqual({ deliveries, messages, sessions }, { deliveries: undefined, messages: 3, sessions: 4 })
    assert.strictEqual(figuresOf(at(5000, number("natter_messages_total", 2)), now).messages, 0)
    assert.isUndefined(figuresOf(now, now).messages)
  })

  it("are sums where a metric has several series, and one of them where that is meant", () => {
    const now = at(
      1,
      number("natter_outbox_bytes", 5, { lane: "chat" }),
      number("natter_outbox_bytes", 7, { lane: "files" }),
      number("natter_event_loop_delay_seconds", 0.5, { at: "max" }),
      number("natter_event_loop_delay_seconds", 0.1, { at: "p99" }),
    )
    const { loopDelay, outbox } = figuresOf(now, at(0))
    assert.deepStrictEqual({ loopDelay, outbox }, { loopDelay: 0.1, outbox: 12 })
  })

  it("are quantiles of what came since, over all series", () => {
    const before = at(0, spread([100, 0, 0], { route: "a" }))
    const now = at(1, spread([100, 0, 0], { route: "a" }), spread([0, 2, 0], { route: "b" }))
    assert.closeTo(figuresOf(now, before).requestTime!, 1.99, 1e-9)
    assert.isUndefined(figuresOf(before, before).requestTime)
  })

  it("take the last bound for what lies beyond it", () => {
    const bounds = [1, 2]
    assert.strictEqual(quantile(0.5, { bounds, counts: [2, 0, 0] }), 0.5)
    assert.strictEqual(quantile(0.99, { bounds, counts: [0, 0, 4] }), 2)
    assert.isUndefined(quantile(0.99, { bounds, counts: [0, 0, 0] }))
    assert.isUndefined(quantile(0.99, { bounds: [], counts: [] }))
  })
})
