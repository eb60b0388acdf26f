/** Of which messages of a conversation one is told: this browser keeps it, as `natter chat` keeps its own. */
import type { Chat } from "./Chat.ts"
import type { Conversation, Level } from "./Conversation.ts"
import * as Kept from "./Kept.ts"

export const setLevel = (chat: Chat, { level, name }: Conversation, to: Level): void => {
  level.value = to
  Kept.setLevel(chat, name.value, to)
}

/** Whether one is told of a message there; `concerns` says whether it is for the reader. */
export const isTold = ({ level }: Conversation, concerns: boolean): boolean =>
  level.value === "all" || (level.value === "mentions" && concerns)
