import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Reply } from "../hub/audience/ChannelLink.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"
import { awaiting, send, mayNotPost, unsayable } from "./internal/post.ts"
import { operation, posting } from "./Operation.ts"
import type { Receipt } from "./Receipt.ts"

export interface EditMessage {
  readonly channel: ChannelName
  /** The place of the message. */
  readonly target: Seq
  readonly content: string
  /** Made by the caller, as with `publish`. */
  readonly id: MessageId
}

/** The same as `editMessage` for who need not wait: the outcome goes to `reply`. */
export const sendEdit = (
  chat: ChatShape,
  caller: Caller,
  request: EditMessage,
  reply: Reply,
): Effect.Effect<void, RequestError> => {
  const { channel, id, target } = request
  const error = unsayable(chat, request.content) ?? mayNotPost(chat, caller, "editMessage", channel)
  if (error !== undefined) return Effect.fail(error)
  const { by } = caller
  const change = { type: "Edited", content: request.content } as const
  return send(chat, caller, channel, reply, (request) => ({ type: "Change", by, request, id, target, change }))
}

/** Says something else in a message of one's own. */
export const editMessage = operation(
  "editMessage",
  "publishing",
  [...posting, "SlowMode", "NoSuchMessage", "EmptyMessage", "MessageTooLong", "InvalidFrame"],
  (chat, caller, request: EditMessage): Effect.Effect<Receipt, RequestError> =>
    awaiting((reply) => sendEdit(chat, caller, request, reply)),
)
