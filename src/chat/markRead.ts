import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Seq } from "../domain/Seq.ts"
import { asMember } from "./internal/inChannel.ts"
import { operation, reading } from "./Operation.ts"

export interface MarkRead {
  readonly channel: ChannelName
  /** Up to here it was read; it never goes back. */
  readonly seq: Seq
}

/** Notes how far the user has read; from the first time on the channel counts for the user. The members are told. */
export const markRead = operation(
  "markRead",
  "reading",
  [...reading, "NotMember"],
  (chat, caller, { channel, seq }: MarkRead): Effect.Effect<void, RequestError> =>
    asMember(chat, caller, channel, (link) =>
      Effect.asVoid(link.ask<"Done">((request) => ({ type: "Read", by: caller.by, request, seq }))),
    ),
)
