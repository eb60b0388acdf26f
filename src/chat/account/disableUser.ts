import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import { isSame } from "../../domain/NameKey.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

/**
 * Keeps somebody out: tokens are revoked, and sessions end. Nothing is deleted. For administrators, of whom none does it to
 * the own account: so one is left.
 */
export const disableUser = operation(
  "disableUser",
  "administration",
  [...withAccount, "NoSuchUser"],
  (chat, caller, { username }: { readonly username: string }): Effect.Effect<void, RequestError> =>
    asAdministrator(chat, caller, (accounts) =>
      isSame(caller.by.user.name, username)
        ? Effect.fail(new RequestError({ reason: "Forbidden", detail: "Nobody disables the own account" }))
        : accounts.disable(username).pipe(noted(chat, caller, { action: "disableUser", whom: username })),
    ),
)
