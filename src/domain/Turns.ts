import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

/** One at a time of each name; the next waits for the scope of the one before to close. */
export class Turns {
  // As many as there are names of which one is at it or waits.
  private readonly named = new Map<string, { readonly turn: Semaphore.Semaphore; users: number }>()

  take(name: string): Effect.Effect<void, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.sync(() => {
        const entry = this.named.get(name) ?? { turn: Semaphore.makeUnsafe(1), users: 0 }
        entry.users++
        this.named.set(name, entry)
        return entry
      }),
      (entry) =>
        Effect.sync(() => {
          if (--entry.users === 0) this.named.delete(name)
        }),
    ).pipe(Effect.flatMap(({ turn }) => taken(turn)))
  }
}

/** A permit until the scope closes. */
export const taken = (turn: Semaphore.Semaphore): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(turn.take(1), () => turn.release(1), { interruptible: true }))
