/** The parts of which pages are made. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Comparison from "../../../src/scenario/Comparison.ts"
import { chartsOf, marksOf, measuredPart } from "../../../src/scenario/internal/report/charts.ts"
import { pointsOf } from "../../../src/scenario/internal/report/curve.ts"
import { type Content, html, json, table, verbatim } from "../../../src/scenario/internal/report/html.ts"
import { bytes, change, duration, figure, latency, measured } from "../../../src/scenario/internal/report/numbers.ts"
import { inWords } from "../../../src/scenario/internal/report/words.ts"
import { type Result, summary } from "../../../src/scenario/Result.ts"
import { fanOut } from "./results.ts"

/** What is found of each, and what was expected. */
const found = <A, B>(of: (a: A) => B, ...pairs: ReadonlyArray<readonly [A, B]>): [Array<B>, Array<B>] => [
  pairs.map(([given]) => of(given)),
  pairs.map(([, expected]) => expected),
]

describe("figures", () => {
  it("have three digits, or all before the point", () => {
    assert.deepStrictEqual(
      ...found(
        figure,
        [0, "0"],
        [1, "1"],
        [12, "12"],
        [-3, "-3"],
        [1234.5, "1,235"],
        [99.95, "100"],
        [99.94, "99.9"],
        [-99.96, "-100"],
        [1.2345, "1.23"],
        [0.0005, "0.0005"],
        [0.00049, "5e-4"],
        [-0.0001, "-1e-4"],
        [0.5, "0.5"],
        [Number.NaN, "–"],
        [Number.POSITIVE_INFINITY, "–"],
      ),
    )
  })

  it("have the unit that people read best", () => {
    assert.deepStrictEqual(
      ...found(latency, [9999.4, "9,999 ms"], [9999.5, "10 s"], [1.234, "1.23 ms"], [60_000, "60 s"]),
    )
    assert.deepStrictEqual(
      ...found(bytes, [1024 ** 3, "1 GiB"], [1024 ** 3 - 1, "1,024 MiB"], [1024 ** 2 / 2, "0.5 MiB"]),
    )
    const value = ([number, unit]: readonly [number, string]) => measured(number, unit)
    assert.deepStrictEqual(
      ...found(value, [[12_000, "ms"], "12 s"], [[1024 ** 2, "bytes"], "1 MiB"], [[5, ""], "5"], [[5, "/s"], "5/s"]),
    )
    assert.deepStrictEqual(...found(value, [[5, "%"], "5 %"], [[5, "MiB/s"], "5 MiB/s"]))
    assert.deepStrictEqual(
      ...found(
        duration,
        [59.94, "59.9 s"],
        [60, "1:00 min"],
        [62.4, "1:02 min"],
        [3599, "59:59 min"],
        [3600, "1:00:00 h"],
        [3723.6, "1:02:04 h"],
        [7325, "2:02:05 h"],
      ),
    )
  })

  it("differ by percents, or by a factor", () => {
    assert.deepStrictEqual(
      ...found(
        ([from, to]: readonly [number, number]) => change(from, to),
        [[5, 5], "="],
        [[0, 0], "="],
        [[0, 5], "–"],
        [[10, 11], "+10 %"],
        [[10, 10.99], "+9.9 %"],
        [[10, 9], "-10 %"],
        [[100, 96.6], "-3.4 %"],
        [[10, 99], "+890 %"],
        [[10, 100], "10x"],
        [[10, 0], "-100 %"],
      ),
    )
  })
})

