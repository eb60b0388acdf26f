import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { catalog, RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"
import { defaults, delay } from "../Reconnect.ts"
import type { RequestFrame } from "../Requests.ts"

/** What is refused so may be done all the same: the store did not say so, or could not any more. */
const unclear = new Set<RequestErrorReason>(["Internal", "Unavailable"])

/** Done twice, these are noted twice, last longer, or are refused the second time since they were done the first. */
const once = new Set<RequestFrame["type"]>([
  "CreateChannel",
  "RenameChannel",
  "DeleteChannel",
  "SetRole",
  "Kick",
  "Ban",
  "Mute",
  "CreateInviteLink",
  "RevokeInviteLink",
])

/** Whether a request may be made again that was refused with this error. */
export const mayRepeat =
  ({ type }: RequestFrame) =>
  ({ reason }: RequestError): boolean =>
    !once.has(type) || !unclear.has(reason)

/**
 * Repeats a request that the server refused with a retryable error: after the time that the server named, if that is at
 * most `longest`, otherwise after a growing wait, and then at most `times` times.
 */
export const retryRefused = <A, E>(
  request: Effect.Effect<A, E>,
  {
    longest = Duration.infinity,
    repeats = () => true,
    times = Number.POSITIVE_INFINITY,
    wait = Effect.sleep,
  }: RetryLimits = {},
): Effect.Effect<A, E> => {
  const attemptAfter = (time: Duration.Duration, failures: number): Effect.Effect<A, E> =>
    Effect.andThen(
      wait(time),
      Effect.suspend(() => attempt(failures)),
    )
  const attempt = (failures: number): Effect.Effect<A, E> =>
    Effect.catch(request, (error) => {
      if (!(error instanceof RequestError) || !catalog[error.reason].retryable || !repeats(error)) {
        return Effect.fail(error)
      }
      const { retryAfter } = error
      if (retryAfter !== undefined) {
        return Duration.isGreaterThan(retryAfter, longest) ? Effect.fail(error) : attemptAfter(retryAfter, failures)
      }
      if (failures === times) return Effect.fail(error)
      return Effect.flatMap(delay(defaults, failures), (time) => attemptAfter(time, failures + 1))
    })
  return attempt(0)
}

interface RetryLimits {
  readonly longest?: Duration.Duration | undefined
  readonly times?: number | undefined
  /** Whether it may be made again at all. */
  readonly repeats?: ((error: RequestError) => boolean) | undefined
  /** How it waits: whoever has no use for the answer any more ends that early. */
  readonly wait?: ((time: Duration.Duration) => Effect.Effect<unknown>) | undefined
}
