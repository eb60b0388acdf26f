import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

/** Lets somebody in again who was kept out. For administrators. */
export const enableUser = operation(
  "enableUser",
  "administration",
  [...withAccount, "NoSuchUser"],
  (chat, caller, { username }: { readonly username: string }): Effect.Effect<void, RequestError> =>
    asAdministrator(chat, caller, (accounts) =>
      accounts.enable(username).pipe(noted(chat, caller, { action: "enableUser", whom: username })),
    ),
)