describe("markup", () => {
  it("escapes what is none, and puts nothing round anything", () => {
    const text = (content: Content) => html`<p title="${content}">${content}</p>`.text
    assert.strictEqual(text(`&<>"'&`), `<p title="&amp;&lt;&gt;&quot;&#39;&amp;">&amp;&lt;&gt;&quot;&#39;&amp;</p>`)
    assert.strictEqual(text(undefined), `<p title=""></p>`)
    assert.strictEqual(text(0), `<p title="0">0</p>`)
    assert.strictEqual(html`${["<", html`<i>a</i>`, [1, undefined, "&"]]}`.text, "&lt;<i>a</i>1&amp;")
    assert.strictEqual(verbatim("style", "a > b").text, "<style>a > b</style>")
    assert.strictEqual(
      json("x", { a: "</script><!--" }).text,
      `<script type="application/json" id="x">{"a":"\\u003c/script>\\u003c!--"}</script>`,
    )
    assert.notInclude(table([], [["a"]]).text, "<thead>")
    assert.include(table(["b"], [["a"]]).text, `<th scope="col">b</th>`)
    assert.include(table([], []).text, `class="figures"`)
  })
})

describe("a scenario in words", () => {
  const words = (scenario: object) =>
    inWords(scenario)
      .text.replace(/<[^>]*>/g, "|")
      .replace(/\s+/g, " ")
      .replace(/[| ]*\|[| ]*/g, "|")

  it("leaves out what is not there, and counts what is too much", () => {
    assert.strictEqual(
      words({
        name: "n",
        about: "a",
        lastsFor: Duration.seconds(5),
        none: [],
        nothing: undefined,
        off: false,
        null: null,
        list: [1, 2, 3, 4, 5, 6, 7, 8],
        more: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        empty: {},
        part: { oneThing: 1, inner: { a: 2, left: [] } },
        tagged: { _tag: "ErrorRate" },
        many: [
          { _tag: "BigCut", share: 1 },
          { a: [{ b: 1 }], c: [1] },
        ],
      }),
      "|lasts for|5s|off|false|null|null|list|1, 2, 3, 4, 5, 6, 7, 8|more|1, 2, 3, 4, 5, 6, 7, 8 and 2 more|empty|" +
        "part|one thing 1, inner (a 2)|tagged|Error rate|many|Big cut: share 1|c 1|a:|b 1|",
    )
  })
})

describe("all promises in one sentence", () => {
  it("says how many hold, and how many do not", () => {
    const of = (...holds: ReadonlyArray<Result["verdicts"][number]["holds"]>) => {
      const { kind, text } = summary({
        verdicts: holds.map((one) => ({ promise: "p", asked: "a", found: "f", holds: one })),
      })
      return `${kind}: ${text}`
    }
    const open = "not judged here" as const
    assert.strictEqual(of(), "open: Nothing was promised")
    assert.strictEqual(of(true), "good: The promise holds")
    assert.strictEqual(of(false), "bad: The promise does not hold")
    assert.strictEqual(of(open), "open: Nothing could be judged here")
    assert.strictEqual(of(true, true), "good: All 2 promises hold")
    assert.strictEqual(of(true, false), "bad: 1 of 2 promises does not hold")
    assert.strictEqual(of(false, false), "bad: 2 of 2 promises do not hold")
    assert.strictEqual(of(true, open), "good: 1 of 2 promises hold, 1 not judged here")
    assert.strictEqual(of(false, open, open), "bad: 1 of 3 promises does not hold, 2 not judged here")
  })
})

describe("what was measured when", () => {
  const marked = (...marks: ReadonlyArray<readonly [number, string]>) => ({
    ...fanOut(),
    seconds: 99,
    marks: marks.map(([at, label]) => ({ at, label })),
  })

  it("is known by its marks, and goes on to the end where that is not marked", () => {
    assert.deepStrictEqual(measuredPart(marked([1, "measured part begins"], [5, "measured part ends"])), [1, 5])
    assert.deepStrictEqual(measuredPart(marked([1, "measured part begins"])), [1, 99])
    assert.isUndefined(measuredPart(marked([5, "measured part ends"], [6, "the measured part begins"])))
  })

  it("has the other marks numbered in the order of time", () => {
    const result = marked([7, "b"], [1, "measured part begins"], [3, "a"], [9, "measured part ends"])
    assert.deepStrictEqual(marksOf(result), [
      { at: 3, label: "a", name: "1" },
      { at: 7, label: "b", name: "2" },
    ])
    assert.strictEqual(marksOf(result, "a")[1]!.name, "a2")
  })
})

