import { Meter } from "../../observability/Meters.ts"

/** An outbox, to those who decide when it leaves. */
interface Flushable {
  leave(): void
}

/**
 * The outboxes of this node that have something to send, and the one place from which it leaves: whatever was offered in
 * a turn, to however many sessions, leaves at the end of the turn, one write a session. Bounded by the sessions.
 */
export class Outboxes {
  /** Counts what happens here. */
  readonly meter: Meter
  private waiting: Array<Flushable> = []

  constructor(meter: Meter = new Meter()) {
    this.meter = meter
  }

  /** An outbox has something to send. To be said once, until the next flush. */
  add(outbox: Flushable): void {
    this.waiting.push(outbox)
  }

  /** Lets everything leave that was offered up to here. */
  flush(): void {
    if (this.waiting.length === 0) return
    const { waiting } = this
    this.waiting = []
    for (const outbox of waiting) outbox.leave()
  }
}
