import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { ChannelRole } from "../domain/ChannelRole.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { administerUser } from "./internal/administer.ts"
import { administering, operation } from "./Operation.ts"

export interface SetRole {
  readonly channel: ChannelName
  readonly username: Username
  /** Without one: a stranger again. */
  readonly role?: ChannelRole | undefined
}

/** Says what somebody may do in a channel; its members hear of it. */
export const setRole = operation(
  "setRole",
  "administration",
  administering,
  (chat, caller, { channel, role, username }: SetRole): Effect.Effect<void, RequestError> =>
    administerUser(chat, caller, channel, username, (user) => ({ type: "SetRole", user, role })),
)
