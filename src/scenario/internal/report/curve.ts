/** The curve of percentiles: how high latency is for which share of all, drawn by the number of nines. */
import type { Result } from "../../Result.ts"
import type { Colour } from "./colours.ts"

export interface CurveLine {
  readonly label: string
  readonly colour: Colour
  readonly dash: boolean
  /** `nines` is -log10(1 - share): 1 is 90 %, 2 is 99 %. */
  readonly points: ReadonlyArray<readonly [nines: number, millis: number]>
}

export interface Curve {
  readonly id: string
  readonly title: string
  readonly lines: ReadonlyArray<CurveLine>
}

type Latency = Result["latencies"][number]

/** The milliseconds of a bucket: each reaches a hundredth further than the one before, and the first is a microsecond. */
const valueOf = (bucket: number): number => 1.01 ** bucket / 1000

/** Points that are nearer to one another than this cannot be told apart on a screen. */
const nearest = 0.01

export const pointsOf = ({ count, counts, max }: Latency): CurveLine["points"] => {
  const points: Array<readonly [number, number]> = []
  let below = 0
  let last = Number.NEGATIVE_INFINITY
  for (const [bucket, here] of counts.toSorted(([a], [b]) => a - b)) {
    below += here
    const nines = below < count ? -Math.log10(1 - below / count) : Number.POSITIVE_INFINITY
    if (nines === Number.POSITIVE_INFINITY || nines - last < nearest) continue
    points.push([nines, valueOf(bucket)])
    last = nines
  }
  // The slowest counts as half of one, since the share of all is at infinity.
  if (count > 0) points.push([Math.log10(2 * count), max])
  return points[0] === undefined || points[0][0] === 0 ? points : [[0, points[0][1]], ...points]
}

const colours: ReadonlyArray<Colour> = ["c1", "c2", "c3", "c4", "c5", "c6"]

/** For one result one graph with all its latencies; for several results one graph for each kind of latency. */
export const curvesOf = (results: ReadonlyArray<Result>, labels: ReadonlyArray<string>): ReadonlyArray<Curve> => {
  const compared = results.length > 1
  const all = results.flatMap(({ latencies }, run) =>
    latencies.filter(({ count }) => count > 0).map((latency, index) => ({ run, index, latency })),
  )
  const groups = [...Map.groupBy(all, ({ latency }) => (compared ? latency.name : "")).entries()]
  return groups.map(([name, group], index) => ({
    id: `curve-${index}`,
    title: name,
    lines: group.map(({ index: place, latency, run }) => ({
      label: compared ? labels[run]! : latency.name,
      colour: colours[(compared ? run : place) % colours.length]!,
      dash: false,
      points: pointsOf(latency),
    })),
  }))
}
