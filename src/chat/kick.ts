import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { administerUser } from "./internal/administer.ts"
import { sanction, unless } from "./internal/checks.ts"
import { administering, operation } from "./Operation.ts"

export interface Kick {
  readonly channel: ChannelName
  readonly username: Username
  /** Those who are told of it, and the audit log, get it. */
  readonly reason?: string | undefined
}

/** Puts somebody out of a channel, with all sessions; who may come back. */
export const kick = operation(
  "kick",
  "administration",
  [...administering, "InvalidFrame"],
  (chat, caller, { channel, reason, username }: Kick): Effect.Effect<void, RequestError> =>
    unless(sanction({ reason }), () =>
      administerUser(chat, caller, channel, username, (user) => ({ type: "Kick", user, reason })),
    ),
)
