import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Topic } from "../domain/Topic.ts"
import { administer } from "./internal/administer.ts"
import { naming, operation, rights } from "./Operation.ts"

export interface SetTopic {
  readonly channel: ChannelName
  readonly topic: Topic
}

/** Says what a channel is about; its members hear of it. */
export const setTopic = operation(
  [...rights, ...naming, "NotSupported"],
  (chat, caller, { channel, ...act }: SetTopic): Effect.Effect<void, RequestError> =>
    administer(chat, caller, channel, { type: "SetTopic", ...act }),
)
