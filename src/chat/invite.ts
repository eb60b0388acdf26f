import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { administerUser } from "./internal/administer.ts"
import { administering, operation } from "./Operation.ts"

export interface Invite {
  readonly channel: ChannelName
  readonly username: Username
}

/** Makes somebody a member of a channel, who hears of it in all sessions. */
export const invite = operation(
  "invite",
  "administration",
  [...administering, "ChannelArchived"],
  (chat, caller, { channel, username }: Invite): Effect.Effect<void, RequestError> =>
    administerUser(chat, caller, channel, username, (user) => ({ type: "Invite", user })),
)
