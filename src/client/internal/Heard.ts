import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { Disconnect } from "../../domain/Disconnect.ts"

const lost = () => new Disconnect({ reason: "ConnectionLost" })

/**
 * What a session is told comes as an event in its order; what answers a request also comes to whoever made it, perhaps
 * before. Here it waits until the event was taken in: what it does next is done by a client that knows where it is.
 */
export class Heard {
  /** Taken in before anybody asked. Bounded by the requests that were given up, and those that will ask in a moment. */
  private readonly early = new Set<number>()
  /** As many as there are such requests. */
  private readonly waiting = new Map<number, Deferred.Deferred<void, Disconnect>>()
  /** Nothing is taken in any more: the scope has closed. Answers may still come, while the session says goodbye. */
  private isOver = false

  /** Whoever waits when the scope closes is told that the connection is lost. */
  static readonly make: Effect.Effect<Heard, never, Scope.Scope> = Effect.acquireRelease(
    Effect.sync(() => new Heard()),
    (heard) =>
      Effect.sync(() => {
        heard.isOver = true
        for (const waiting of heard.waiting.values()) Deferred.doneUnsafe(waiting, Exit.fail(lost()))
      }),
  )

  /** The event that answers this request is taken in. */
  note(ref: number | undefined): void {
    if (ref === undefined) return
    const waiting = this.waiting.get(ref)
    if (waiting === undefined) this.early.add(ref)
    else Deferred.doneUnsafe(waiting, Exit.void)
  }

  /** Waits for that. */
  event(ref: number | undefined): Effect.Effect<void, Disconnect> {
    return Effect.suspend(() => {
      if (ref === undefined || this.early.delete(ref)) return Effect.void
      if (this.isOver) return Effect.fail(lost())
      const waiting = Deferred.makeUnsafe<void, Disconnect>()
      this.waiting.set(ref, waiting)
      return Effect.ensuring(
        Deferred.await(waiting),
        Effect.sync(() => this.waiting.delete(ref)),
      )
    })
  }
}
