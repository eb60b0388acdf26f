import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import stringWidth from "string-width"
import { stripVTControlCharacters } from "node:util"
import { Samples } from "../../../src/cli/Samples.ts"
import { spark } from "../../../src/cli/top/spark.ts"
import { vitals } from "../../../src/cli/top/Vitals.ts"
import { json, plain, screen } from "../../../src/cli/top/view.ts"
import { metrics } from "../../../src/observability/metrics.ts"
import { exposition } from "./exposition.ts"

const seen = (from: number, to: number, changes: Parameters<typeof exposition>[1] = {}) =>
  vitals(new Samples(exposition(from)), new Samples(exposition(to, changes)), to - from)

const lines = (changes: Parameters<typeof exposition>[1] = {}) => plain("here", seen(10, 12, changes))

describe("natter top", () => {
  it("makes rates of counters, and percentiles of what came in between", () => {
    const { bytesOut, commit, deliveries, lag, loopBusy, mailbox, messages, outboxBytes, ...rest } = seen(10, 12)
    assert.deepStrictEqual(
      { bytesOut, deliveries, loopBusy, mailbox, messages, outboxBytes, batch: rest.batch },
      {
        bytesOut: 3 * 1024 * 1024,
        deliveries: 2300,
        loopBusy: 0.25,
        mailbox: 7,
        messages: 100,
        outboxBytes: 1024,
        batch: 2.5,
      },
    )
    assert.closeTo(lag.p50!, 0.001, 1e-9)
    assert.closeTo(lag.p99!, 0.00982, 1e-4)
    assert.closeTo(commit.p50!, 0.005, 1e-9)
  })

  it("asks for what a service declares", () => {
    const source = fs.readFileSync(path.join(import.meta.dirname, "../../../src/cli/top/Vitals.ts"), "utf8")
    const asked = [...source.matchAll(/"((?:natter|process)_\w+?)(?:_sum|_count)?"/g)].map(([, name]) => name!)
    assert.isAbove(asked.length, 20)
    assert.deepStrictEqual(
      asked.filter((name) => !(name in metrics)),
      [],
    )
  })

  it("takes a service that was started anew for one that begins at nothing", () => {
    const { messages } = vitals(new Samples(exposition(100)), new Samples(exposition(2)), 2)
    assert.strictEqual(messages, 100)
  })

  it("prints what it sees once", () => {
    assert.deepStrictEqual(lines().split("\n").slice(0, 5), [
      "natter 9.9.9   here   up 1 h 1 min   ready",
      "connections     23 of 1,000 (tcp 20, ws 3)",
      "sessions        23, 21 users, 4 channels",
      "messages        100/s",
      "deliveries      2,300/s",
    ])
    assert.include(lines(), "delivery lag    p50 1.00 ms, p99 9.82 ms\n")
    assert.include(lines(), "bytes out       3.0 MiB/s\n")
    assert.include(lines(), "event loop      25 % busy, late by p50 0.50 ms, p99 2.00 ms\n")
    assert.include(lines(), "disk            10.0 GiB free")
    assert.notInclude(lines(), "(!)")
    assert.strictEqual(JSON.parse(json(seen(10, 12))).connections.tcp, 20)
  })

  it("shows what somebody should look at", () => {
    assert.match(lines({ natter_data_free_bytes: 1000 }), /^disk +1000 B free {2}\(!\)$/m)
    assert.match(lines({ natter_slow_consumers_total: 2 }), /^left out .*1\.0\/s slow consumers.*\(!\)$/m)
    assert.match(lines({ natter_ready: 0 }), /NOT READY/)
    assert.match(lines({ 'natter_connections{transport="tcp"}': 950 }), /^connections +953 of 1,000 .*\(!\)$/m)
  })

  it("never draws a row as wide as the screen, nor more of them than it has", () => {
    const history = Array.from({ length: 50 }, (_, second) => seen(second, second + 1))
    for (const colours of [true, false]) {
      for (const columns of [1, 10, 20, 40, 80, 200]) {
        for (const rows of [1, 2, 5, 24, 60]) {
          const drawn = screen("http://[::1]:8080", history, "no answer", { columns, rows, colours })
          assert.isAtMost(drawn.length, rows)
          for (const row of drawn) {
            assert.isBelow(stringWidth(stripVTControlCharacters(row)), Math.max(2, columns))
            assert.strictEqual(row.includes("\u001b"), colours && row !== "")
          }
        }
      }
    }
  })

  it("draws values in columns, the latest at the right", () => {
    assert.strictEqual(spark([0, 1, undefined, 7], 6), "  ▁▂ █")
    assert.strictEqual(spark([9, 0, 0], 2), "▁▁")
    assert.strictEqual(spark([], 3), "   ")
  })
})
