import type * as Clock from "effect/Clock"
import type { Timed } from "../Expectation.ts"
import { Histogram } from "../Histogram.ts"

/** Reasons that are told apart; what comes beyond is counted together. */
const reasonsKept = 100

/** What is measured of the members that are played here. Latencies count where they were due in the measured part. */
export class Recorder {
  sent = 0
  delivered = 0
  acknowledged = 0
  /** Sent, and given up. */
  unsaid = 0
  failed = 0
  membersIn = 0
  /** Away of their own accord. */
  membersGone = 0
  /** Of the measured part, by `now`. */
  from = Number.POSITIVE_INFINITY
  to = Number.POSITIVE_INFINITY
  /** How long deliveries took since somebody last looked. */
  recent = new Histogram()
  readonly latencies = new Map<Timed, Histogram>()
  readonly errors = new Map<string, number>()
  private readonly clock: Clock.Clock

  constructor(clock: Clock.Clock) {
    this.clock = clock
  }

  /** Milliseconds, by a clock that all processes of a machine share. */
  now(): number {
    return Number(this.clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  error(reason: string): void {
    const kept = this.errors.has(reason) || this.errors.size < reasonsKept ? reason : "other"
    this.errors.set(kept, (this.errors.get(kept) ?? 0) + 1)
    this.failed++
  }

  /** Something that was due at a moment is done now. What comes with arriving is timed as well. */
  done(what: Timed, due: number): void {
    const took = Math.max(0, this.now() - due)
    if (what === "delivery") this.recent.record(took)
    const measured = due >= this.from && due < this.to
    if (!measured && (what === "delivery" || what === "acknowledgement")) return
    let histogram = this.latencies.get(what)
    if (histogram === undefined) this.latencies.set(what, (histogram = new Histogram()))
    histogram.record(took)
  }
}
