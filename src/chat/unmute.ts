import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { administerUser } from "./internal/administer.ts"
import { administering, operation } from "./Operation.ts"

export interface Unmute {
  readonly channel: ChannelName
  readonly username: Username
}

/** Lets somebody speak again. */
export const unmute = operation(
  "unmute",
  "administration",
  administering,
  (chat, caller, { channel, username }: Unmute): Effect.Effect<void, RequestError> =>
    administerUser(chat, caller, channel, username, (user) => ({ type: "Unmute", user })),
)
