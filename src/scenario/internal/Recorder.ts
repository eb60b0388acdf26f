import type * as Clock from "effect/Clock"
import type { LatencyName } from "../Expectation.ts"
import { Histogram } from "../Histogram.ts"

/**
 * For so many milliseconds something that was due is waited for. What does not come counts as having taken this long, at
 * least: a service that says nothing is not a fast one.
 */
export const timeLimit = 30_000

/** Something that was due and has not come yet. */
export interface Expected {
  readonly what: LatencyName
  readonly due: number
  /** For whose sake it is done. */
  readonly crowd: string
  /**
   * Of a message, how many members it is for: where it is given up, none of them gets it. That counts for the crowd of its
   * sender: others do not feel that a bot is refused.
   */
  readonly receivers: number
}

/** What is timed for the members of one crowd is called so in a result; without a crowd, for everybody. */
export const figureOf = (what: LatencyName, crowd?: string): string =>
  crowd === undefined ? what : `${what} of ${crowd}`

/** The error of a member that has read other bytes than were to be sent. */
export const wrongBytes = "WrongBytes"

/** What is compared before and after a moment, in milliseconds from the beginning of the measured part. */
export interface Split {
  readonly of: LatencyName
  readonly crowd?: string
  readonly by: number
}

export const halfOf = ({ by, crowd, of }: Split, half: "before" | "after"): string =>
  `${figureOf(of, crowd)} ${half} ${by / 1000} s`

/** How many different reasons are counted apart; further ones are counted together as "other". */
const reasonsKept = 100

/**
 * Counters and latencies of the members that are played in this process. Latencies of messages are recorded where the
 * message was due in the measured part.
 */
export class Recorder {
  sent = 0
  delivered = 0
  acknowledged = 0
  /** Sent, and given up without an acknowledgement. */
  givenUp = 0
  failed = 0
  membersIn = 0
  /** Disconnected because the scenario says that they vanish. */
  membersAway = 0
  /** Where the measured part begins and ends, by `now`. */
  from = Number.POSITIVE_INFINITY
  to = Number.POSITIVE_INFINITY
  /** Files that are being sent or read. */
  transfers = 0
  /** Bytes of files that were sent or read as a whole in the measured part. */
  readonly bytes = { upload: 0, download: 0 }
  /** The latencies of deliveries since `recent` was last replaced. */
  recent = new Histogram()
  /** By `figureOf`. */
  readonly latencies = new Map<string, Histogram>()
  readonly errors = new Map<string, number>()
  private readonly clock: Clock.Clock
  /** Bounded by what the members have under way. */
  private readonly expected = new Set<Expected>()
  /** What is to be done when nothing is waited for any more. */
  private readonly endings: Array<() => void> = []

  /** Those crowds whose figures are kept apart, too. */
  private readonly apart: ReadonlySet<string>
  private readonly splits: ReadonlyArray<Split>

  constructor(clock: Clock.Clock, apart: ReadonlySet<string>, splits: ReadonlyArray<Split> = []) {
    this.clock = clock
    this.apart = apart
    this.splits = splits
  }

  /** Milliseconds of the monotonic clock, which all processes of a machine share. */
  now(): number {
    return Number(this.clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  error(reason: string): void {
    const kept = this.errors.has(reason) || this.errors.size < reasonsKept ? reason : "other"
    this.errors.set(kept, (this.errors.get(kept) ?? 0) + 1)
    this.failed++
  }

  /** Records that something that was due at this time is done now. Sign-ins and joins count before the measured part, too. */
  done(what: LatencyName, due: number, crowd: string): void {
    const took = Math.max(0, this.now() - due)
    if (what === "delivery") this.recent.record(took)
    if (!this.counts(what, due)) return
    this.histogram(what).record(took)
    if (this.apart.has(crowd)) this.histogram(figureOf(what, crowd)).record(took)
    for (const figure of this.halves(what, due, crowd)) this.histogram(figure).record(took)
  }

  /** Records that something that was due at this time did not come, so many times. */
  lose(what: LatencyName, due: number, crowd: string, times = 1): void {
    if (times === 0 || !this.counts(what, due)) return
    const waited = Math.max(timeLimit, this.now() - due)
    this.histogram(what).lose(waited, times)
    if (this.apart.has(crowd)) this.histogram(figureOf(what, crowd)).lose(waited, times)
    for (const figure of this.halves(what, due, crowd)) this.histogram(figure).lose(waited, times)
  }

  /** A file was sent or read as a whole now. */
  moved(what: "upload" | "download", bytes: number): void {
    const now = this.now()
    if (now >= this.from && now < this.to) this.bytes[what] += bytes
  }

  expect(what: LatencyName, due: number, crowd: string, receivers = 0): Expected {
    const expected = { what, due, crowd, receivers }
    this.expected.add(expected)
    return expected
  }

  came(expected: Expected): void {
    if (this.expected.delete(expected)) this.done(expected.what, expected.due, expected.crowd)
  }

  gaveUp(expected: Expected): void {
    if (!this.expected.delete(expected)) return
    this.lose(expected.what, expected.due, expected.crowd)
    this.lose("delivery", expected.due, expected.crowd, expected.receivers)
  }

  onSettled(ending: () => void): void {
    this.endings.push(ending)
  }

  /** As it would be if everything came now: what is waited for has taken this long already. */
  soFar(): ReadonlyMap<string, Histogram> {
    const latencies = new Map(
      [...this.latencies].map(([figure, known]) => {
        const histogram = new Histogram()
        histogram.add(known.summary(figure))
        return [figure, histogram]
      }),
    )
    const add = (what: LatencyName, due: number, crowd: string, times: number): void => {
      if (times === 0 || !this.counts(what, due)) return
      for (const figure of this.apart.has(crowd) ? [what, figureOf(what, crowd)] : [what]) {
        const histogram = latencies.get(figure) ?? new Histogram()
        histogram.record(this.now() - due, times)
        latencies.set(figure, histogram)
      }
    }
    for (const { crowd, due, receivers, what } of this.expected) {
      add(what, due, crowd, 1)
      add("delivery", due, crowd, receivers)
    }
    return latencies
  }

  /** Nothing is waited for any more: what has not come by now is lost. */
  settle(): void {
    for (const ending of this.endings.splice(0)) ending()
    for (const expected of this.expected) this.gaveUp(expected)
  }

  /** Whether it is measured. */
  private counts(what: LatencyName, due: number): boolean {
    return (due >= this.from && due < this.to) || (what !== "delivery" && what !== "acknowledgement")
  }

  /** Of what is compared before and after a moment, the figures of the half in which it was due. */
  private halves(what: LatencyName, due: number, crowd: string): ReadonlyArray<string> {
    return this.splits.flatMap((split) =>
      split.of === what && (split.crowd === undefined || split.crowd === crowd)
        ? [halfOf(split, due - this.from < split.by ? "before" : "after")]
        : [],
    )
  }

  private histogram(figure: string): Histogram {
    let histogram = this.latencies.get(figure)
    if (histogram === undefined) this.latencies.set(figure, (histogram = new Histogram()))
    return histogram
  }
}
