/**
 * What the pages say, word for word: `golden/` has it, without the blanks between elements, a line for each element. Where it
 * changes on purpose: `npx vitest run test/scenario/report/pages.test.ts -u`, and read the difference.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import * as Comparison from "../../../src/scenario/Comparison.ts"
import * as ComparisonReport from "../../../src/scenario/ComparisonReport.ts"
import * as ComparisonText from "../../../src/scenario/ComparisonText.ts"
import * as Csv from "../../../src/scenario/Csv.ts"
import { Activity, Crowd, Expectation, Incident, Scenario } from "../../../src/scenario/index.ts"
import { chartsOf } from "../../../src/scenario/internal/report/charts.ts"
import { curvesOf } from "../../../src/scenario/internal/report/curve.ts"
import * as JUnit from "../../../src/scenario/JUnit.ts"
import * as Report from "../../../src/scenario/Report.ts"
import type { Result } from "../../../src/scenario/Result.ts"

const latency = (name: string, count: number, took: number, lost?: number): Result["latencies"][number] => ({
  name,
  unit: "ms",
  counts:
    count === 0
      ? []
      : [
          [690, count - 1],
          [830, 1],
        ],
  count,
  ...(lost === undefined ? {} : { lost }),
  min: took / 2,
  p50: took,
  p90: took * 2,
  p99: took * 3,
  p999: took * 4,
  max: took * 5,
  mean: took * 1.5,
})

/** A short run with a little of everything. */
const first: Result = {
  format: "natter-load/1",
  natter: "0.1.0",
  what: {
    name: "small",
    about: "A few talk & listen.",
    scenario: Scenario.make({
      name: "small",
      about: "A few talk & listen.",
      lasts: "4 seconds",
      settings: { "messages.burst": "5" },
      crowds: [
        Crowd.of("few", 3, {
          does: [Activity.talk({ perSecond: 1 }), Activity.converse({ thinks: { least: 1, most: 2 } })],
        }),
        Crowd.of("many", 9, { reads: { bytesPerSecond: 100 }, channels: 9 }),
      ],
      incidents: [Incident.at("1 second", Incident.cut({ crowd: "few" }))],
      holds: [Expectation.delivery, Expectation.p99("join", 5)],
    }),
  },
  world: "local",
  target: "127.0.0.1:1",
  machine: { cpu: "a chip", cores: 1, memory: 1024 ** 3, node: "v24", os: "Linux" },
  startedAt: "2026-11-23T07:00:00.000Z",
  seconds: 4,
  seed: 5,
  processes: 1,
  latencies: [latency("delivery", 100, 2, 1), latency("join", 3, 12_000), latency("catchUp", 0, 0)],
  series: [
    {
      name: "delivery p50",
      unit: "ms",
      points: [
        [0, 9],
        [1, 2],
        [2, 4],
        [5, 3],
      ],
    },
    {
      name: "delivery p99",
      unit: "ms",
      points: [
        [1, 20],
        [2, 0],
      ],
    },
    {
      name: "sent",
      unit: "/s",
      points: [
        [1, 3],
        [2, 5],
        [3, 4],
      ],
    },
    {
      name: "delivered",
      unit: "/s",
      points: [
        [1, 20],
        [2, 22],
      ],
    },
    {
      name: "errors",
      unit: "/s",
      points: [
        [1, 0],
        [2, 1],
      ],
    },
    { name: "members in", unit: "", points: [[1, 12]] },
    {
      name: "service memory",
      unit: "bytes",
      points: [
        [1, 3 * 1024 ** 2],
        [2, 2 * 1024 ** 2],
      ],
    },
    { name: "service cpu", unit: "%", points: [[1, 50]] },
    { name: "never", unit: "", points: [] },
  ],
  counters: { members: 12, sent: 12, delivered: 100 },
  errors: { Refused: 1, Draining: 3, Never: 0 },
  marks: [
    { at: 3, label: "over: <b>" },
    { at: 1, label: "measured part begins" },
    { at: 2, label: "few cut off" },
    { at: 5, label: "measured part ends" },
  ],
  verdicts: [
    { promise: "delivery", asked: "everything", found: "all", holds: true },
    { promise: "p99 of join", asked: "at most 5 ms", found: "36 s", holds: false },
    { promise: "memory", asked: "at most 1 MiB", found: "nobody knows", holds: "not judged here" },
    { promise: "delivery", asked: "everything", found: "all", holds: true },
    { promise: "presence", asked: "at most 3 frames each", found: "1 frames at most", holds: true },
    { promise: "recovery", asked: "within 1 s", found: "after 2 s", holds: false },
    { promise: "no errors", asked: "none", found: "nobody knows", holds: "not judged here" },
  ],
}

const [delivery, join] = first.latencies
const second: Result = {
  ...first,
  what: { ...first.what, scenario: { ...first.what.scenario!, lasts: 5000 } },
  startedAt: "2026-11-24T07:00:00.000Z",
  seed: 6,
  latencies: [{ ...delivery!, p50: 2.09, p90: 3.84, p99: 60 }, { ...join!, p99: 1 }, latency("signIn", 2, 7)],
  series: first.series.slice(0, 5).map(({ points, ...one }) => ({
    ...one,
    points: points.map(([at, value]) => [at + 1, value * 2] as const),
  })),
  counters: { members: 12, sent: 24, "given up": 2 },
  errors: { Refused: 4, Banned: 1 },
  marks: first.marks.map(({ at, label }) => ({ at: at + 1, label })),
  verdicts: [
    { promise: "delivery", asked: "everything", found: "1 not heard", holds: false },
    { promise: "p99 of join", asked: "at most 5 ms", found: "1 ms", holds: true },
    { promise: "memory", asked: "at most 1 MiB", found: "1 MiB", holds: true },
    { promise: "order", asked: "the same", found: "the same", holds: true },
    { promise: "presence", asked: "at most 3 frames each", found: "2 frames at most", holds: true },
    { promise: "recovery", asked: "within 1 s", found: "after 3 s", holds: false },
    { promise: "no errors", asked: "none", found: "2 Refused", holds: false },
  ],
}

