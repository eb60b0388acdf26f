import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { chartsOf } from "../../../src/scenario/internal/report/charts.ts"
import { pointsOf } from "../../../src/scenario/internal/report/curve.ts"
import { inWords } from "../../../src/scenario/internal/report/words.ts"
import * as Report from "../../../src/scenario/Report.ts"
import { Result } from "../../../src/scenario/Result.ts"
import { fanOut, hostile, latencyOf, nothing, scenario, soak } from "./results.ts"

const scripts = (page: string) => [...page.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, text]) => text!)

describe("Report", () => {
  it.effect("says what was asked, what was found, and what could not be judged", () =>
    Effect.gen(function* () {
      const page = yield* Report.make(fanOut(), { command: "natter load run 'a<b'" })
      for (const part of ["<h1>fan-out</h1>", "4 of 5 promises hold, 1 not judged here", "at most 50 ms", "6.5 ms"])
        assert.include(page, part)
      for (const part of ["AMD EPYC 7B13, 2 cores", "8 GiB", "ConnectionLost", "natter load run &#39;a&lt;b&#39;"])
        assert.include(page, part)
      assert.include(yield* Report.make(fanOut({ slow: 8 })), "1 of 5 promises does not hold")
      assert.include(yield* Report.make(nothing()), "Nothing was promised")
    }),
  )

  it.effect("loads nothing, and lets nothing run but its own script", () =>
    Effect.gen(function* () {
      const page = yield* Report.make(fanOut())
      assert.notMatch(page, /<(link|img|iframe|base)\b|\b(src|href)=|@import|url\(/)
      const code = scripts(page).at(-1)!
      assert.include(code, "uPlot=")
      const hash = createHash("sha256").update(code).digest("base64")
      assert.include(
        page,
        `default-src 'none'; style-src 'unsafe-inline'; script-src &#39;sha256-${hash}&#39;`.replaceAll("'", "&#39;"),
      )
    }),
  )

  it.effect("shows names for what they are, whatever they would like to be", () =>
    Effect.gen(function* () {
      const page = yield* Report.make(hostile(), { command: "<script>" })
      assert.strictEqual([...page.matchAll(/<script/g)].length, 3)
      assert.strictEqual([...page.matchAll(/<!--/g)].length, 0)
      assert.strictEqual([...page.matchAll(/alert\("/g)].length, 0)
      const [result, charts] = scripts(page).map((text) => text)
      assert.strictEqual(JSON.parse(result!).what.name, hostile().what.name)
      assert.strictEqual(JSON.parse(charts!).runs[0].marks[0].label, hostile().what.name)
    }),
  )

  it.effect("has the whole result in it, and is small", () =>
    Effect.gen(function* () {
      const result = soak()
      const page = yield* Report.make(result)
      assert.isBelow(page.length, 500_000)
      const read = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Result))(scripts(page)[0])
      assert.deepStrictEqual(read.latencies, result.latencies)
      assert.deepStrictEqual(read.verdicts, result.verdicts)
      assert.strictEqual(read.series[0]!.points.length, result.series[0]!.points.length)
    }),
  )
})

describe("the scenario of a report", () => {
  it("is told in words", () => {
    const words = inWords(scenario)
      .text.replace(/<[^>]*>|\s+/g, " ")
      .replace(/ +/g, " ")
    for (const part of [
      "lasts 1m",
      "name speakers &lt;b&gt;, count 10, arrives (over 2s)",
      "does: Talk: every second 5",
    ])
      assert.include(words, part)
    for (const part of ["c6, c7 and 32 more", "at 10s, what (Kill: down 2s)", "Percentile: of delivery, share 0.99"])
      assert.include(words, part)
  })
})

describe("the graphs of a report", () => {
  const titles = (...results: ReadonlyArray<Result>) =>
    chartsOf(results, results.length === 1 ? [""] : ["a", "b"]).charts.map(({ title }) => title)

  it("are one for each kind of latency, and for what is as high as one another", () => {
    assert.deepStrictEqual(titles(fanOut()), [
      "Latency: delivery",
      "Latency: acknowledgement",
      "Sent",
      "Delivered",
      "Errors",
      "Members in",
      "Service memory",
      "Service cpu",
    ])
    const echo = fanOut()
    const series = echo.series.map((one) =>
      one.name === "sent" ? { ...one, points: one.points.map(([at]) => [at, 4_000] as const) } : one,
    )
    assert.include(titles({ ...echo, series }), "Sent, delivered")
  })

  it("leave out what was never measured", () => {
    const { charts, curves } = chartsOf([nothing()], [""])
    assert.deepStrictEqual(
      charts.map(({ title }) => title),
      ["Sent"],
    )
    assert.deepStrictEqual(curves, [])
  })

  it("know which part was measured, and number what happened", () => {
    const [run] = chartsOf([fanOut()], [""]).runs
    assert.deepStrictEqual(run!.measured, [10, 70])
    assert.deepStrictEqual(
      run!.marks.map(({ label, name }) => `${name} ${label}`),
      ["1 everyone is in", "2 server killed, down for 2 s", "3 server is back", "4 30 % of listeners cut"],
    )
  })

  it("lay two runs over one another, from where each is measured", () => {
    const { charts, curves, runs } = chartsOf([fanOut(), fanOut({ slow: 2 })], ["a", "b"])
    assert.deepStrictEqual(
      runs.map(({ marks, shift }) => [shift, marks[0]!.name]),
      [
        [10, "a1"],
        [10, "b1"],
      ],
    )
    assert.deepStrictEqual(
      charts[0]!.lines.map(({ colour, dash, label }) => `${label} ${colour} ${dash}`),
      ["a p50 c1 true", "a p99 c1 false", "b p50 c2 true", "b p99 c2 false"],
    )
    assert.deepStrictEqual(
      curves.map(({ title }) => title),
      ["delivery", "acknowledgement", "signIn"],
    )
  })

  it("draw percentiles by the number of nines", () => {
    const latency = latencyOf("delivery", 10_000, 10)
    const points = pointsOf(latency)
    const near = (nines: number) => points.find(([at]) => at >= nines)![1]
    assert.strictEqual(points[0]![0], 0)
    assert.approximately(near(Math.log10(2)), latency.p50, latency.p50 * 0.03)
    assert.approximately(near(1), latency.p90, latency.p90 * 0.05)
    assert.approximately(points.at(-1)![0], 4.3, 0.01)
    assert.strictEqual(points.at(-1)![1], latency.max)
    assert.isTrue(points.every(([at, value], index) => index === 0 || (at >= points[index - 1]![0] && value > 0)))
    assert.deepStrictEqual(pointsOf(latencyOf("none", 0, 1)), [])
  })
})
