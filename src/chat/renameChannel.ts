import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { administer } from "./internal/administer.ts"
import { administering, operation } from "./Operation.ts"

export interface RenameChannel {
  readonly channel: ChannelName
  readonly name: ChannelName
}

/** Gives a channel another name; its members stay in it, and hear of it. */
export const renameChannel = operation(
  "renameChannel",
  "administration",
  [...administering, "ChannelExists"],
  (chat, caller, { channel, name }: RenameChannel): Effect.Effect<void, RequestError> =>
    administer(chat, caller, channel, { type: "Rename", name }),
  // Who is limited to channels neither takes one out of these, nor makes another one of them.
  ({ channel, name }) => [channel, name],
)