const empty: Result = {
  ...first,
  what: { name: "empty", about: "Nothing." },
  processes: 3,
  seed: undefined as never,
  machine: { ...first.machine, cores: 4 },
  latencies: [],
  series: [],
  counters: {},
  errors: {},
  marks: [],
  verdicts: [],
}

/** What people see of a page: a line for each element, and each text. */
const seen = (page: string) => {
  const [title] = /<title>.*?<\/title>/s.exec(page)!
  const [, body] = /<main>(.*)<\/main>/s.exec(page)!
  return (
    `${title}\n${body!}`
      .replace(/\s+/g, " ")
      .replace(/ ?(<[^>]+>) ?/g, "\n$1\n")
      .replace(/\n+/g, "\n")
      .trim() + "\n"
  )
}

const golden = (name: string, text: string) =>
  Effect.promise(() => expect(text).toMatchFileSnapshot(`golden/${name}.txt`))

describe("the words of pages", () => {
  it.effect("of a result", () =>
    Effect.gen(function* () {
      yield* golden("report", seen(yield* Report.make(first, { command: "natter load run small" })))
      assert.include(yield* Report.make(first), ".verdict")
      assert.include(yield* Report.make(first), ".uplot")
      yield* golden("report-empty", seen(yield* Report.make(empty)))
    }),
  )

  it.effect("of a comparison", () =>
    Effect.gen(function* () {
      yield* golden("comparison", seen(yield* ComparisonReport.make(Comparison.of(first, second))))
      yield* golden("comparison-back", seen(yield* ComparisonReport.make(Comparison.of(second, first))))
      yield* golden("comparison-empty", seen(yield* ComparisonReport.make(Comparison.of(empty, first))))
    }),
  )

  it.effect("of a comparison on a terminal", () =>
    Effect.gen(function* () {
      const lines = (a: Result, b: Result, columns: number, colours: boolean) =>
        `${ComparisonText.lines(Comparison.of(a, b), { columns, colours })
          .map((line) => line.replaceAll("\u001b", "ESC"))
          .join("\n")}\n`
      yield* golden("terminal", lines(first, second, 80, true))
      yield* golden("terminal-back", lines(second, first, 80, true))
      yield* golden("terminal-narrow", lines(first, second, 56, false))
      yield* golden("terminal-empty", lines(empty, first, 80, true))
    }),
  )

  it.effect("of files for other programs", () =>
    Effect.gen(function* () {
      yield* golden("junit", JUnit.make(first))
      yield* golden("csv", Csv.make(first).replaceAll("\r\n", "\n"))
    }),
  )
})

describe("the graphs of pages", () => {
  const drawn = (...results: ReadonlyArray<Result>) => {
    const { charts, runs } = chartsOf(results, results.length === 1 ? [""] : ["a", "b"])
    return `${JSON.stringify({ runs, charts }, undefined, 1)}\n`
  }

  it.effect("are decided word for word", () =>
    Effect.gen(function* () {
      yield* golden("charts", drawn(first))
      yield* golden("charts-compared", drawn(first, second))
    }),
  )

  it("have the percentiles of all latencies that there were", () => {
    const rounded = (results: ReadonlyArray<Result>, labels: ReadonlyArray<string>) =>
      curvesOf(results, labels).map(({ lines, ...curve }) => ({
        ...curve,
        lines: lines.map(({ points, ...line }) => ({
          ...line,
          points: points.map((point) => point.map((one) => Number(one.toFixed(2)))),
        })),
      }))
    // 99 of a hundred took 0.96 ms, and the last one 10.
    const [hundred, three] = [
      [
        [0, 0.96],
        [2, 0.96],
        [2.3, 10],
      ],
      [
        [0, 0.96],
        [0.48, 0.96],
        [0.78, 60_000],
      ],
    ]
    assert.deepStrictEqual(rounded([first], [""]), [
      {
        id: "curve-0",
        title: "",
        lines: [
          { label: "delivery", colour: "c1", dash: false, points: hundred },
          { label: "join", colour: "c2", dash: false, points: three },
        ],
      },
    ])
    const [a, b] = [
      { label: "a", colour: "c1", dash: false },
      { label: "b", colour: "c2", dash: false },
    ] as const
    assert.deepStrictEqual(rounded([first, second], ["a", "b"]), [
      {
        id: "curve-0",
        title: "delivery",
        lines: [
          { ...a, points: hundred },
          { ...b, points: hundred },
        ],
      },
      {
        id: "curve-1",
        title: "join",
        lines: [
          { ...a, points: three },
          { ...b, points: three },
        ],
      },
      {
        id: "curve-2",
        title: "signIn",
        lines: [
          {
            ...b,
            points: [
              [0, 0.96],
              [0.3, 0.96],
              [0.6, 35],
            ],
          },
        ],
      },
    ])
  })
})
