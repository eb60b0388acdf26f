import { createElement } from "react"
import type { Model } from "../Model.ts"
import type { Layout } from "../Layout.ts"
import { timeline } from "../Timeline.ts"
import { lookOf } from "../update/conversations.ts"
import { cut, fit } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** The messages of the conversation that fit into the window. */
export const Window = ({ layout, model }: { readonly model: Model; readonly layout: Layout }) => {
  const { columns, rows: height } = layout.timeline
  const conversation = model.conversations.find(({ name }) => name === model.current)
  if (conversation === undefined) return createElement(Rows, { columns, height, rows: [] })
  const look = lookOf(model)
  const { below, rows } = timeline(conversation, look, height)
  if (below === 0) return createElement(Rows, { columns, height, rows, bottom: true })
  const more = `↓ ${below} more ${below === 1 ? "line" : "lines"}${conversation.unread > 0 ? `, ${conversation.unread} new` : ""}`
  const hint: ReadonlyArray<Piece> = [{ text: fit(cut(` ${more} (Ctrl+End)`, columns), columns), style: "bar" }]
  return createElement(Rows, { columns, height, rows: [...rows.slice(0, -1), hint], bottom: true })
}
