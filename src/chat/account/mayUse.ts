import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Accounts } from "../../accounts/Accounts.ts"
import { toRequestError } from "../../accounts/requestError.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ChatShape } from "../Chat.ts"

/** A name that is reserved for a user inside this program is for nobody else, unless that user is this account's. */
export const mayUse = (
  { directory }: Pick<ChatShape, "directory">,
  accounts: Pick<Accounts["Service"], "find">,
  name: string,
): Effect.Effect<void, RequestError> => {
  const owner = directory.ownerOf(name)
  if (owner === undefined) return Effect.void
  return Effect.flatMap(Effect.mapError(accounts.find(name), toRequestError), (account) =>
    Option.isSome(account) && account.value.id === owner.id
      ? Effect.void
      : Effect.fail(new RequestError({ reason: "UsernameTaken" })),
  )
}
