import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Reply } from "../hub/audience/ChannelLink.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"
import { awaiting, send, mayNotPost, unsayable } from "./internal/post.ts"
import { operation, posting } from "./Operation.ts"
import type { Receipt } from "./Receipt.ts"

export interface Publish {
  readonly channel: ChannelName
  readonly content: string
  /** Made by the caller: sent again within ten minutes, the first result is given and nothing is stored twice. */
  readonly id?: MessageId | undefined
}

/** The same as `publish` for who need not wait: the outcome goes to `reply`. */
export const sendMessage = (
  chat: ChatShape,
  caller: Caller,
  { channel, content, id }: Publish,
  reply: Reply,
): Effect.Effect<void, RequestError> => {
  const error = unsayable(chat, content) ?? mayNotPost(chat, caller, "publish", channel)
  if (error !== undefined) return Effect.fail(error)
  const { by } = caller
  return send(chat, caller, channel, reply, (request) => ({ type: "Publish", by, request, id, content }))
}

/** Says something to a channel; succeeds when it has its place and is as safe as the answer says. */
export const publish = operation(
  "publish",
  "publishing",
  [...posting, "EmptyMessage", "MessageTooLong", "InvalidFrame", "SlowMode"],
  (chat, caller, request: Publish): Effect.Effect<Receipt, RequestError> =>
    awaiting((reply) => sendMessage(chat, caller, request, reply)),
)
