/** The script of a page, run over what a browser would give it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createRequire } from "node:module"
import { runInNewContext } from "node:vm"
import * as Comparison from "../../../src/scenario/Comparison.ts"
import * as ComparisonReport from "../../../src/scenario/ComparisonReport.ts"
import { script } from "../../../src/scenario/internal/report/script.ts"
import * as Report from "../../../src/scenario/Report.ts"
import { fanOut, hostile, nothing, soak } from "./results.ts"

type Column = ReadonlyArray<number | null | undefined>

interface Plot {
  readonly options: {
    readonly hooks?: { readonly draw: ReadonlyArray<(plot: unknown) => void> }
    readonly axes: ReadonlyArray<{
      readonly values: (plot: unknown, ticks: ReadonlyArray<number>) => ReadonlyArray<string>
    }>
    readonly series: ReadonlyArray<{
      readonly label: string
      readonly value: (plot: unknown, value: number | null) => string
    }>
  }
  readonly data: ReadonlyArray<Column>
}

const { join, paths } = createRequire(import.meta.url)("uplot")

/** Opens a page: the graphs that it draws. */
const open = (page: string): ReadonlyArray<Plot> => {
  const plots: Array<Plot> = []
  class uPlot {
    static readonly join = join
    static readonly paths = paths
    constructor(options: Plot["options"], data: Plot["data"]) {
      plots.push({ options, data })
    }
  }
  const elements = new Map(
    [...page.matchAll(/<script type="application\/json" id="([^"]+)">(.*?)<\/script>/gs)].map(([, id, textContent]) => [
      id!,
      { textContent },
    ]),
  )
  const document = {
    documentElement: {},
    getElementById: (id: string) => elements.get(id) ?? { clientWidth: 600, dataset: { height: "150" } },
  }
  runInNewContext(script, {
    document,
    uPlot,
    devicePixelRatio: 1,
    addEventListener: () => {},
    getComputedStyle: () => ({ getPropertyValue: () => " #123456" }),
    matchMedia: () => ({ addEventListener: () => {} }),
    ResizeObserver: class {
      observe() {}
    },
  })
  return plots
}

/** What is written over a graph of ten pixels a second. */
const written = ({ options }: Plot): ReadonlyArray<string> => {
  const texts: Array<string> = []
  const measureText = (text: string) => ({ width: text.length * 6 })
  const ctx = new Proxy(
    { fillText: (text: string) => texts.push(text), measureText },
    {
      get: (known, name) => Reflect.get(known, name) ?? (() => {}),
      set: () => true,
    },
  )
  const plot = { ctx, bbox: { left: 0, top: 20, width: 750, height: 100 }, valToPos: (at: number) => at * 10 }
  for (const draw of options.hooks?.draw ?? []) draw(plot)
  return texts
}

describe("the script of a page", () => {
  it.effect("draws all graphs, with gaps where nothing was measured", () =>
    Effect.gen(function* () {
      const plots = open(yield* Report.make(fanOut()))
      assert.deepStrictEqual(
        plots.map(({ options }) =>
          options.series
            .map(({ label }) => label.trim())
            .join(" ")
            .trim(),
        ),
        [
          "p50 p99",
          "p50 p99",
          "sent",
          "delivered",
          "errors",
          "members in",
          "service memory",
          "service cpu",
          "delivery acknowledgement signIn",
        ],
      )
      const [at, memory] = plots[6]!.data
      assert.strictEqual(memory![at!.indexOf(38)], null)
      assert.approximately(memory![0]!, 90, 2)
      assert.strictEqual(plots[6]!.options.series[1]!.value(undefined, 123.456), "123 MiB")
      assert.strictEqual(plots[2]!.data[1]![40], 0)
    }),
  )

  it.effect("writes what happened where there is room, and its number where there is not", () =>
    Effect.gen(function* () {
      const [few] = open(yield* Report.make(fanOut()))
      assert.deepStrictEqual(written(few!), [
        "1 everyone is in",
        "2 server killed, down for 2 s",
        "3 server is back",
        "4 30 % of listeners cut",
      ])
      const [many] = open(yield* Report.make(soak()))
      assert.strictEqual(written(many!)[0], "1 a fifth of everyone cut")
      const close = fanOut()
      const [dense] = open(
        yield* Report.make({ ...close, marks: [30, 31, 32].map((at) => ({ at, label: "x".repeat(60) })) }),
      )
      assert.deepStrictEqual(written(dense!), ["1", "2", `3 ${"x".repeat(60)}`])
    }),
  )

  it.effect("survives runs without figures, names of all kinds, and two runs at once", () =>
    Effect.gen(function* () {
      assert.strictEqual(open(yield* Report.make(nothing())).length, 1)
      assert.isAbove(open(yield* Report.make(hostile())).length, 8)
      const [compared] = open(yield* ComparisonReport.make(Comparison.of(fanOut(), fanOut({ seconds: 90, slow: 2 }))))
      assert.strictEqual(compared!.data.length, 5)
      // Of deliveries the first are those of the third second, and what is measured begins with the tenth.
      assert.strictEqual(compared!.data[0]![0], -7)
    }),
  )
})
