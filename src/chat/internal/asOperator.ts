/** Operations on the service itself are for its administrators. */
import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"
import type { Facts } from "../service/Around.ts"

export const asOperator = <A>(
  { by }: Caller,
  run: () => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  by.user.role === "admin"
    ? run()
    : Effect.fail(new RequestError({ reason: "Forbidden", detail: "This is for administrators of the service" }))

/** The same, where there is a service around the hub. */
export const ofService = <A>(
  { around }: ChatShape,
  caller: Caller,
  run: (facts: Facts) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  asOperator(caller, () =>
    around.service === undefined
      ? Effect.fail(new RequestError({ reason: "NotSupported", detail: "There is no service around this hub" }))
      : run(around.service),
  )
