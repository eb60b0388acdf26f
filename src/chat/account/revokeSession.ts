import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { revokeOwn } from "../internal/ownTokens.ts"
import { asOwner, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

/** Signs the user out somewhere: connections end, and nobody comes back there without the password. */
export const revokeSession = operation(
  "revokeSession",
  "administration",
  [...withAccount, "NoSuchToken"],
  (chat, caller, { id }: { readonly id: string }): Effect.Effect<void, RequestError> =>
    asOwner(chat, caller, (accounts) => revokeOwn(accounts, caller.by.user.id, "session", id)),
)
