import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { stripVTControlCharacters } from "node:util"
import stringWidth from "string-width"
import * as Comparison from "../../src/scenario/Comparison.ts"
import * as ComparisonReport from "../../src/scenario/ComparisonReport.ts"
import * as ComparisonText from "../../src/scenario/ComparisonText.ts"
import { fanOut, hostile, nothing } from "./report/results.ts"

const verdicts = (...all: ReadonlyArray<true | false | "not judged here">) =>
  all.map((holds, index) => ({ promise: index < 2 ? "p99" : `p${index}`, asked: "asked", found: String(holds), holds }))

describe("Comparison", () => {
  it("tells better from worse, and either from noise", () => {
    const row = (a: number | undefined, b: number | undefined, better: "lower" | "higher" | undefined) =>
      Comparison.meaning({ what: "", unit: "ms", a, b, better })
    assert.strictEqual(row(10, 10.4, "lower"), undefined)
    assert.strictEqual(row(10, 11, "lower"), "worse")
    assert.strictEqual(row(10, 9, "lower"), "better")
    assert.strictEqual(row(10, 9, "higher"), "worse")
    assert.strictEqual(row(0, 1, "lower"), "worse")
    assert.strictEqual(row(undefined, 1, "lower"), undefined)
    assert.strictEqual(row(1, 2, undefined), undefined)
  })

  it("takes medians over the measured part", () => {
    const a = fanOut()
    const points = Array.from({ length: 75 }, (_, at) => [at, at >= 10 && at <= 70 ? 5 : 1000] as const)
    const { medians } = Comparison.of({ ...a, series: [{ name: "delivery p99", unit: "ms", points }] }, a)
    assert.strictEqual(medians[0]!.a, 5)
    assert.strictEqual(medians[0]!.what, "delivery p99")
    assert.strictEqual(medians.find(({ what }) => what === "sent")!.a, undefined)
  })

  it("fails where a promise is broken that was kept, and nowhere else", () => {
    const of = (
      a: ReadonlyArray<true | false | "not judged here">,
      b: ReadonlyArray<true | false | "not judged here">,
    ) => Comparison.of({ ...fanOut(), verdicts: verdicts(...a) }, { ...fanOut(), verdicts: verdicts(...b) })
    assert.isTrue(Comparison.breaks(of([true, true], [true, false])))
    assert.isFalse(Comparison.breaks(of([true, false], [true, false])))
    assert.isFalse(Comparison.breaks(of([true, false], ["not judged here", true])))
    assert.isFalse(Comparison.breaks(of(["not judged here"], [false])))
    assert.deepStrictEqual(
      of([true, false, true, true], [false, true, "not judged here"]).promises.map(({ change }) => change),
      ["broken", "kept", "other", "other"],
    )
  })

  it("says plainly what else is not the same", () => {
    const a = fanOut()
    assert.deepStrictEqual(Comparison.of(a, fanOut({ seed: 2 })).caveats, [])
    const other = { ...a, processes: 2, seconds: 30, world: "remote" as const, machine: { ...a.machine, cores: 4 } }
    assert.deepStrictEqual(Comparison.of(a, other).caveats, [
      "The worlds differ: local, and remote.",
      "The machines differ: cores 2, and 4.",
      "The load came from 1 and from 2 processes.",
      "One took 75 s, the other 30 s: what is counted differs with that.",
    ])
    assert.include(Comparison.of(a, nothing()).caveats, "The runs are of different things: fan-out, and nobody.")
  })
})

describe("a comparison as text", () => {
  const b = fanOut({ slow: 8, seed: 5 })

  it("has both figures and their difference, and what became of the promises", () => {
    const text = ComparisonText.lines(Comparison.of(fanOut(), b), { columns: 80, colours: false }).join("\n")
    assert.match(text, /^delivery p50 +1\.1 ms +8\.84 ms +\+701 %$/m)
    assert.match(text, /^sent +3,012 +3,012 +=$/m)
    assert.match(text, /^ {2}p99 of delivery: holds -> does not hold\n {4}asked at most 50 ms\n {4}a {5}6\.5 ms\n/m)
    assert.notInclude(text, "\u001b")
  })

  it("stays in the terminal, and leaves it as it is", () => {
    const lines = ComparisonText.lines(Comparison.of(hostile(), b), { columns: 60, colours: true })
    const tables = lines.filter((line) => /(%|=|x|-)$/.test(stripVTControlCharacters(line)) && !line.startsWith(" "))
    assert.isAbove(tables.length, 20)
    assert.isTrue(tables.every((line) => stringWidth(line) <= 60))
    assert.notInclude(lines.join("\n"), "\u001b[2J")
  })
})

describe("a comparison as a page", () => {
  it.effect("has both results in it, drawn over one another", () =>
    Effect.gen(function* () {
      const page = yield* ComparisonReport.make(Comparison.of(fanOut(), fanOut({ slow: 8 })))
      assert.include(page, "b breaks 1 promise that a kept")
      assert.strictEqual([...page.matchAll(/id="result-\d"/g)].length, 2)
      assert.include(page, `<span class="worse">+700 %</span>`)
    }),
  )

  it.effect("escapes what others wrote", () =>
    Effect.gen(function* () {
      const page = yield* ComparisonReport.make(Comparison.of(hostile(), nothing()))
      assert.strictEqual([...page.matchAll(/<script/g)].length, 4)
      assert.notInclude(page, `alert("`)
      assert.include(page, "The runs are of different things: &lt;script&gt;")
    }),
  )
})
