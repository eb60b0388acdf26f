import * as Effect from "effect/Effect"
import type { RequestError } from "../../../domain/RequestError.ts"
import type { Session } from "../../Session.ts"
import { lookAgain } from "./bounds.ts"

/**
 * What was allowed when it began is asked for again now and then, while something comes or goes: rights are revoked, channels
 * and messages deleted.
 */
export class Checking {
  private readonly session: Session
  private due: number
  private readonly check: Effect.Effect<unknown, RequestError>

  constructor(session: Session, check: Effect.Effect<unknown, RequestError>) {
    this.session = session
    this.check = check
    this.due = session.elapsed() + lookAgain
  }

  /** Asked for each chunk. Not while it is being looked at. */
  get isDue(): boolean {
    return this.session.elapsed() >= this.due
  }

  /** Fails where it is not allowed any more; where that cannot be known just now, it goes on. */
  look(): Effect.Effect<void, RequestError> {
    this.due = Infinity
    return Effect.asVoid(this.check).pipe(
      // A token for less may be for all of this but for asking.
      Effect.catchIf(
        (error) => error.retryable || error.reason === "OutOfScope",
        () => Effect.void,
      ),
      Effect.ensuring(Effect.sync(() => void (this.due = this.session.elapsed() + lookAgain))),
    )
  }
}
