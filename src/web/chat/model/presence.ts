/** How present people are, as far as this page is told. */
import type { Member } from "../../../protocol/v2/ServerFrame.ts"
import type { Chat } from "./Chat.ts"
import type { Conversation } from "./Conversation.ts"

/** Nothing is known of anybody while there is no connection. */
export const isConnected = ({ state }: Chat): boolean => state.value.tag === "Online"

/** Somebody who is here, in this conversation or in any other. */
export const memberOf = (chat: Chat, name: string, conversation: Conversation): Member | undefined => {
  if (!isConnected(chat)) return undefined
  for (const { isJoined, roster } of [conversation, ...chat.conversations.value]) {
    const member = isJoined.value ? roster.value?.members.get(name as never) : undefined
    if (member !== undefined) return member
  }
  return undefined
}

/**
 * Whom one talks with in a direct conversation, where they are here. The service tells it there once something is said, and before
 * that in any channel in which both are.
 */
export const otherIn = (chat: Chat, conversation: Conversation): Member | undefined =>
  conversation.other === undefined ? undefined : memberOf(chat, conversation.other, conversation)
