/** What a session was told to wait for at one limit, and whether it does. Plain, without a clock; times are milliseconds. */

/** Who comes back a little early has waited: clocks differ. As a share of the wait. */
const early = 0.1

export class Refusals {
  /** When it may come back. */
  private due = Number.NEGATIVE_INFINITY
  /** When it was refused first, since it had waited. */
  private since = 0
  /** How often since then. */
  private refused = 0
  /** How many may be refused beside the first: they had been refused, and have waited, too. */
  private returning = 0
  /** The first refusal is no violation, unless others follow that do not wait. */
  private lenient = true
  private readonly together: number

  /** Within `together` those come back who were refused together. */
  constructor(together: number) {
    this.together = together
  }

  /**
   * A request was refused, with so long to wait: how many violations of the session that makes. None where it has waited
   * as long as it was told, or was told nothing yet: only who goes on regardless is to be cut off.
   */
  count(now: number, wait: number): number {
    if (now >= this.due) {
      this.returning = Math.max(0, this.refused - 1)
      this.refused = 1
      this.since = now
      this.due = now + wait * (1 - early)
      this.lenient = true
      return 0
    }
    this.refused++
    if (this.returning > 0 && now - this.since < Math.min(this.together, wait / 2)) {
      this.returning--
      return 0
    }
    const violations = this.lenient ? 2 : 1
    this.lenient = false
    return violations
  }
}
