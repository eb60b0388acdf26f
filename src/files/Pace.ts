import * as Effect from "effect/Effect"
import type * as Scheduler from "effect/Scheduler"

/** Bytes that are moved in one turn of the event loop: a millisecond or two. */
const perTurn = 256 * 1024
/** Who waits moves about so many bytes in the next turn. */
const each = 64 * 1024

/**
 * How fast all who send and read files over frames may go on together: after some bytes the event loop has its turn, so that
 * whoever talks is heard in between, however many files are on their way. Who waits goes on in the order in which they came.
 */
export class Pace {
  private readonly dispatcher: Scheduler.SchedulerDispatcher
  private moved = 0
  /** As many as there are files that are on their way. */
  private readonly waiting = new Set<() => void>()
  private scheduled = false

  constructor(scheduler: Scheduler.Scheduler) {
    this.dispatcher = scheduler.makeDispatcher()
  }

  /** Notes bytes that were moved; whether it is enough for this turn, and `next` has to be awaited. */
  isEnough(bytes: number): boolean {
    this.moved += bytes
    return this.moved >= perTurn
  }

  /** Waits for a turn in which there is room for more. */
  readonly next: Effect.Effect<void> = Effect.callback<void>((resume) => {
    const go = () => resume(Effect.void)
    this.waiting.add(go)
    this.schedule()
    return Effect.sync(() => void this.waiting.delete(go))
  })

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    this.dispatcher.scheduleTask(() => {
      this.scheduled = false
      this.moved = 0
      let room = perTurn
      for (const go of this.waiting) {
        if (room <= 0) break
        room -= each
        this.waiting.delete(go)
        go()
      }
      if (this.waiting.size > 0) this.schedule()
    }, 0)
  }
}
