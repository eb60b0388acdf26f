/** From what a run found to what it promised. */
import type { Expectation, Timed } from "./Expectation.ts"
import type { Histogram } from "./Histogram.ts"
import type { Verdict } from "./Result.ts"

/** What was found, as far as promises are judged by it. */
export interface Findings {
  readonly latencies: ReadonlyMap<Timed, Histogram>
  readonly errors: ReadonlyMap<string, number>
  readonly acknowledged: number
  /** Acknowledged messages that a member who is in has not heard. */
  readonly behind: number
  readonly doubled: number
  readonly missing: number
  readonly missed: number
  readonly disagreeing: number
  /** Bytes; undefined where nobody can know. */
  readonly mostMemory: number | undefined
  /** Of all members the most. */
  readonly presenceFrames: number
  /** Milliseconds from the end of the last incident until nobody was missing; undefined where that did not come. */
  readonly recoveredAfter: number | undefined
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
const milliseconds = (time: number): string =>
  time < 10_000 ? `${time.toFixed(1)} ms` : `${(time / 1000).toFixed(1)} s`

/** Nothing that is to be timed or delivered may be promised of nothing. */
const nothing = (what: string): Pick<Verdict, "holds" | "found"> => ({
  holds: false,
  found: `${what} happened not once`,
})

const delivery = ({ acknowledged, behind, doubled, missed, missing }: Findings): Pick<Verdict, "holds" | "found"> => {
  if (acknowledged === 0) return nothing("an acknowledgement")
  const wrong = [
    [behind + missing, "not heard"],
    [doubled, "heard again"],
    [missed, "gone from the history"],
  ] as const
  const found = wrong.flatMap(([times, what]) => (times === 0 ? [] : [`${times} ${what}`]))
  return { holds: found.length === 0, found: found.join(", ") || `${acknowledged} acknowledged, all heard once` }
}

const errors = ({ errors }: Findings, except: ReadonlyArray<string>): Pick<Verdict, "holds" | "found"> => {
  const others = [...errors].filter(([reason]) => !except.includes(reason))
  return {
    holds: others.length === 0,
    found: others.map(([reason, times]) => `${times} ${reason}`).join(", ") || "none",
  }
}

const judge = (expectation: Expectation, findings: Findings): Verdict => {
  switch (expectation._tag) {
    case "Delivery":
      return { promise: "delivery", asked: "every acknowledged message reaches everybody, once", ...delivery(findings) }
    case "Order": {
      const { disagreeing, missing } = findings
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
      const { atMost, of, share } = expectation
      const histogram = findings.latencies.get(of)
      const took = histogram?.percentile(share) ?? 0
      return {
        promise: `p${Number((share * 100).toFixed(3))} of ${of}`,
        asked: `at most ${milliseconds(atMost)}`,
        ...(histogram === undefined ? nothing(of) : { holds: took <= atMost, found: milliseconds(took) }),
      }
    }
    case "Memory": {
      const { mostMemory } = findings
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
      return { promise: "no errors", asked, ...errors(findings, except) }
    }
    case "Presence": {
      const { presenceFrames } = findings
      return {
        promise: "presence",
        asked: `at most ${expectation.framesEach} frames each`,
        holds: presenceFrames <= expectation.framesEach,
        found: `${presenceFrames} frames at most`,
      }
    }
    case "Recovery": {
      const { recoveredAfter } = findings
      return {
        promise: "recovery",
        asked: `everybody back within ${milliseconds(expectation.within)}`,
        holds: recoveredAfter !== undefined && recoveredAfter <= expectation.within,
        found: recoveredAfter === undefined ? "not everybody came back" : `after ${milliseconds(recoveredAfter)}`,
      }
    }
  }
}

export const verdicts = (expectations: ReadonlyArray<Expectation>, findings: Findings): ReadonlyArray<Verdict> =>
  expectations.map((expectation) => judge(expectation, findings))
