import * as Context from "effect/Context"
import { Meter } from "../../observability/Meters.ts"

/** Runs something at the end of this go of the event loop, or after so many milliseconds. */
export type AtEnd = (task: () => void, after: number) => void

/** Another where the event loop is another, as in a simulation. */
export const AtEnd = Context.Reference<AtEnd>("natter/hub/AtEnd", {
  defaultValue: () => (task, after) => {
    if (after === 0) queueMicrotask(task)
    else setTimeout(task, after)
  },
})

/** Where so many turns leave together there are more to come, and a write costs more than a turn: others are waited for. */
const crowd = 4
const gatherFor = 4

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
  private hurries = false
  /** Turns since the last time. */
  private turns = 0
  private crowded = false

  /**
   * With `atEnd`, what leaves in one go of the event loop leaves together, of whatever turns it is. From other nodes the turns
   * of many channels come at once, and of this one many are stored at once: a session that is in them all gets one write.
   * Where many come one go after the other, those of a few milliseconds leave together.
   */
  constructor(meter: Meter = new Meter(), atEnd?: AtEnd) {
    this.meter = meter
    this.atEnd = atEnd
  }

  /** Whether turns that come together leave together. */
  get gathers(): boolean {
    return this.atEnd !== undefined
  }

  /** An outbox has something to send. To be said once, until the next flush. */
  add(outbox: Flushable): void {
    this.waiting.push(outbox)
  }

  /** An outbox is so full that it cannot wait for others: the next flush is at once. */
  hurry(): void {
    this.hurries = true
  }

  /** Lets everything leave that was offered up to here. */
  flush(): void {
    if (this.waiting.length === 0) return
    this.turns++
    if (this.atEnd === undefined || this.hurries) return this.leave()
    if (this.leaving) return
    this.leaving = true
    this.atEnd(this.due, this.crowded ? gatherFor : 0)
  }

  private readonly due = (): void => {
    this.leaving = false
    this.crowded = this.turns >= crowd
    this.turns = 0
    this.leave()
  }

  private leave(): void {
    const { waiting } = this
    this.hurries = false
    this.waiting = []
    for (const outbox of waiting) outbox.leave()
  }
}
