import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { survivors } from "./survivors.ts"

/**
 * SIGHUP says that a terminal has gone, or, by custom, that settings are to be read again. The service goes on either way:
 * it ends when it is told to, and its settings are those of its start.
 */
export const surviveHangUp = (say: Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = Effect.runForkWith(yield* Effect.context<never>())
    const onHangUp = () => void run(say)
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
  })
