/** The messages that others answer: in the window, or fetched one by one. */
import { isMentioned } from "../../../text/Mentions.ts"
import type { Chat } from "./Chat.ts"
import type { Conversation } from "./Conversation.ts"
import type { Entry } from "./frames.ts"
import * as Kept from "./Kept.ts"
import * as Message from "./Message.ts"
import * as Timeline from "./Timeline.ts"

/** Messages that are kept beside the window. */
const most = 100

/** Null where it is gone, undefined where it is not known yet. */
export const find = ({ elsewhere, timeline }: Conversation, seq: number): Message.Message | null | undefined => {
  const inWindow = timeline.value && Timeline.at(timeline.value, seq)
  return inWindow === undefined ? elsewhere.value.get(seq) : inWindow
}

/** Fetches it, once. */
export const fetch = async (chat: Chat, conversation: Conversation, seq: number): Promise<void> => {
  const { asked, elsewhere, name } = conversation
  if (asked.has(seq)) return
  asked.add(seq)
  const answer = await chat.ask((client) => client.history(name.value, { after: seq - 1, limit: 1 }))
  asked.delete(seq)
  if (!answer.ok) return
  const [entry] = answer.value.entries
  const found = entry?.seq === seq && entry.type === "Message" ? Message.of(entry) : null
  elsewhere.value = new Map([...[...elsewhere.value].slice(1 - most), [seq, found]])
}

/** What is heard of those beside the window, and of the one that is being answered. */
export const heard = ({ answering, elsewhere }: Conversation, entries: ReadonlyArray<Entry>): void => {
  for (const entry of entries) {
    if (entry.type === "Message") continue
    const { target } = entry
    const known = elsewhere.value.get(target)
    if (known != null) elsewhere.value = new Map(elsewhere.value).set(target, Message.change(known, entry))
    if (entry.type === "Deleted" && answering.value?.seq === target) answering.value = undefined
  }
}

/** What is written next answers this one. Who is answered is called by name, as long as one leaves it there. */
export const begin = (chat: Chat, conversation: Conversation, message: Message.Message): void => {
  const { answering, draft, isDirect, name } = conversation
  const { from } = message
  answering.value = message
  if (isDirect || from === chat.me.name || isMentioned(draft.value, from)) return
  draft.value = `@${from} ${draft.value}`
  Kept.setDraft(chat, name.value, draft.value)
}
