import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import { operation } from "../Operation.ts"

export interface Drained {
  /** How many sessions are told to come back later. */
  readonly sessions: number
}

/** Has the service end as SIGTERM does. For administrators of the service. */
export const drain = operation(
  "drain",
  "administration",
  ["Forbidden"],
  ({ directory, ending }, { by }, _: object): Effect.Effect<Drained, RequestError> =>
    by.user.role === "admin"
      ? Effect.gen(function* () {
          const { sessions } = yield* directory.stats
          yield* Effect.logWarning(`${by.user.name} has told the service to end`)
          yield* Deferred.succeed(ending, undefined)
          return { sessions }
        })
      : Effect.fail(new RequestError({ reason: "Forbidden", detail: "An administrator of the service may" })),
)
