import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

/** Takes back an invitation that nobody has used. For administrators. */
export const revokeInvitation = operation(
  "revokeInvitation",
  "administration",
  [...withAccount, "NoSuchInvitation"],
  (chat, caller, { id }: { readonly id: string }): Effect.Effect<void, RequestError> =>
    asAdministrator(chat, caller, (accounts) =>
      accounts.revokeInvite(id).pipe(noted(chat, caller, { action: "revokeInvitation", detail: id })),
    ),
)
