/** Does what one can do from anywhere, by a key or from the palette. */
import type { Chat } from "../model/Chat.ts"
import type { Conversation } from "../model/Conversation.ts"
import { goTo, goToEnd } from "../model/history.ts"
import { listed } from "../model/order.ts"
import { markRead } from "../model/read.ts"
import type { Inside, Over } from "./context.ts"
import type { Command } from "./shortcuts.ts"

/** The next conversation in the list from the one that is shown, around its ends. */
const neighbour = (chat: Chat, step: 1 | -1, isWanted: (one: Conversation) => boolean): Conversation | undefined => {
  const all = listed(chat.conversations.value)
  const { value: current } = chat.current
  const at = current === undefined ? -1 : all.indexOf(current)
  for (let far = 1; far <= all.length; far++) {
    const one = all[(at + step * far + 2 * all.length) % all.length]
    if (one !== undefined && one !== current && isWanted(one)) return one
  }
  return undefined
}

const overs: Partial<Record<Command, Over["tag"]>> = {
  palette: "Palette",
  shortcuts: "Shortcuts",
  details: "Details",
  date: "Date",
  browse: "Browse",
  newChannel: "NewChannel",
  newDirect: "NewDirect",
  settings: "Settings",
}

export const run = ({ app, chat, screen }: Inside, command: Command): void => {
  const { value: conversation } = chat.current
  const move = (step: 1 | -1, isWanted: (one: Conversation) => boolean) => {
    const to = neighbour(chat, step, isWanted)
    if (to !== undefined) app.goTo(to.name.value, undefined)
  }
  const over = overs[command]
  if (over !== undefined) {
    const needsOne = over === "Details" || over === "Date"
    if (!needsOne || conversation !== undefined) screen.over.value = { tag: over }
    return
  }
  switch (command) {
    case "search":
      screen.panel.value = "search"
      screen.focusSearch.value++
      return
    case "people":
      screen.panel.value = screen.panel.value === "people" ? undefined : "people"
      return
    case "write":
      // There `?` is a letter.
      if (document.activeElement?.closest(".composer") != null) screen.over.value = { tag: "Shortcuts" }
      else screen.focusComposer.value++
      return
    case "previous":
      return move(-1, () => true)
    case "next":
      return move(1, () => true)
    case "previousUnread":
      return move(-1, ({ unread }) => unread.value > 0)
    case "nextUnread":
      return move(1, ({ unread }) => unread.value > 0)
    case "escape":
      // First what is open closes, then what is new is read.
      if (screen.list.value) screen.list.value = false
      else if (screen.panel.value !== undefined) {
        screen.panel.value = undefined
        screen.focusComposer.value++
      } else if (conversation !== undefined) {
        markRead(chat, conversation)
        void goToEnd(chat, conversation)
      }
      return
    case "end":
      if (conversation !== undefined) void goToEnd(chat, conversation)
      return
    case "firstUnread": {
      const behind = conversation?.newBehind.value
      if (conversation !== undefined && behind !== undefined) {
        void goTo(chat, conversation, { seq: behind + 1, marked: true })
      }
      return
    }
    case "allRead":
      for (const one of chat.conversations.value) if (one.unread.value > 0) markRead(chat, one)
      return
    case "operator":
      location.assign("/admin")
      return
    case "signOut":
      void app.signOut()
      return
  }
}
