const never = Number.POSITIVE_INFINITY

/** How long there is an actor for what is no channel: only whoever is just asking for it needs one. */
const forNothing = 1000

/** Since when nobody has been in a channel, and whether it lets anybody in. Times are in milliseconds. */
export class Idleness {
  private readonly limit: number
  private since: number | undefined
  /** Lets nobody in any more: whoever comes has to ask the hub again. */
  retired = false

  constructor(limit: number) {
    this.limit = limit
  }

  note(empty: boolean, now: number): void {
    this.since = empty ? (this.since ?? now) : undefined
  }

  /** When its time will be over. */
  at(empty: boolean, now: number, exists: boolean): number {
    if (this.retired || !empty) return never
    return (this.since ?? now) + (exists ? this.limit : Math.min(this.limit, forNothing))
  }

  /** Closes the door if its time is over; true when it did. */
  retire(empty: boolean, now: number, exists: boolean): boolean {
    if (now < this.at(empty, now, exists)) return false
    this.retired = true
    return true
  }
}
