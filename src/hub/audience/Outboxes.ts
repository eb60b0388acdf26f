import * as Context from "effect/Context"
import { Meter } from "../../observability/Meters.ts"

/** Runs something at the end of this go of the event loop. */
export type AtEnd = (task: () => void) => void

/** Another where the event loop is another, as in a simulation. */
export const AtEnd = Context.Reference<AtEnd>("natter/hub/AtEnd", { defaultValue: () => queueMicrotask })

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
  private readonly atEnd: AtEnd | undefined
  private leaving = false

  /**
   * With `atEnd`, what leaves in one go of the event loop leaves together, of whatever turns it is. From other nodes the turns
   * of many channels come at once, and of this one many are stored at once: a session that is in them all gets one write.
   */
  constructor(meter: Meter = new Meter(), atEnd?: AtEnd) {
    this.meter = meter
    this.atEnd = atEnd
  }

  /** An outbox has something to send. To be said once, until the next flush. */
  add(outbox: Flushable): void {
    this.waiting.push(outbox)
  }

  /** Lets everything leave that was offered up to here. */
  flush(): void {
    if (this.waiting.length === 0) return
    if (this.atEnd === undefined) return this.leave()
    if (this.leaving) return
    this.leaving = true
    this.atEnd(this.leave)
  }

  private readonly leave = (): void => {
    const { waiting } = this
    this.leaving = false
    this.waiting = []
    for (const outbox of waiting) outbox.leave()
  }
}
