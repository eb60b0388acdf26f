import * as Effect from "effect/Effect"
import { type AddressRange, contains } from "../../domain/AddressRange.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { noRange, sanction, unless } from "../internal/checks.ts"
import { noted } from "../internal/noted.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

export interface BanAddress {
  readonly address: AddressRange
  /** Milliseconds that it lasts; without end where there is none. */
  readonly duration?: number | undefined
  readonly reason?: string | undefined
}

export interface AddressBanned {
  /** How many sessions have ended by it. */
  readonly sessions: number
}

/**
 * Lets nobody in from a range of addresses, whoever it is, and ends the sessions that come from there. Not the caller's own
 * address: nobody would be left to take it back. For administrators of the service.
 */
export const banAddress = operation(
  "banAddress",
  "administration",
  [...withAccount, "InvalidFrame", "TooManyBans"],
  (chat, caller, { address, duration, reason }: BanAddress): Effect.Effect<AddressBanned, RequestError> => {
    const { address: own, user } = caller.by
    const error = sanction({ duration, reason }) ?? noRange(address)
    return unless(error, () =>
      asAdministrator(chat, caller, (accounts) => {
        if (own !== undefined && contains(address, own)) {
          return Effect.fail(new RequestError({ reason: "Forbidden", detail: "You come from there yourself" }))
        }
        const by = { id: user.id, name: user.name }
        return accounts.ban({ address, by, reason: reason ?? null, duration }).pipe(
          Effect.flatMap(() => chat.around.threads?.endFrom(address) ?? chat.directory.endFrom(address)),
          Effect.map((sessions) => ({ sessions })),
          noted(chat, caller, { action: "banAddress", detail: address }),
        )
      }),
    )
  },
)
