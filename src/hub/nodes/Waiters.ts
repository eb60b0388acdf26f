import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/** Those who wait for room, in the order in which they came. Each looks again when it is woken. */
export class Waiters {
  private readonly room: () => number
  /** Bounded by the node's connections. */
  private readonly waiting = new Set<Deferred.Deferred<void>>()

  constructor(room: () => number) {
    this.room = room
  }

  /** Waits until there may be room. */
  readonly wait: Effect.Effect<void> = Effect.suspend(() => {
    const woken = Deferred.makeUnsafe<void>()
    this.waiting.add(woken)
    return Effect.onInterrupt(Deferred.await(woken), () =>
      Effect.sync(() => {
        // The room that it was given is another's.
        if (!this.waiting.delete(woken)) this.wake()
      }),
    )
  })

  /** Wakes as many as there is room for: to wake all for each place is slow where thousands wait. */
  wake(): void {
    if (this.waiting.size > 0) this.wakeUpTo(this.room())
  }

  wakeAll(): void {
    this.wakeUpTo(this.waiting.size)
  }

  private wakeUpTo(count: number): void {
    let left = count
    for (const woken of this.waiting) {
      if (left-- <= 0) return
      this.waiting.delete(woken)
      Deferred.doneUnsafe(woken, Effect.void)
    }
  }
}
