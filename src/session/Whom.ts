import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Username } from "../domain/Username.ts"
import type { Whom } from "../hub/Administration.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Session } from "./Session.ts"

/** Whom a name means: an account, also of who is not connected; otherwise the channel knows who is in it. */
export const whom = (session: Session, name: Username): Effect.Effect<Whom, RequestError> =>
  session.with.accounts.find(name).pipe(
    Effect.mapError(() => new RequestError({ reason: "Unavailable" })),
    Effect.map((account) => ({ name, account: Option.getOrUndefined(account) })),
  )
