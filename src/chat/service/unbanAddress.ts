import type * as Effect from "effect/Effect"
import type { AddressRange } from "../../domain/AddressRange.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { noRange, unless } from "../internal/checks.ts"
import { noted } from "../internal/noted.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

/** Lets people in again from a range of addresses, written as it was banned. For administrators of the service. */
export const unbanAddress = operation(
  "unbanAddress",
  "administration",
  [...withAccount, "InvalidFrame"],
  (chat, caller, { address }: { readonly address: AddressRange }): Effect.Effect<void, RequestError> =>
    unless(noRange(address), () =>
      asAdministrator(chat, caller, (accounts) =>
        accounts.unban(address).pipe(noted(chat, caller, { action: "unbanAddress", detail: address })),
      ),
    ),
)
