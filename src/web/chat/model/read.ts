/** How far one has read. */
import { batch } from "@preact/signals"
import type { Chat } from "./Chat.ts"
import type { Conversation } from "./Conversation.ts"
import { forget } from "./unread.ts"

/** Milliseconds until the service is told, so that it is not told of each message. */
const tellAfter = 500

/** Whoever looks at the end of a conversation has read it. To be called whenever that may be so. */
export const seen = (chat: Chat, conversation: Conversation): void => {
  const { isAtEnd, last, timeline } = conversation
  if (chat.current.value !== conversation || !isAtEnd || !chat.env.isSeen()) return
  if (timeline.value?.live !== true) return
  batch(() => {
    forget(conversation)
    conversation.behind.value = 0
  })
  if (last <= conversation.read || !conversation.isJoined.value) return
  conversation.read = last
  if (conversation.isTelling) return
  conversation.isTelling = true
  chat.env.later(tellAfter, () => {
    conversation.isTelling = false
    // It is told again with the next message.
    void chat.ask((client) => client.read(conversation.name.value, conversation.read))
  })
}

/** Everything in it counts as read. */
export const markRead = (chat: Chat, conversation: Conversation): void => {
  conversation.read = conversation.last
  forget(conversation)
  conversation.newBehind.value = undefined
  void chat.ask((client) => client.read(conversation.name.value, conversation.last))
}
