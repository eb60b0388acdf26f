import * as Effect from "effect/Effect"
import { catalog, RequestError } from "../../domain/RequestError.ts"
import { defaults, delay } from "../Reconnect.ts"

/** Asks again for as long as that may help: when the server says, or after a while that grows; at most so many times. */
export const persistently = <A, E>(
  ask: Effect.Effect<A, E>,
  times = Number.POSITIVE_INFINITY,
  failures = 0,
): Effect.Effect<A, E> =>
  Effect.catch(ask, (error) => {
    if (!(error instanceof RequestError) || !catalog[error.reason].retryable) return Effect.fail(error)
    if (error.retryAfter !== undefined) return Effect.delay(persistently(ask, times, failures), error.retryAfter)
    if (failures === times) return Effect.fail(error)
    return Effect.flatMap(delay(defaults, failures), (wait) =>
      Effect.delay(persistently(ask, times, failures + 1), wait),
    )
  })
