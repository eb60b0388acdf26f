import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { RequestError } from "../../domain/RequestError.ts"
import { asOwner, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

export interface ChangePassword {
  readonly old: Redacted.Redacted
  readonly password: Redacted.Redacted
}

/**
 * Changes one's own password, for who knows it. All tokens are revoked and all sessions end, but for the token by which it
 * is done, and the sessions that hold it.
 */
export const changePassword = operation(
  "changePassword",
  "administration",
  [...withAccount, "InvalidCredentials", "InvalidPassword", "TooManyLogins", "NoSuchUser"],
  (chat, caller, { old, password }: ChangePassword): Effect.Effect<void, RequestError> => {
    const { by, tokenId } = caller
    return asOwner(chat, caller, (accounts) =>
      accounts.changePassword({ user: by.user, address: by.address, old, password, keep: tokenId }),
    )
  },
)
