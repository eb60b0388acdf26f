/** How fast the server takes messages, as far as its refusals tell. Plain, without a clock; times are milliseconds. */

/** After so many messages without a refusal it is tried whether it goes twice as fast: limits change, others stop. */
const tryFasterAfter = 32
/** The longest time between two messages that is kept to: a longer wait is no pace. */
const slowest = 5000
/** A pause so many times as long as the time between two messages has filled what the server lets through at once. */
const rested = 20

export class Pace {
  /** Between two messages; 0 until the server has refused one. */
  private interval = 0
  private acceptedAt = Number.NEGATIVE_INFINITY
  /** When the last message was sent that has not been refused: several may be on their way. */
  private sentAt = Number.NEGATIVE_INFINITY
  /** When the server last said anything to a message. */
  private answeredAt = Number.NEGATIVE_INFINITY
  private accepted = 0

  /** How long the next message has to wait, so that it need not be refused. */
  wait(now: number): number {
    if (now - this.answeredAt > this.interval * rested) this.interval = 0
    return Math.max(0, this.interval - (now - Math.max(this.acceptedAt, this.sentAt)))
  }

  send(now: number): void {
    this.sentAt = now
  }

  accept(now: number): void {
    this.acceptedAt = now
    this.answeredAt = now
    if (++this.accepted < tryFasterAfter) return
    this.accepted = 0
    this.interval /= 2
  }

  /** The server wants a message later, after this wait. */
  refuse(now: number, wait: number): void {
    this.accepted = 0
    this.answeredAt = now
    this.sentAt = Number.NEGATIVE_INFINITY
    // From the last that was accepted to the next that will be; after a pause that says nothing about the pace.
    const between = Math.min(now + wait - this.acceptedAt, 2 * wait)
    this.interval = Math.min(slowest, Math.max(this.interval, between))
  }
}
