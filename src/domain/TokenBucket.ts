/** How fast something may happen: `burst` at once, then `perSecond`. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** What is left of a rate. */
export interface Quota extends Rate {
  readonly left: number
}

/** So many bursts can be owed, at most. */
const deepest = 4

/** A token bucket: plain, without a clock of its own. Times are in milliseconds. */
export class TokenBucket {
  private readonly rate: Rate
  private tokens: number
  private refilledAt: number

  constructor(rate: Rate, now: number) {
    this.rate = rate
    this.tokens = rate.burst
    this.refilledAt = now
  }

  /** Takes a token: 0 when there was one, otherwise how long until there is. */
  take(now: number): number {
    const wait = this.wait(now)
    if (wait === 0) this.tokens = Math.max(0, this.tokens - 1)
    return wait
  }

  /** Takes none: how long until there is one. */
  wait(now: number): number {
    const { burst, perSecond } = this.rate
    // A clock that was set back must not take tokens away.
    const elapsed = Math.max(0, now - this.refilledAt)
    this.tokens = Math.min(burst, this.tokens + (elapsed / 1000) * perSecond)
    this.refilledAt = now
    // Who waited as long as told must not be refused for a rounding error.
    if (this.tokens >= 1 - 1e-6) return 0
    return Math.ceil(((1 - this.tokens) / perSecond) * 1000)
  }

  /** What is left; takes none. */
  quota(now: number): Quota {
    this.wait(now)
    const { burst, perSecond } = this.rate
    return { burst, perSecond, left: Math.max(0, Math.floor(this.tokens + 1e-6)) }
  }

  /** Takes tokens that were spent elsewhere, whether they are there or not: what is owed is bounded. */
  spend(tokens: number, now: number): void {
    this.wait(now)
    this.tokens = Math.max(-deepest * this.rate.burst, this.tokens - tokens)
  }

  /** How many there would have to be for it to be full. */
  missing(now: number): number {
    this.wait(now)
    return this.rate.burst - this.tokens
  }
}
