/** Compares what a run measured with what its scenario expects, and makes a verdict of each expectation. */
import { type Expectation, LatencyName } from "./Expectation.ts"
import type { Histogram } from "./Histogram.ts"
import { figureOf, halfOf, wrongBytes } from "./internal/Recorder.ts"
import type { Verdict } from "./Result.ts"

/** What a run measured, as far as expectations are judged by it. */
export interface Measurements {
  /** By `figureOf`. */
  readonly latencies: ReadonlyMap<string, Histogram>
  /** How long the measured part lasted. */
  readonly seconds: number
  readonly errors: ReadonlyMap<string, number>
  readonly acknowledged: number
  /** Acknowledged messages that have not reached a member who is in the channel. */
  readonly behind: number
  readonly doubled: number
  readonly missing: number
  readonly missed: number
  readonly disagreeing: number
  /** Bytes; undefined where it cannot be measured. */
  readonly mostMemory: number | undefined
  /** Of all members the most. */
  readonly presenceFrames: number
  /** Bytes of files that were sent and read as a whole in the measured part. */
  readonly uploaded: number
  readonly downloaded: number
  /** Milliseconds from the end of the last incident until nobody was missing; undefined where that did not come. */
  readonly recoveredAfter: number | undefined
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
const milliseconds = (time: number): string =>
  time < 10_000 ? `${time.toFixed(1)} ms` : `${(time / 1000).toFixed(1)} s`

const percent = (share: number): string => `${Number((share * 100).toFixed(3))} %`

interface Found {
  readonly asked: string
  readonly holds: boolean
  readonly found: string
}

/** A share is divided, not multiplied: 29 of 100 are 29 %, and 0.29 * 100 is less. */
export const errorRate = (lost: number, count: number, atMost: number): Found => ({
  asked: `at most ${percent(atMost)}`,
  holds: lost / count <= atMost,
  found: `${percent(lost / count)}, ${lost} of ${count}`,
})

export const throughput = (done: number, seconds: number, atLeast: number): Found => {
  const found = done / Math.max(seconds, 0.001)
  return { asked: `at least ${atLeast} a second`, holds: found >= atLeast, found: `${found.toFixed(1)} a second` }
}

/** An expectation about latency or delivery does not hold where there was nothing to time or deliver. */
const nothing = (what: string): Pick<Verdict, "holds" | "found"> => ({
  holds: false,
  found: `${what} happened not once`,
})

const neverCame = ({ count, lost }: Histogram): string => (lost === 0 ? "" : `, ${lost} of ${count} never came`)

const delivery = ({
  acknowledged,
  behind,
  doubled,
  missed,
  missing,
}: Measurements): Pick<Verdict, "holds" | "found"> => {
  if (acknowledged === 0) return nothing("an acknowledgement")
  const wrong = [
    [behind + missing, "not heard"],
    [doubled, "heard again"],
    [missed, "gone from the history"],
  ] as const
  const found = wrong.flatMap(([times, what]) => (times === 0 ? [] : [`${times} ${what}`]))
  return { holds: found.length === 0, found: found.join(", ") || `${acknowledged} acknowledged, all heard once` }
}

const files = ({ errors, latencies }: Measurements): Pick<Verdict, "holds" | "found"> => {
  const [sent, read] = [latencies.get("upload"), latencies.get("download")]
  if (sent === undefined || sent.count === 0) return nothing("an upload")
  if (read === undefined || read.count === 0) return nothing("a download")
  const wrong = errors.get(wrongBytes) ?? 0
  const found = [
    [sent.lost, "not sent"],
    [read.lost, "not read"],
    [wrong, "with other bytes"],
  ] as const
  const said = found.flatMap(([times, what]) => (times === 0 ? [] : [`${times} ${what}`]))
  return { holds: said.length === 0, found: said.join(", ") || `${sent.count} sent, ${read.count} times one was read` }
}

const errors = ({ errors }: Measurements, except: ReadonlyArray<string>): Pick<Verdict, "holds" | "found"> => {
  const others = [...errors].filter(([reason]) => !except.includes(reason))
  return {
    holds: others.length === 0,
    found: others.map(([reason, times]) => `${times} ${reason}`).join(", ") || "none",
  }
}

const judge = (expectation: Expectation, measurements: Measurements): Verdict => {
  switch (expectation._tag) {
    case "Delivery":
      return {
        promise: "delivery",
        asked: "every acknowledged message reaches everybody, once",
        ...delivery(measurements),
      }
    case "Order": {
      const { disagreeing, missing } = measurements
      return {
        promise: "order",
        asked: "the same for everybody, without a gap",
        holds: disagreeing + missing === 0,
        found:
          disagreeing + missing === 0
            ? "the same for everybody"
            : `${disagreeing} places differ, ${missing} are missing`,
      }
    }
    case "Percentile": {
      const { atMost, crowd, of, share } = expectation
      const histogram = measurements.latencies.get(figureOf(of, crowd))
      const took = histogram?.percentile(share) ?? 0
      return {
        promise: `p${Number((share * 100).toFixed(3))} of ${figureOf(of, crowd)}`,
        asked: `at most ${milliseconds(atMost)}`,
        ...(histogram === undefined || histogram.count === 0
          ? nothing(of)
          : { holds: histogram.keeps(share, atMost), found: `${milliseconds(took)}${neverCame(histogram)}` }),
      }
    }
    case "ErrorRate": {
      const { atMost, crowd, of } = expectation
      const all = (of === undefined ? LatencyName.literals : [of]).flatMap(
        (name) => measurements.latencies.get(figureOf(name, crowd)) ?? [],
      )
      const sum = (part: "count" | "lost") => all.reduce((sum, histogram) => sum + histogram[part], 0)
      const [count, lost] = [sum("count"), sum("lost")]
      const what = of === undefined ? (crowd ?? "") : figureOf(of, crowd)
      return {
        promise: what === "" ? "error rate" : `error rate of ${what}`,
        ...errorRate(lost, count, atMost),
        ...(count === 0 ? nothing(of ?? "anything") : {}),
      }
    }
    case "Throughput": {
      const { atLeast, crowd, of } = expectation
      const { count = 0, lost = 0 } = measurements.latencies.get(figureOf(of, crowd)) ?? {}
      return {
        promise: `throughput of ${figureOf(of, crowd)}`,
        ...throughput(count - lost, measurements.seconds, atLeast),
      }
    }
    case "Memory": {
      const { mostMemory } = measurements
      return {
        promise: "memory",
        asked: `at most ${mebibytes(expectation.atMost)}`,
        holds: mostMemory === undefined ? "not judged here" : mostMemory <= expectation.atMost,
        found: mostMemory === undefined ? "nobody knows" : mebibytes(mostMemory),
      }
    }
    case "NoErrors": {
      const { except } = expectation
      const asked = except.length === 0 ? "none" : `none but ${except.join(", ")}`
      return { promise: "no errors", asked, ...errors(measurements, except) }
    }
    case "Files":
      return {
        promise: "files",
        asked: "every file is sent, and read whole, byte for byte",
        ...files(measurements),
      }
    case "FileRate": {
      const { atLeast, of } = expectation
      const bytes = of === "upload" ? measurements.uploaded : measurements.downloaded
      const found = bytes / Math.max(measurements.seconds, 0.001)
      return {
        promise: `bytes of ${of}s`,
        asked: `at least ${mebibytes(atLeast)} a second`,
        holds: found >= atLeast,
        found: `${mebibytes(found)} a second`,
      }
    }
    case "Unmoved": {
      const { atMost, share } = expectation
      const [before, after] = (["before", "after"] as const).map((half) =>
        measurements.latencies.get(halfOf(expectation, half)),
      )
      const promise = `p${Number((share * 100).toFixed(3))} of ${figureOf(expectation.of, expectation.crowd)} unmoved`
      const asked = `at most ${atMost} times that before ${expectation.by / 1000} s`
      if (before === undefined || after === undefined || before.count === 0 || after.count === 0) {
        return { promise, asked, ...nothing(expectation.of) }
      }
      const [early, late] = [before.percentile(share), after.percentile(share)]
      return {
        promise,
        asked,
        holds: after.keeps(share, early * atMost),
        found: `${milliseconds(late)} after ${milliseconds(early)}${neverCame(after)}`,
      }
    }
    case "Presence": {
      const { presenceFrames } = measurements
      return {
        promise: "presence",
        asked: `at most ${expectation.framesEach} frames each`,
        holds: presenceFrames <= expectation.framesEach,
        found: `${presenceFrames} frames at most`,
      }
    }
    case "Recovery": {
      const { recoveredAfter } = measurements
      return {
        promise: "recovery",
        asked: `everybody back within ${milliseconds(expectation.within)}`,
        holds: recoveredAfter !== undefined && recoveredAfter <= expectation.within,
        found: recoveredAfter === undefined ? "not everybody came back" : `after ${milliseconds(recoveredAfter)}`,
      }
    }
  }
}

/** Fewer than these say nothing of a share while a run goes on. */
const enough = 100

/** The first expectation that is seen not to hold while a run goes on; what may still come right does not count. */
export const breach = (
  expectations: ReadonlyArray<Expectation>,
  { errors, latencies, mostMemory }: Pick<Measurements, "errors" | "latencies" | "mostMemory">,
): Verdict | undefined => {
  const unknown = {
    uploaded: 0,
    downloaded: 0,
    acknowledged: 1,
    behind: 0,
    doubled: 0,
    missing: 0,
    missed: 0,
    disagreeing: 0,
    presenceFrames: 0,
  }
  const now = { ...unknown, errors, latencies, mostMemory, recoveredAfter: 0, seconds: 0 }
  return expectations
    .filter((one) => {
      if (one._tag === "Percentile") return (latencies.get(figureOf(one.of, one.crowd))?.count ?? 0) >= enough
      if (one._tag === "ErrorRate")
        return one.of !== undefined && (latencies.get(figureOf(one.of, one.crowd))?.count ?? 0) >= enough
      return one._tag === "NoErrors" || one._tag === "Memory"
    })
    .map((one) => judge(one, now))
    .find(({ holds }) => holds === false)
}

export const verdicts = (
  expectations: ReadonlyArray<Expectation>,
  measurements: Measurements,
): ReadonlyArray<Verdict> => expectations.map((expectation) => judge(expectation, measurements))
