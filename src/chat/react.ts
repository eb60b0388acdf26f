import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import { reactionOf } from "../domain/Reaction.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { reaction as rule } from "../domain/Rules.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Reply } from "../hub/audience/ChannelLink.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"
import { invalid, showing } from "./internal/checks.ts"
import { awaiting, send, mayNotPost } from "./internal/post.ts"
import { operation, posting } from "./Operation.ts"
import type { Receipt } from "./Receipt.ts"

export interface React {
  readonly channel: ChannelName
  /** The place of the message. */
  readonly target: Seq
  /** As it was typed: forms that look the same are one reaction. */
  readonly reaction: string
  /** False takes it back. */
  readonly on: boolean
  /** Made by the caller, as with `publish`. */
  readonly id: MessageId
}

/** The same as `react` for who need not wait: the outcome goes to `reply`. */
export const sendReaction = (
  chat: ChatShape,
  caller: Caller,
  request: React,
  reply: Reply,
): Effect.Effect<void, RequestError> => {
  const { channel, id, on, target } = request
  const reaction = reactionOf(request.reaction)
  if (reaction === undefined) return Effect.fail(invalid("reaction", `expected ${rule.expected}`))
  const error = (on ? showing("reaction", reaction) : undefined) ?? mayNotPost(chat, caller, "react", channel)
  if (error !== undefined) return Effect.fail(error)
  const { by } = caller
  const change = { type: "Reacted", reaction, on } as const
  return send(chat, caller, channel, reply, (request) => ({ type: "Change", by, request, id, target, change }))
}

/** Reacts to a message, or takes the reaction back. */
export const react = operation(
  "react",
  "publishing",
  [...posting, "SlowMode", "NoSuchMessage", "TooManyReactions", "InvalidFrame"],
  (chat, caller, request: React): Effect.Effect<Receipt, RequestError> =>
    awaiting((reply) => sendReaction(chat, caller, request, reply)),
)
