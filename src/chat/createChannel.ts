import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { ChannelAccess } from "../domain/ChannelRole.ts"
import { isDirect } from "../domain/Direct.ts"
import type { Durability } from "../domain/Durability.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Topic } from "../domain/Topic.ts"
import { administer } from "./internal/administer.ts"
import { showing, unless } from "./internal/checks.ts"
import { operation } from "./Operation.ts"

export interface CreateChannel {
  readonly channel: ChannelName
  /** Default: public. */
  readonly access?: ChannelAccess | undefined
  readonly topic?: Topic | undefined
  /** How safe a message is before it is acknowledged. Default: the service's. */
  readonly durability?: Durability | undefined
}

/** Makes a channel, which the user owns from then on. Entering it is another operation. */
export const createChannel = operation(
  "createChannel",
  "administration",
  ["ChannelExists", "Forbidden", "TooManyChannels", "ChannelQuota", "InvalidFrame"],
  (chat, caller, { access, channel, durability, topic }: CreateChannel): Effect.Effect<void, RequestError> =>
    // A direct conversation is there as soon as there are two.
    isDirect(channel)
      ? Effect.fail(new RequestError({ reason: "ChannelExists", field: "channel" }))
      : unless(showing("topic", topic), () =>
          administer(chat, caller, channel, { type: "Create", access, topic, durability }),
        ),
)
