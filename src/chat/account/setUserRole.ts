import type * as Effect from "effect/Effect"
import type { AccountRole } from "../../accounts/Account.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

export interface SetUserRole {
  readonly username: string
  readonly role: AccountRole
}

/**
 * Makes somebody an administrator, or a member again: sessions end and come back as what the account is then. Nobody takes
 * the role from the last who has it. For administrators.
 */
export const setUserRole = operation(
  "setUserRole",
  "administration",
  [...withAccount, "NoSuchUser", "LastAdministrator"],
  (chat, caller, { role, username }: SetUserRole): Effect.Effect<void, RequestError> =>
    asAdministrator(chat, caller, (accounts) =>
      accounts
        .setRole(username, role)
        .pipe(noted(chat, caller, { action: "setUserRole", whom: username, detail: role })),
    ),
)
