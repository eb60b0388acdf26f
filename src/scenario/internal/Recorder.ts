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
  /** Of a message, how many members it is for: where it is lost, none of them gets it. */
  readonly receivers: number
}

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
  /** The latencies of deliveries since `recent` was last replaced. */
  recent = new Histogram()
  readonly latencies = new Map<LatencyName, Histogram>()
  readonly errors = new Map<string, number>()
  private readonly clock: Clock.Clock
  /** Bounded by what the members have under way. */
  private readonly expected = new Set<Expected>()
  /** What is to be done when nothing is waited for any more. */
  private readonly endings: Array<() => void> = []

  constructor(clock: Clock.Clock) {
    this.clock = clock
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
  done(what: LatencyName, due: number): void {
    const took = Math.max(0, this.now() - due)
    if (what === "delivery") this.recent.record(took)
    this.histogram(what, due)?.record(took)
  }

  /** Records that something that was due at this time did not come, so many times. */
  lose(what: LatencyName, due: number, times = 1): void {
    if (times === 0) return
    this.histogram(what, due)?.lose(Math.max(timeLimit, this.now() - due), times)
  }

  expect(what: LatencyName, due: number, receivers = 0): Expected {
    const expected = { what, due, receivers }
    this.expected.add(expected)
    return expected
  }

  came(expected: Expected): void {
    if (this.expected.delete(expected)) this.done(expected.what, expected.due)
  }

  gaveUp(expected: Expected): void {
    if (!this.expected.delete(expected)) return
    this.lose(expected.what, expected.due)
    this.lose("delivery", expected.due, expected.receivers)
  }

  onSettled(ending: () => void): void {
    this.endings.push(ending)
  }

  /** Nothing is waited for any more: what has not come by now is lost. */
  settle(): void {
    for (const ending of this.endings.splice(0)) ending()
    for (const expected of this.expected) this.gaveUp(expected)
  }

  /** Where it is counted; undefined where it is not. */
  private histogram(what: LatencyName, due: number): Histogram | undefined {
    const measured = due >= this.from && due < this.to
    if (!measured && (what === "delivery" || what === "acknowledgement")) return undefined
    let histogram = this.latencies.get(what)
    if (histogram === undefined) this.latencies.set(what, (histogram = new Histogram()))
    return histogram
  }
}
