import * as Effect from "effect/Effect"
import type { RequestError } from "../../../domain/RequestError.ts"
import type { Session } from "../../Session.ts"
import { lookAgain } from "./bounds.ts"

/**
 * What was allowed when it began is asked for again now and then, while something comes or goes: rights are revoked, channels
 * and messages deleted. Fails then; where it cannot be known just now, it goes on.
 */
export const checking = (
  session: Session,
  check: Effect.Effect<unknown, RequestError>,
): Effect.Effect<void, RequestError> => {
  let due = session.elapsed() + lookAgain
  const again = Effect.catchIf(
    Effect.asVoid(check),
    // A token for less may be for all of this but for asking.
    (error) => error.retryable || error.reason === "OutOfScope",
    () => Effect.void,
  )
  return Effect.suspend(() => {
    if (session.elapsed() < due) return Effect.void
    due = session.elapsed() + lookAgain
    return again
  })
}
