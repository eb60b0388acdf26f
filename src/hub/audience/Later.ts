import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"

/** Runs something later, behind what is to be run already or after so many milliseconds; never once the scope has closed. */
export type Later = (millis: number, run: () => void) => void

/** Twice: an actor that has handled a full batch yields before the next one, which is to be run already, too. */
const soon = Effect.andThen(Effect.yieldNow, Effect.yieldNow)

export const make: Effect.Effect<Later, never, Scope.Scope> = Effect.map(
  FiberSet.makeRuntime(),
  (fork) => (millis, run) =>
    void fork(Effect.andThen(millis === 0 ? soon : Effect.sleep(Duration.millis(millis)), Effect.sync(run))),
)
