import type * as Effect from "effect/Effect"
import type { AddressBan } from "../../accounts/AddressBan.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

/** From where nobody is let in: all of it, of which there is a bound. For administrators of the service. */
export const listAddressBans = operation(
  "listAddressBans",
  "reading",
  withAccount,
  (chat, caller, _: object): Effect.Effect<ReadonlyArray<AddressBan>, RequestError> =>
    asAdministrator(chat, caller, (accounts) => accounts.bans),
)
