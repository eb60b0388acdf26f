import * as Effect from "effect/Effect"
import type { AddressRange } from "../domain/AddressRange.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { administer, administerUser } from "./internal/administer.ts"
import { sanction } from "./internal/checks.ts"
import { administering, operation } from "./Operation.ts"

/** An account or a range of addresses: one of them. */
export interface Ban {
  readonly channel: ChannelName
  readonly username?: Username | undefined
  readonly address?: AddressRange | undefined
  /** Milliseconds that it lasts; without end where there is none. */
  readonly duration?: number | undefined
  /** Those who are told of it, and the audit log, get it. */
  readonly reason?: string | undefined
}

/**
 * Keeps an account or a range of addresses out of a channel, from now on and for as long as is said. A range of addresses
 * is for administrators of the service: whoever tries ranges and looks who is out learns where people are.
 */
export const ban = operation(
  "ban",
  "administration",
  [...administering, "InvalidFrame"],
  (chat, caller, { address, channel, duration, reason, username }: Ban): Effect.Effect<void, RequestError> => {
    const error = sanction({ duration, reason })
    if (error !== undefined) return Effect.fail(error)
    if (username !== undefined && address === undefined) {
      return administerUser(chat, caller, channel, username, (user) => ({ type: "Ban", user, duration, reason }))
    }
    if (address !== undefined && username === undefined) {
      return administer(chat, caller, channel, { type: "BanAddress", address, duration, reason })
    }
    return Effect.fail(new RequestError({ reason: "InvalidFrame", detail: "Give one of username and address" }))
  },
)
