/** What would be lost if the page went now. */
import type { Chat } from "./Chat.ts"
import type { Conversation } from "./Conversation.ts"
import * as Kept from "./Kept.ts"

/** Whether there is anything that has not arrived and is nowhere else. */
export const isUnfinished = ({ conversations, uploads }: Chat): boolean =>
  conversations.value.some(({ unsent }) => unsent.value.length > 0) ||
  uploads.value.some(({ failed }) => failed === undefined)

const keep = (chat: Chat, { draft, name }: Conversation): void => {
  if (Kept.draft(chat, name.value) !== draft.value) Kept.setDraft(chat, name.value, draft.value)
}

/** Keeps what is being written, also the letters that were typed last. */
export const keepDrafts = (chat: Chat): void => {
  for (const conversation of chat.conversations.value) keep(chat, conversation)
}

/** What was not sent stands where one writes when one comes back. */
export const keepUnsent = (chat: Chat): void => {
  for (const conversation of chat.conversations.value) {
    const { draft, unsent } = conversation
    const texts = [...unsent.value.map(({ content }) => content), draft.value]
    unsent.value = []
    draft.value = texts.filter((text) => text !== "").join("\n")
    keep(chat, conversation)
  }
}
