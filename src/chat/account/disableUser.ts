import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

/** Keeps somebody out: tokens are revoked, and sessions end. Nothing is deleted. For administrators. */
export const disableUser = operation(
  "disableUser",
  "administration",
  [...withAccount, "NoSuchUser"],
  (chat, caller, { username }: { readonly username: string }): Effect.Effect<void, RequestError> =>
    asAdministrator(chat, caller, (accounts) => accounts.disable(username)),
)
