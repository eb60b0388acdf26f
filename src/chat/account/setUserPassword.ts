import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { RequestError } from "../../domain/RequestError.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

export interface SetUserPassword {
  readonly username: string
  readonly password: Redacted.Redacted
}

/** Gives somebody another password: tokens are revoked, and sessions end. For administrators. */
export const setUserPassword = operation(
  "setUserPassword",
  "administration",
  [...withAccount, "NoSuchUser", "InvalidPassword"],
  (chat, caller, { password, username }: SetUserPassword): Effect.Effect<void, RequestError> =>
    asAdministrator(chat, caller, (accounts) =>
      accounts.setPassword(username, password).pipe(noted(chat, caller, { action: "setUserPassword", whom: username })),
    ),
)
