import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** Ends the process with exit code 1 if it is still running after this time. */
export const hardStop = (after: Duration.Duration) =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.sync(() => {
      const stop = Effect.andThen(
        Effect.logFatal(`not stopped after ${Duration.format(after)}: ended with what is left`),
        Effect.sync(() => process.exit(1)),
      )
      setTimeout(() => Effect.runForkWith(context)(stop), Duration.toMillis(after)).unref()
    }),
  )
