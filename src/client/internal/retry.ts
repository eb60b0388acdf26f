import * as Effect from "effect/Effect"
import { catalog, RequestError } from "../../domain/RequestError.ts"
import { defaults, delay } from "../Reconnect.ts"

/**
 * Repeats a request that the server refused with a retryable error: after the time that the server named, otherwise
 * after a growing wait, and then at most `times` times.
 */
export const retryRefused = <A, E>(
  request: Effect.Effect<A, E>,
  times = Number.POSITIVE_INFINITY,
  failures = 0,
): Effect.Effect<A, E> =>
  Effect.catch(request, (error) => {
    if (!(error instanceof RequestError) || !catalog[error.reason].retryable) return Effect.fail(error)
    if (error.retryAfter !== undefined) return Effect.delay(retryRefused(request, times, failures), error.retryAfter)
    if (failures === times) return Effect.fail(error)
    return Effect.flatMap(delay(defaults, failures), (wait) =>
      Effect.delay(retryRefused(request, times, failures + 1), wait),
    )
  })
