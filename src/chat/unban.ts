import * as Effect from "effect/Effect"
import type { AddressRange } from "../domain/AddressRange.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { administer, administerUser } from "./internal/administer.ts"
import { administering, operation } from "./Operation.ts"

/** An account or a range of addresses: one of them. */
export interface Unban {
  readonly channel: ChannelName
  readonly username?: Username | undefined
  readonly address?: AddressRange | undefined
}

/** Lets an account or a range of addresses in again. */
export const unban = operation(
  "unban",
  "administration",
  [...administering, "InvalidFrame"],
  (chat, caller, { address, channel, username }: Unban): Effect.Effect<void, RequestError> => {
    if (username !== undefined && address === undefined) {
      return administerUser(chat, caller, channel, username, (user) => ({ type: "Unban", user }))
    }
    if (address !== undefined && username === undefined) {
      return administer(chat, caller, channel, { type: "UnbanAddress", address })
    }
    return Effect.fail(new RequestError({ reason: "InvalidFrame", detail: "Give one of username and address" }))
  },
)
