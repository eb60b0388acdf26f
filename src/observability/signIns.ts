import * as Effect from "effect/Effect"
import type { RequestError } from "../domain/RequestError.ts"
import type { Meter, SignInMethod } from "./Meters.ts"

/** An attempt to sign in through whatever door, and what becomes of it. */
export const counted = <A>(
  { signIns }: Pick<Meter, "signIns">,
  method: SignInMethod,
  attempt: Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  attempt.pipe(
    Effect.tapError(({ reason }) => Effect.sync(() => signIns.add(method, reason))),
    Effect.tap(() => Effect.sync(() => signIns.add(method, "ok"))),
  )
