import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { RequestError } from "../domain/RequestError.ts"
import type { User, UserId } from "../domain/User.ts"
import type { Username } from "../domain/Username.ts"

/** Whose accounts there are: also of those who are not connected. */
export interface PeopleShape {
  readonly find: (name: Username) => Effect.Effect<Option.Option<User>, RequestError>
  readonly get: (id: UserId) => Effect.Effect<Option.Option<User>, RequestError>
}

/** A reference: without a layer there are no accounts, and a name means whoever is connected under it. */
export const People = Context.Reference<PeopleShape>("natter/chat/People", {
  defaultValue: () => ({ find: () => Effect.succeedNone, get: () => Effect.succeedNone }),
})
