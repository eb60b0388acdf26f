/** The rows, the line and the rates of which progress is made. */
import { assert, describe, it } from "@effect/vitest"
import { Rates } from "../../src/load/internal/progress/rates.ts"
import { back, lineOf, rowsOf } from "../../src/load/internal/progress/rows.ts"
import type { Snapshot } from "../../src/scenario/Snapshot.ts"

const snapshot: Snapshot = {
  name: "fan-out",
  phase: "measuring",
  elapsed: 30,
  lasts: 60,
  membersIn: 3,
  members: 3,
  sent: 0,
  delivered: 0,
  latency: { p50: 1.234, p99: 17.6 },
  errors: 0,
}

const rates = { sent: 12.34, delivered: 99.96 }
const rows = (more: Partial<Snapshot> = {}, columns = 120, colours = false) =>
  rowsOf({ ...snapshot, ...more }, rates, { columns, colours })
const line = (more: Partial<Snapshot> = {}, perSecond = rates) => lineOf({ ...snapshot, ...more }, perSecond)

describe("the rows of a terminal", () => {
  it("say how far it is, and what there is", () => {
    assert.deepStrictEqual(rows(), [
      "fan-out   measuring",
      `${"█".repeat(20)}${"░".repeat(20)}  50 %   0:30 of 1:00, 0:30 left`,
      "3 of 3 in   12.3/s sent   100/s delivered   p50 1.23 ms, p99 17.6 ms   0 errors",
    ])
    const { latency: _, lasts: __, ...open } = snapshot
    assert.deepStrictEqual(rowsOf(open, rates, { columns: 120, colours: false }), [
      "fan-out   measuring",
      "0:30",
      "3 of 3 in   12.3/s sent   100/s delivered   0 errors",
    ])
  })

  it("never go beyond its end, nor before its beginning", () => {
    assert.strictEqual(rows({ elapsed: 90 })[1], `${"█".repeat(40)} 100 %   1:00 of 1:00, 0:00 left`)
    assert.strictEqual(rows({ elapsed: 0 })[1], `${"░".repeat(40)}   0 %   0:00 of 1:00, 1:00 left`)
    assert.strictEqual(rows({ elapsed: 59.9 })[1]!.slice(40), "  99 %   1:00 of 1:00, 0:00 left")
    assert.strictEqual(rows({ elapsed: 0, lasts: 0 })[1], `${"░".repeat(40)}   0 %   0:00 of 0:00, 0:00 left`)
  })

  it("break between parts, in a bar as long as there is room, or in a row of its own", () => {
    const [, bar] = rows({}, 60)
    assert.strictEqual(bar, `${"█".repeat(14)}${"░".repeat(13)}  50 %   0:30 of 1:00, 0:30 left`)
    assert.lengthOf(bar!, 59)
    assert.strictEqual(rows({}, 43)[1], `${"█".repeat(5)}${"░".repeat(5)}  50 %   0:30 of 1:00, 0:30 left`)
    assert.deepStrictEqual(rows({}, 42).slice(1), [
      `${"█".repeat(18)}${"░".repeat(17)}  50 %`,
      "0:30 of 1:00, 0:30 left",
      "3 of 3 in   12.3/s sent   100/s delivered",
      "p50 1.23 ms, p99 17.6 ms   0 errors",
    ])
    assert.deepStrictEqual(rows({ name: "a name that is too long" }, 12)[0], "a name tha…")
    assert.deepStrictEqual(rows({ name: "日本語日本語" }, 8)[0], "日本語…")
    // A window may be narrower than anything that is to be said.
    assert.deepStrictEqual(
      [0, 1, 2, 4, 6].map((columns) => rows({ name: "日本語" }, columns)[0]),
      ["…", "…", "…", "日…", "日本…"],
    )
  })

  it("have colours for what matters", () => {
    const paint = (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`
    const [title, time, parts] = rows({ membersIn: 2, errors: 1, incident: "cut" }, 140, true)
    assert.strictEqual(title, `${paint(1, "fan-out")}   ${paint(2, "measuring")}`)
    assert.isTrue(time!.startsWith("\u001b[32m█"))
    assert.strictEqual(
      parts,
      `${paint(33, "2 of 3 in")}   12.3/s sent   100/s delivered   p50 1.23 ms, p99 17.6 ms   ${paint(31, "1 error")}   ${paint(33, "! cut")}`,
    )
    // Who has not arrived yet is not missing.
    assert.isTrue(rows({ membersIn: 2, phase: "arriving" }, 140, true)[2]!.startsWith("2 of 3 in "))
    assert.match(rows({ membersIn: 3 }, 140, true)[2]!, /^3 of 3 in .* 0 errors$/)
  })

  it("are taken back by as many lines as they take now", () => {
    assert.strictEqual(back([], 80), "\r")
    assert.strictEqual(back(["a", "b"], 80), "\r\u001b[2A")
    assert.strictEqual(back(["x".repeat(80), "", "x".repeat(81)], 80), "\r\u001b[4A")
  })
})

describe("the line of a log", () => {
  it("says the same", () => {
    assert.strictEqual(
      line({ incident: "cut\u001b", errors: 1234, name: "a\u001bb" }),
      "a\\u001bb: measuring, 0:30 of 1:00, 3 of 3 in, 12.3/s sent, 100/s delivered, p50 1.23 ms, p99 17.6 ms, 1,234 errors, ! cut\\u001b",
    )
  })

  it("has figures that people read", () => {
    const latency = (p50: number, p99: number) => /p50 .*, p99 .*?(?=,)/.exec(line({ latency: { p50, p99 } }))![0]
    assert.strictEqual(latency(9.994, 9.995), "p50 9.99 ms, p99 10.0 ms")
    assert.strictEqual(latency(99.94, 99.95), "p50 99.9 ms, p99 100 ms")
    assert.strictEqual(latency(9999, 9999.5), "p50 9999 ms, p99 10.0 s")
    const rate = (sent: number) => / ([^ ]+)\/s sent/.exec(line({}, { sent, delivered: 0 }))![1]
    assert.deepStrictEqual([0, 0.04, 99.94, 99.95, 12_345.6].map(rate), ["0", "0.0", "99.9", "100", "12,346"])
    const time = (elapsed: number, lasts: number) => /measuring, (.*?), 3 of/.exec(line({ elapsed, lasts }))![1]
    assert.strictEqual(time(59.6, 3599.4), "1:00 of 59:59")
    assert.strictEqual(time(3600, 7325), "1:00:00 of 2:02:05")
    assert.strictEqual(time(-5, 61), "0:00 of 1:01")
  })
})

describe("rates", () => {
  it("are those of the last three seconds", () => {
    const all = new Rates()
    assert.deepStrictEqual(all.now, { sent: 0, delivered: 0 })
    const add = (elapsed: number, sent: number) => {
      all.add({ ...snapshot, elapsed, sent, delivered: sent * 2 })
      return all.now
    }
    assert.deepStrictEqual(add(0, 100), { sent: 0, delivered: 0 })
    assert.deepStrictEqual(add(1, 110), { sent: 10, delivered: 20 })
    assert.deepStrictEqual(add(2, 130), { sent: 15, delivered: 30 })
    assert.deepStrictEqual(add(3, 130), { sent: 10, delivered: 20 })
    assert.deepStrictEqual(add(4, 170), { sent: 20, delivered: 40 })
    assert.deepStrictEqual(add(10, 230), { sent: 10, delivered: 20 })
  })

  it("take what comes often as one", () => {
    const all = new Rates()
    const add = (elapsed: number, sent: number) => all.add({ ...snapshot, elapsed, sent, delivered: 0 })
    add(0, 0)
    add(0.05, 5)
    assert.strictEqual(all.now.sent, 100)
    for (let n = 1; n <= 1000; n++) add(0.05 + n / 1000, n)
    assert.approximately(all.now.sent, 1000 / 1.05, 100)
    assert.isBelow((all as unknown as { readonly points: ReadonlyArray<unknown> }).points.length, 15)
    // And are still those of the last seconds: from the fifth on there were twice as many.
    for (let n = 1001; n <= 10_000; n++) add(0.05 + n / 1000, n <= 5000 ? n : 2 * n - 5000)
    assert.approximately(all.now.sent, 2000, 1)
    // At the same moment there is no rate.
    const still = new Rates()
    still.add(snapshot)
    still.add({ ...snapshot, sent: 5 })
    assert.deepStrictEqual(still.now, { sent: 0, delivered: 0 })
  })
})
