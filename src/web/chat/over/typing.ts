/** What is typed on the page to be done. */
import type { Conversation } from "../model/Conversation.ts"
import { type Outcome, typed } from "../model/typed.ts"
import { run } from "../view/commands.ts"
import type { Inside } from "../view/context.ts"

export const obey = (
  inside: Inside,
  conversation: Conversation,
  draft: string,
  say: (to: Conversation, text: string) => void,
): Promise<Outcome> => {
  const { app, chat, screen } = inside
  const goTo = (channel: string) => app.goTo(channel, undefined)
  const show = (view: Parameters<typeof run>[1], query: string) => {
    if (view === "search") screen.query.value = query
    // What is open already stays so.
    if (view !== "people" || screen.panel.value !== "people") run(inside, view)
  }
  return typed({ chat, conversation, goTo, say, show }, draft)
}
