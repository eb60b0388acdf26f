import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Topic } from "../domain/Topic.ts"
import { showing, unless } from "./internal/checks.ts"
import { asMember } from "./internal/inChannel.ts"
import { administering, operation } from "./Operation.ts"

export interface SetTopic {
  readonly channel: ChannelName
  readonly topic: Topic
}

/** Says what a channel is about; its members hear of it. A session does so where it is in the channel. */
export const setTopic = operation(
  "setTopic",
  "administration",
  [...administering, "SlowMode", "ChannelArchived", "NotMember", "NotSupported", "InvalidFrame"],
  (chat, caller, { channel, topic }: SetTopic): Effect.Effect<void, RequestError> =>
    unless(showing("topic", topic), () =>
      asMember(chat, caller, channel, (link, other) => {
        if (other !== undefined) {
          return Effect.fail(new RequestError({ reason: "NotSupported", detail: "A direct conversation has no topic" }))
        }
        const act = { type: "SetTopic", topic } as const
        return Effect.asVoid(link.ask<"Done">((request) => ({ type: "Administer", by: caller.by, request, act })))
      }),
    ),
)
