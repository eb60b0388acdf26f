import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** What the client is just coming into, and has not been answered by: whatever concerns it waits for that, and nothing else. */
export class Entering<Channel> {
  // As many as the client comes back to in a session.
  private readonly under = new Map<Channel | undefined, Deferred.Deferred<void>>()

  /** Waits until this one has answered, or the session is over; undefined where nobody is just entering it. */
  wait(channel: Channel | undefined): Effect.Effect<void> | undefined {
    const entered = this.under.get(channel)
    return entered && Deferred.await(entered)
  }

  /** Waits until all have. */
  readonly all: Effect.Effect<unknown> = Effect.suspend(() => Effect.forEach(this.under.values(), Deferred.await))

  /** Enters it. */
  enter<E, R>(channel: Channel, entering: Effect.Effect<void, E, R>): Effect.Effect<void, E, R> {
    return Effect.suspend(() => {
      const entered = Deferred.makeUnsafe<void>()
      this.under.set(channel, entered)
      return Effect.ensuring(
        entering,
        Effect.sync(() => {
          this.under.delete(channel)
          Deferred.doneUnsafe(entered, Exit.void)
        }),
      )
    })
  }
}
