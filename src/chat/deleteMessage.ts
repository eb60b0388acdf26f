import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Reply } from "../hub/audience/ChannelLink.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"
import { awaiting, send, mayNotPost } from "./internal/post.ts"
import { operation, posting } from "./Operation.ts"
import type { Receipt } from "./Receipt.ts"

export interface DeleteMessage {
  readonly channel: ChannelName
  /** The place of the message. */
  readonly target: Seq

  /** Made by the caller, as with `publish`. */
  readonly id: MessageId
}

/** The same as `deleteMessage` for who need not wait: the outcome goes to `reply`. */
export const sendDeletion = (
  chat: ChatShape,
  caller: Caller,
  request: DeleteMessage,
  reply: Reply,
): Effect.Effect<void, RequestError> => {
  const { channel, id, target } = request
  const error = mayNotPost(chat, caller, "deleteMessage", channel)
  if (error !== undefined) return Effect.fail(error)
  const { by } = caller
  const change = { type: "Deleted" } as const
  return send(chat, caller, channel, reply, (request) => ({ type: "Change", by, request, id, target, change }))
}

/** Takes a message away: one's own, or as a moderator any. */
export const deleteMessage = operation(
  "deleteMessage",
  "publishing",
  [...posting, "NoSuchMessage"],
  (chat, caller, request: DeleteMessage): Effect.Effect<Receipt, RequestError> =>
    awaiting((reply) => sendDeletion(chat, caller, request, reply)),
)
