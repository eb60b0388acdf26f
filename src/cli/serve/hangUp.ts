import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { survivors } from "./survivors.ts"

export interface HangUps {
  /** Waits for one; those that come while nobody waits are one. */
  readonly next: Effect.Effect<void>
}

/**
 * SIGHUP says that a terminal has gone, or, by custom, that settings are to be read again: the service goes on either way,
 * from now on until the scope closes.
 */
export const hangUps: Effect.Effect<HangUps, never, Scope.Scope> = Effect.gen(function* () {
  const come = yield* Queue.sliding<void>(1)
  const onHangUp = () => void Queue.offerUnsafe(come, undefined)
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      survivors.add(onHangUp)
      process.on("SIGHUP", onHangUp)
    }),
    () =>
      Effect.sync(() => {
        survivors.delete(onHangUp)
        process.off("SIGHUP", onHangUp)
      }),
  )
  return { next: Queue.take(come) }
})
