import type * as Clock from "effect/Clock"
import type { LatencyName } from "../Expectation.ts"
import { Histogram } from "../Histogram.ts"

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
    const measured = due >= this.from && due < this.to
    if (!measured && (what === "delivery" || what === "acknowledgement")) return
    let histogram = this.latencies.get(what)
    if (histogram === undefined) this.latencies.set(what, (histogram = new Histogram()))
    histogram.record(took)
  }
}
