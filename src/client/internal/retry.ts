import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { catalog, RequestError } from "../../domain/RequestError.ts"
import { defaults, delay } from "../Reconnect.ts"

/**
 * Repeats a request that the server refused with a retryable error: after the time that the server named, if that is at
 * most `longest`, otherwise after a growing wait, and then at most `times` times.
 */
export const retryRefused = <A, E>(
  request: Effect.Effect<A, E>,
  { longest = Duration.infinity, times = Number.POSITIVE_INFINITY }: RetryLimits = {},
): Effect.Effect<A, E> => {
  const attempt = (failures: number): Effect.Effect<A, E> =>
    Effect.catch(request, (error) => {
      if (!(error instanceof RequestError) || !catalog[error.reason].retryable) return Effect.fail(error)
      const { retryAfter } = error
      if (retryAfter !== undefined) {
        return Duration.isGreaterThan(retryAfter, longest)
          ? Effect.fail(error)
          : Effect.delay(
              Effect.suspend(() => attempt(failures)),
              retryAfter,
            )
      }
      if (failures === times) return Effect.fail(error)
      return Effect.flatMap(delay(defaults, failures), (wait) =>
        Effect.delay(
          Effect.suspend(() => attempt(failures + 1)),
          wait,
        ),
      )
    })
  return attempt(0)
}

interface RetryLimits {
  readonly longest?: Duration.Duration | undefined
  readonly times?: number | undefined
}