describe("which lines share a graph", () => {
  const titles = (...series: ReadonlyArray<readonly [name: string, unit: string, ...values: ReadonlyArray<number>]>) =>
    chartsOf(
      [
        {
          ...fanOut(),
          series: series.map(([name, unit, ...values]) => ({
            name,
            unit,
            points: values.map((value, at) => [at, value] as const),
          })),
        },
      ],
      [""],
    ).charts.map(({ lines, title, unit }) => `${title} (${unit}): ${lines.length}`)

  it("are those of a kind that are about equally high", () => {
    assert.deepStrictEqual(titles(["sent", "/s", 1], ["got", "/s", 8]), ["Sent, got (/s): 2"])
    assert.deepStrictEqual(titles(["sent", "/s", 1], ["got", "/s", 8.1]), ["Sent (/s): 1", "Got (/s): 1"])
    assert.deepStrictEqual(titles(["ping p50", "ms", 1], ["ping p99", "ms", 100]), ["Latency: ping (ms): 2"])
    // One that is always 0 lies flat anywhere.
    assert.deepStrictEqual(titles(["sent", "/s", 0], ["got", "/s", 800]), ["Sent, got (/s): 2"])
  })

  it("are in an order, whatever they are called", () => {
    assert.deepStrictEqual(
      titles(
        ["service cpu", "%", 1],
        ["heap memory", "x", 1],
        ["disk", "MiB", 1],
        ["sockets", "", 1],
        ["files", "", 1],
        ["Errors of all", "/s", 1],
        ["sent out", "", 1],
        ["answered", "MiB/s", 1],
        ["ping max", "ms", 1],
        ["ping median", "ms", 1],
        ["pong p99.9", "ms", 1],
      ),
      [
        "Latency: ping (ms): 2",
        "Latency: pong (ms): 1",
        "Sent out, answered (): 2",
        "Errors of all (/s): 1",
        "Sockets (): 1",
        "Files (): 1",
        "Heap memory, disk (x): 2",
        "Service cpu (%): 1",
      ],
    )
  })
})

describe("a curve of percentiles", () => {
  const of = (count: number, counts: ReadonlyArray<readonly [number, number]>) =>
    pointsOf({ name: "", unit: "ms", counts, count, min: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 7, mean: 0 }).map(
      ([nines, millis]) => [Number(nines.toFixed(3)), Number(millis.toFixed(3))],
    )

  it("has the nines below each bucket, and the slowest at the end", () => {
    assert.deepStrictEqual(
      of(10, [
        [694, 9],
        [230, 1],
      ]),
      [
        [0, 0.01],
        [0.046, 0.01],
        [1.301, 7],
      ],
    )
    assert.deepStrictEqual(
      of(1000, [
        [0, 900],
        [1, 1],
        [2, 90],
        [3, 9],
      ]),
      [
        [0, 0.001],
        [1, 0.001],
        [2.046, 0.001],
        [3.301, 7],
      ],
    )
    assert.deepStrictEqual(of(0, []), [])
  })
})

describe("what is compared", () => {
  const { meaning } = Comparison
  const row = (a: number, b: number, better: "lower" | "higher") => meaning({ what: "", unit: "", a, b, better })

  it("is not called better up to a twentieth", () => {
    assert.isUndefined(row(100, 105, "lower"))
    assert.isUndefined(row(100, 95, "higher"))
    assert.isUndefined(row(-100, -104, "lower"))
    assert.strictEqual(row(100, 105.1, "lower"), "worse")
    assert.strictEqual(row(100, 94.9, "lower"), "better")
    assert.strictEqual(row(100, 105.1, "higher"), "better")
    assert.isUndefined(meaning({ what: "", unit: "", a: 1, b: undefined, better: "lower" }))
  })
})
