/**
 * The clock that a machine's processes read the date from, which outlives them. It may be wrong, and is set back and
 * forth; how much time has passed is another matter.
 */
export class WallClock {
  /** Milliseconds by which it is ahead of the true time. */
  aheadBy = 0

  /** Somebody sets it, forward or back. */
  set(by: number): void {
    this.aheadBy += by
  }
}
