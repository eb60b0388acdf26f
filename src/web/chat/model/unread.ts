/** What is unread in a conversation: how much, and how much of it concerns one. It goes with what becomes of the messages. */
import { isFor } from "../../../text/Highlights.ts"
import type { Chat } from "./Chat.ts"
import type { Conversation } from "./Conversation.ts"
import type { Entry } from "./frames.ts"

/** Messages that are known one by one; of any more it is only counted how many there are. */
const maxUnseen = 2000

const concerns = ({ me, words }: Chat, { isDirect }: Conversation, content: string): boolean =>
  isDirect || isFor(content, me.name, words.value)

/** Keeps a message that is counted as unread; true where it concerns one, and was not counted so. */
export const note = (chat: Chat, conversation: Conversation, message: { seq: number; content: string }): boolean => {
  const { mentions, unseen } = conversation
  const isCalled = concerns(chat, conversation, message.content)
  if (unseen.size < maxUnseen || unseen.has(message.seq)) unseen.set(message.seq, isCalled)
  if (isCalled) mentions.value += 1
  return isCalled
}

/** Everything is read. */
export const forget = ({ mentions, unread, unseen }: Conversation): void => {
  unread.value = 0
  mentions.value = 0
  unseen.clear()
}

/** Up to a place it was read elsewhere. */
export const forgetUpTo = (conversation: Conversation, seq: number): void => {
  for (const [place, isCalled] of conversation.unseen) if (place <= seq) without(conversation, place, isCalled)
}

const without = ({ mentions, unread, unseen }: Conversation, seq: number, isCalled: boolean): void => {
  unseen.delete(seq)
  unread.value = Math.max(0, unread.value - 1)
  if (isCalled) mentions.value = Math.max(0, mentions.value - 1)
}

/** A message that may be unread has become another, or is gone. */
export const change = (chat: Chat, conversation: Conversation, entry: Entry): void => {
  if (entry.type !== "Edited" && entry.type !== "Deleted") return
  const { counted, mentions, read, unread, unseen } = conversation
  const { target } = entry
  const wasCalled = unseen.get(target)
  if (entry.type === "Deleted") {
    if (wasCalled !== undefined) without(conversation, target, wasCalled)
    // One that the service has counted, and that is not known here.
    else if (target > read && target <= counted && unread.value > unseen.size) unread.value -= 1
    mentions.value = Math.min(mentions.value, unread.value)
    return
  }
  if (wasCalled === undefined) return
  const isCalled = concerns(chat, conversation, entry.content)
  unseen.set(target, isCalled)
  mentions.value = Math.max(0, mentions.value + Number(isCalled) - Number(wasCalled))
}
