import { createElement } from "react"
import { around } from "../ChannelRows.ts"
import type { Conversation } from "../Model.ts"
import { cut, fit, width } from "../Width.ts"
import { written } from "./Header.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** How many messages are unread, and behind `@` how many of them name the user. */
const countOf = ({ mentions, unread }: Conversation): string => {
  if (unread === 0) return ""
  if (mentions === 0) return ` ${unread}`
  return mentions === unread ? ` @${mentions}` : ` ${unread} @${mentions}`
}

const row = (conversation: Conversation, current: boolean, columns: number): ReadonlyArray<Piece> => {
  const { mentions, name, out, unread } = conversation
  const count = countOf(conversation)
  const called = out ? `(${written(name)})` : written(name)
  const shown = fit(` ${cut(called, columns - width(count) - 2)}`, columns - width(count) - 1)
  return [
    { text: shown, style: current ? "current" : unread > 0 ? "unread" : out ? "hint" : "text" },
    { text: count, style: mentions > 0 ? "named" : current ? "current" : "unread" },
    { text: " ", style: current ? "current" : "text" },
  ]
}

/** The list of conversations, and how much is unread in each. */
export const Channels = (part: {
  readonly conversations: ReadonlyArray<Conversation>
  readonly current: string
  readonly columns: number
  readonly height: number
}) => {
  const { columns, conversations, current, height } = part
  const at = conversations.findIndex(({ name }) => name === current)
  return createElement(Rows, {
    columns,
    height,
    rows: around(conversations, at, height).map((conversation) =>
      row(conversation, conversation.name === current, columns),
    ),
  })
}
