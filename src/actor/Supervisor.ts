/** Restarts what crashes, and gives up on what keeps crashing. */
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Monotonic from "../domain/Monotonic.ts"

export interface Policy {
  /** More restarts than this … */
  readonly maxRestarts: number
  /** … within this time, and it is given up. */
  readonly within: Duration.Duration
}

export const defaultPolicy: Policy = { maxRestarts: 5, within: Duration.seconds(10) }

/**
 * Runs `self` until it ends by itself or is interrupted. When it crashes, that is logged, `onCrash`
 * gets to clean up, and it runs again from its start. Succeeds with "ended" or "gave up".
 */
export const supervise = <A, E, R, R2>(
  self: Effect.Effect<A, E, R>,
  options: {
    readonly name: string
    readonly policy: Policy
    readonly onCrash: (cause: Cause.Cause<E>) => Effect.Effect<void, never, R2>
  },
): Effect.Effect<"ended" | "gave up", never, R | R2> =>
  Effect.gen(function* () {
    const { maxRestarts, within } = options.policy
    // The latest crashes, at most maxRestarts of them.
    const crashes: Array<number> = []
    while (true) {
      const cause = yield* self.pipe(
        Effect.as(undefined),
        // An interruption of this fiber is not caught; one that comes from within `self` is a crash like any other.
        Effect.catchCause((cause) => Effect.succeed(cause)),
      )
      if (cause === undefined) return "ended"
      yield* Effect.logError(`${options.name} crashed`, cause)
      yield* Effect.catchCause(options.onCrash(cause), (cause) =>
        Effect.logError(`${options.name} could not clean up`, cause),
      )
      const now = yield* Monotonic.now
      while (crashes.length > 0 && now - crashes[0]! > Duration.toMillis(within)) crashes.shift()
      if (crashes.length >= maxRestarts) {
        yield* Effect.logError(
          `${options.name} crashed ${maxRestarts + 1} times in ${Duration.format(within)}: given up`,
        )
        return "gave up"
      }
      crashes.push(now)
    }
  })
