import { createElement } from "react"
import type { Conversation, Model, Past } from "../Model.ts"
import type { Layout } from "../Layout.ts"
import { timeline } from "../Timeline.ts"
import { lookOf } from "../update/conversations.ts"
import { isNewAbove } from "../update/firstNew.ts"
import { asConversation, lookAt } from "../update/past.ts"
import { cut, fit } from "../Width.ts"
import { written } from "./Header.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** What stands around a message that was found, above a line that says where it is. */
const pastRows = (model: Model, past: Past, { timeline: { columns, rows: height } }: Layout) => {
  const { rows } = timeline(asConversation(model, past), lookAt(model, past), height - 1)
  const blank = Array.from({ length: Math.max(0, height - 1 - rows.length) }, () => [])
  const text = ` ${past.thread ? "It, and what answers it" : "Around it"}, in ${written(past.channel)} · Esc comes back · Enter goes there`
  return [...blank, ...rows, [{ text: fit(cut(text, columns), columns), style: "bar" as const }]]
}

const newAbove = ({ shownAsNew, unread }: Conversation, columns: number): ReadonlyArray<Piece> => {
  const count = shownAsNew + unread
  const text = ` ↑ ${count === 0 ? "New" : `${count} new`} further up (Alt+U)`
  return [{ text: fit(cut(text, columns), columns), style: "bar" }]
}

/** The messages of the conversation that fit into the window. */
export const Window = ({ layout, model }: { readonly model: Model; readonly layout: Layout }) => {
  const { columns, rows: height } = layout.timeline
  if (model.past !== undefined)
    return createElement(Rows, { columns, height, rows: pastRows(model, model.past, layout) })
  const conversation = model.conversations.find(({ name }) => name === model.current)
  if (conversation === undefined) return createElement(Rows, { columns, height, rows: [] })
  const look = lookOf(model)
  const { below, rows: all } = timeline(conversation, look, height)
  const rows = isNewAbove(model, conversation) ? [newAbove(conversation, columns), ...all.slice(1)] : all
  if (below === 0) return createElement(Rows, { columns, height, rows, bottom: true })
  const more = `↓ ${below} more ${below === 1 ? "line" : "lines"}${conversation.unread > 0 ? `, ${conversation.unread} new` : ""}`
  const hint: ReadonlyArray<Piece> = [{ text: fit(cut(` ${more} (Ctrl+End)`, columns), columns), style: "bar" }]
  return createElement(Rows, { columns, height, rows: [...rows.slice(0, -1), hint], bottom: true })
}
