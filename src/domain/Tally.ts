import type * as Clock from "effect/Clock"

/** Nanoseconds between two lines about the same thing. */
const every = 10_000_000_000n

/** Counts what can happen as often as somebody likes: there is one line about it at once, and then one now and then. */
export class Tally {
  private readonly clock: Clock.Clock
  private counted = 0
  private saidAt: bigint | undefined

  constructor(clock: Clock.Clock) {
    this.clock = clock
  }

  /** It has happened: how often since the last line, if it is time for one. */
  count(): number | undefined {
    this.counted++
    const now = this.clock.monotonicTimeNanosUnsafe()
    if (this.saidAt !== undefined && now - this.saidAt < every) return undefined
    this.saidAt = now
    const { counted } = this
    this.counted = 0
    return counted
  }
}
