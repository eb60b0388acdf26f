/** Decides which graphs a page has, and which series of which result is a line in which of them. */
import type { Result } from "../../Result.ts"
import { type Colour, colours } from "./colours.ts"
import { type Curve, curvesOf } from "./curve.ts"

type Series = Result["series"][number]

interface Line {
  readonly run: number
  /** Which of the result's series. */
  readonly series: number
  readonly label: string
  readonly colour: Colour
  readonly dash: boolean
  readonly fill: boolean
  readonly steps: boolean
}

interface Chart {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly log: boolean
  /** Lower values are drawn as this one, since a logarithmic scale cannot show 0. */
  readonly least: number | null
  readonly height: number
  /** Values are shown multiplied by this, with the suffix. */
  readonly factor: number
  readonly suffix: string
  readonly lines: ReadonlyArray<Line>
}

export interface Mark {
  readonly at: number
  readonly label: string
  /** A short name, for where there is no room for the label. */
  readonly name: string
}

interface Run {
  /** The second of the run that is 0 on the axis. */
  readonly shift: number
  readonly colour: Colour
  readonly marks: ReadonlyArray<Mark>
  readonly measured: readonly [from: number, to: number] | undefined
}

export interface Charts {
  readonly runs: ReadonlyArray<Run>
  readonly charts: ReadonlyArray<Chart>
  readonly curves: ReadonlyArray<Curve>
}

/** Lines that differ by more than this factor do not share a graph with a linear scale: the lower ones would lie flat. */
const farApart = 8

/** The seconds of the measured part, as far as the run got. */
export const measuredPart = (result: Result): readonly [from: number, to: number] | undefined => {
  const at = (pattern: RegExp) => result.marks.find(({ label }) => pattern.test(label))?.at
  const from = at(/^measured part begins/)
  return from === undefined ? undefined : [from, at(/^measured part ends/) ?? result.seconds]
}

/** The marks in the graphs. Those of the measured part are left out, since that is shaded. */
export const marksOf = (result: Result, run = ""): ReadonlyArray<Mark> =>
  result.marks
    .filter(({ label }) => !/^measured part (begins|ends)/.test(label))
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, label }, index) => ({ at, label, name: `${run}${index + 1}` }))

const kinds = [
  { kind: "latency", is: ({ unit }: Series) => unit === "ms" },
  { kind: "errors", is: ({ name }: Series) => /error/i.test(name) },
  { kind: "memory", is: ({ name, unit }: Series) => /memory/i.test(name) || unit === "bytes" || unit === "MiB" },
  { kind: "cpu", is: ({ name }: Series) => /cpu/i.test(name) },
  { kind: "throughput", is: ({ name, unit }: Series) => unit.includes("/s") || /^(sent|delivered)\b/.test(name) },
  { kind: "other", is: () => true },
] as const

type Kind = (typeof kinds)[number]["kind"]

const order: ReadonlyArray<Kind> = ["latency", "throughput", "errors", "other", "memory", "cpu"]

const kindOf = (series: Series): Kind => kinds.find(({ is }) => is(series))!.kind

const percentile = / (p[\d.]+|max|median)$/

/** Lines that share a graph have the same key. */
const keyOf = (series: Series): string => {
  const kind = kindOf(series)
  if (kind === "latency") return `latency ${series.name.replace(percentile, "")}`
  return kind === "other" ? `other ${series.name}` : kind
}

const upper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

interface RunSeries {
  readonly run: number
  readonly index: number
  readonly series: Series
}

const highest = ({ series }: RunSeries): number => series.points.reduce((most, [, value]) => Math.max(most, value), 0)

const lowest = (drawn: ReadonlyArray<RunSeries>): number =>
  drawn.reduce(
    (least, { series }) => series.points.reduce((low, [, value]) => (value > 0 ? Math.min(low, value) : low), least),
    Number.POSITIVE_INFINITY,
  )

/** Groups lines that are about equally high. */
const together = (drawn: ReadonlyArray<RunSeries>): ReadonlyArray<ReadonlyArray<RunSeries>> => {
  const byName = [...Map.groupBy(drawn, ({ series }) => series.name).values()]
  const most = (group: ReadonlyArray<RunSeries>) => group.reduce((high, one) => Math.max(high, highest(one)), 0)
  const tops = byName.map(most).filter((top) => top > 0)
  return Math.max(...tops) > farApart * Math.min(...tops) ? byName : [drawn]
}

const titleOf = (kind: Kind, drawn: ReadonlyArray<RunSeries>): string => {
  const names = new Set(drawn.map(({ series }) => series.name))
  const [first = ""] = names
  if (kind === "latency") return `Latency: ${first.replace(percentile, "")}`
  return upper([...names].join(", "))
}

/** In a graph of percentiles the lowest one is drawn lightest. */
const lineOf = (drawn: RunSeries, names: ReadonlyArray<string>, labels: ReadonlyArray<string>): Line => {
  const { index, run, series } = drawn
  const place = names.indexOf(series.name)
  const name = percentile.exec(series.name)?.[1] ?? series.name
  const compared = labels.length > 1
  const kind = kindOf(series)
  return {
    run,
    series: index,
    label: compared ? `${labels[run]} ${name}` : name,
    colour: kind === "errors" && !compared ? "c6" : colours[(compared ? run : place) % colours.length]!,
    dash: compared && place < names.length - 1,
    fill: !compared && names.length === 1 && kind !== "latency",
    steps: kind === "errors",
  }
}

const inMiB = { factor: 1 / 1024 ** 2, suffix: " MiB" }

const chartOf = (kind: Kind, drawn: ReadonlyArray<RunSeries>, labels: ReadonlyArray<string>, id: string): Chart => {
  const names = [...new Set(drawn.map(({ series }) => series.name))]
  const { unit } = drawn[0]!.series
  const shown =
    unit === "bytes" ? inMiB : { factor: 1, suffix: unit.startsWith("/") || unit === "" ? unit : ` ${unit}` }
  const least = lowest(drawn)
  return {
    id,
    title: titleOf(kind, drawn),
    unit: shown.suffix.trim(),
    log: kind === "latency" && Number.isFinite(least),
    least: kind === "latency" && Number.isFinite(least) ? least : null,
    height: kind === "latency" ? 240 : 150,
    ...shown,
    lines: drawn.map((one) => lineOf(one, names, labels)),
  }
}

/** The graphs of several results, laid over one another, with a label for each result. */
export const chartsOf = (results: ReadonlyArray<Result>, labels: ReadonlyArray<string>): Charts => {
  const drawn = results
    .flatMap(({ series }, run) => series.map((one, index) => ({ run, index, series: one })))
    .filter(({ series }) => series.points.length > 0)
  const groups = Map.groupBy(drawn, ({ series }) => keyOf(series))
  const sorted = [...groups.values()]
    .map((group) => ({ kind: kindOf(group[0]!.series), group }))
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  const compared = results.length > 1
  return {
    runs: results.map((result, run) => {
      const measured = measuredPart(result)
      return {
        // Results are laid over one another from where their measured parts begin.
        shift: compared ? (measured?.[0] ?? 0) : 0,
        colour: colours[run % colours.length]!,
        marks: marksOf(result, labels[run]),
        measured,
      }
    }),
    charts: sorted
      .flatMap(({ group, kind }) =>
        (kind === "latency" ? [group] : together(group)).map((lines) => ({ group: lines, kind })),
      )
      .map(({ group, kind }, index) => chartOf(kind, group, labels, `chart-${index}`)),
    curves: curvesOf(results, labels),
  }
}
