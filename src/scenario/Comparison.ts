/** Two results side by side: what became faster or slower, and which promises are broken now. */
import { measuredPart } from "./internal/report/charts.ts"
import type { Result } from "./Result.ts"

type Holds = Result["verdicts"][number]["holds"]

/** One figure in both results. */
export interface Row {
  readonly what: string
  /** As in a result: `ms`, `bytes`, `/s`; none for a count. */
  readonly unit: string
  /** Absent where the run has no such figure. */
  readonly a: number | undefined
  readonly b: number | undefined
  /** Absent where neither is better. */
  readonly better: "lower" | "higher" | undefined
}

/** A promise, and its verdict in both results. */
export interface PromiseChange {
  readonly promise: string
  readonly a: Verdict | undefined
  readonly b: Verdict | undefined
  /** `broken`: kept by a and not by b; `kept`: the other way round. */
  readonly change: "broken" | "kept" | "other" | undefined
}

interface Verdict {
  readonly holds: Holds
  readonly asked: string
  readonly found: string
}

export interface Comparison {
  readonly a: Result
  readonly b: Result
  /** Reasons for which the figures may differ although nothing became better or worse, a sentence each. */
  readonly caveats: ReadonlyArray<string>
  readonly latencies: ReadonlyArray<Row>
  /** The medians of what was measured each second, over the measured part. */
  readonly medians: ReadonlyArray<Row>
  readonly counters: ReadonlyArray<Row>
  readonly errors: ReadonlyArray<Row>
  readonly promises: ReadonlyArray<PromiseChange>
}

/** Whether b breaks a promise that a kept. */
export const breaks = ({ promises }: Comparison): boolean => promises.some(({ change }) => change === "broken")

/** Differences up to this are not called better or worse: two runs of the same thing differ as much. */
const noise = 0.05

/** Whether b is better or worse than a; undefined where it is neither. */
export const meaning = ({ a, b, better }: Row): "better" | "worse" | undefined => {
  if (a === undefined || b === undefined || better === undefined) return undefined
  if (Math.abs(b - a) <= noise * Math.abs(a)) return undefined
  return b < a === (better === "lower") ? "better" : "worse"
}

/** The names that are in either, those of the first before the others. */
const both = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set([...a, ...b])]

const latencyRows = (a: Result, b: Result): ReadonlyArray<Row> => {
  const figures = [
    ["p50", "p50"],
    ["p90", "p90"],
    ["p99", "p99"],
    ["p999", "p99.9"],
    ["max", "max"],
  ] as const
  const find = ({ latencies }: Result, name: string) => latencies.find((one) => one.name === name && one.count > 0)
  const names = both(...([a, b].map(({ latencies }) => latencies.map(({ name }) => name)) as [string[], string[]]))
  return names.flatMap((name) => {
    const [inA, inB] = [find(a, name), find(b, name)]
    if (inA === undefined && inB === undefined) return []
    return figures.map(([key, shown]): Row => ({
      what: `${name} ${shown}`,
      unit: "ms",
      a: inA?.[key],
      b: inB?.[key],
      better: "lower",
    }))
  })
}

type Series = Result["series"][number]

const median = (values: ReadonlyArray<number>): number | undefined =>
  values.toSorted((a, b) => a - b)[values.length >> 1]

/** The median over the measured part; over the whole run, where that is not marked. */
const medianOf = (result: Result, series: Series | undefined): number | undefined => {
  const [from, to] = measuredPart(result) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return median((series?.points ?? []).filter(([at]) => at >= from && at <= to).map(([, value]) => value))
}

const betterOf = ({ name, unit }: Series): Row["better"] => {
  if (unit === "ms" || /error|memory|cpu/i.test(name)) return "lower"
  return unit.includes("/s") || /^(sent|delivered)\b/.test(name) ? "higher" : undefined
}

