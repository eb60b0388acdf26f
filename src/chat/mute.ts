import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { administerUser } from "./internal/administer.ts"
import { sanction, unless } from "./internal/checks.ts"
import { administering, operation } from "./Operation.ts"

export interface Mute {
  readonly channel: ChannelName
  readonly username: Username
  /** Milliseconds that it lasts; without end where there is none. */
  readonly duration?: number | undefined
  /** Those who are told of it, and the audit log, get it. */
  readonly reason?: string | undefined
}

/** Lets somebody listen only. Nobody is told. */
export const mute = operation(
  "mute",
  "administration",
  [...administering, "InvalidFrame"],
  (chat, caller, { channel, duration, reason, username }: Mute): Effect.Effect<void, RequestError> =>
    unless(sanction({ duration, reason }), () =>
      administerUser(chat, caller, channel, username, (user) => ({ type: "Mute", user, duration, reason })),
    ),
)
