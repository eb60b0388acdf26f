import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { administer } from "./internal/administer.ts"
import { deleting, operation } from "./Operation.ts"

export interface DeleteChannel {
  readonly channel: ChannelName
}

/** Removes a channel with all that was said there, for good; who is in it is put out. For administrators of the service. */
export const deleteChannel = operation(
  "deleteChannel",
  "administration",
  deleting,
  (chat, caller, { channel }: DeleteChannel): Effect.Effect<void, RequestError> =>
    administer(chat, caller, channel, { type: "Delete" }),
)