const medianRows = (a: Result, b: Result): ReadonlyArray<Row> => {
  const names = both(
    a.series.map(({ name }) => name),
    b.series.map(({ name }) => name),
  )
  return names.flatMap((what) => {
    const [inA, inB] = [a, b].map(({ series }) => series.find(({ name }) => name === what))
    const { unit } = (inA ?? inB)!
    const row: Row = { what, unit, a: medianOf(a, inA), b: medianOf(b, inB), better: betterOf((inA ?? inB)!) }
    return row.a === undefined && row.b === undefined ? [] : [row]
  })
}

const countRows = (
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
  better: Row["better"],
): ReadonlyArray<Row> =>
  both(Object.keys(a), Object.keys(b)).map((what) => ({ what, unit: "", a: a[what], b: b[what], better }))

/** The same promise may be made more than once: then the first of a is compared with the first of b, and so on. */
const promisesOf = (a: Result, b: Result): ReadonlyArray<PromiseChange> => {
  const numbered = ({ verdicts }: Result) => {
    const seen = new Map<string, number>()
    return new Map(
      verdicts.map((verdict) => {
        const before = seen.get(verdict.promise) ?? 0
        seen.set(verdict.promise, before + 1)
        return [`${verdict.promise} ${before}` as string, verdict] as const
      }),
    )
  }
  const [inA, inB] = [numbered(a), numbered(b)]
  return both([...inA.keys()], [...inB.keys()]).map((key) => {
    const [before, after] = [inA.get(key), inB.get(key)]
    const change =
      before?.holds === after?.holds
        ? undefined
        : before?.holds === true && after?.holds === false
          ? "broken"
          : before?.holds === false && after?.holds === true
            ? "kept"
            : "other"
    return { promise: (before ?? after)!.promise, a: before, b: after, change }
  })
}

/** The names of the properties in which two values differ. */
const differing = (a: object, b: object): ReadonlyArray<string> => {
  const [inA, inB] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return both([...inA.keys()], [...inB.keys()]).filter(
    (key) => JSON.stringify(inA.get(key)) !== JSON.stringify(inB.get(key)),
  )
}

const caveatsOf = (a: Result, b: Result): ReadonlyArray<string> => {
  const caveats: Array<string> = []
  if (a.what.name !== b.what.name) {
    caveats.push(`The runs are of different things: ${a.what.name}, and ${b.what.name}.`)
  } else {
    const scenario = differing(a.what.scenario ?? {}, b.what.scenario ?? {})
    if (scenario.length > 0) caveats.push(`The scenario was changed between the runs: ${scenario.join(", ")}.`)
  }
  if (a.world !== b.world) caveats.push(`The worlds differ: ${a.world}, and ${b.world}.`)
  const machine = differing(a.machine, b.machine)
  if (machine.length > 0) {
    const sides = machine.map((key) => {
      const [inA, inB] = [a.machine, b.machine].map((one) => String(new Map(Object.entries(one)).get(key)))
      return `${key} ${inA}, and ${inB}`
    })
    caveats.push(`The machines differ: ${sides.join("; ")}.`)
  }
  if (a.processes !== b.processes) caveats.push(`The load came from ${a.processes} and from ${b.processes} processes.`)
  if (Math.abs(a.seconds - b.seconds) > noise * a.seconds) {
    caveats.push(
      `One took ${Math.round(a.seconds)} s, the other ${Math.round(b.seconds)} s: what is counted differs with that.`,
    )
  }
  if (a.seed !== b.seed && a.world === "simulation") caveats.push(`The seeds differ: ${a.seed}, and ${b.seed}.`)
  return caveats
}

export const of = (a: Result, b: Result): Comparison => ({
  a,
  b,
  caveats: caveatsOf(a, b),
  latencies: latencyRows(a, b),
  medians: medianRows(a, b),
  counters: countRows(a.counters, b.counters, undefined),
  errors: countRows(a.errors, b.errors, "lower"),
  promises: promisesOf(a, b),
})
