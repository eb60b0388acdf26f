import { createElement } from "react"
import { typing } from "../Banner.ts"
import type { Completion, Conversation, Model } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { cut, width } from "../Width.ts"
import { Line } from "./Line.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** The candidates that Tab offers, with the chosen one in sight. */
const offers = ({ at, candidates }: Completion, columns: number): ReadonlyArray<Piece> => {
  const words = candidates.map((candidate) => ` ${Plain.line(candidate)} `)
  let first = at
  let used = width(words[at]!)
  while (first > 0 && used + width(words[first - 1]!) <= columns / 2) used += width(words[--first]!)
  const pieces: Array<Piece> = []
  let room = columns
  for (const [index, word] of words.entries()) {
    if (index < first) continue
    if (room <= 0) break
    pieces.push({ text: cut(word, room), style: index === at ? "current" : "hint" })
    room -= width(word)
  }
  return pieces
}

const editingHint = "Changing what you said: Enter saves it, Esc leaves it, ↑ an earlier one"

const selectingHint = "↑↓ choose: r react, e edit, d delete, c copy, l copy its link, Esc"

/** The line above the draft: the candidates of Tab, else what was just done, that a message is chosen, or else that a message is edited, else who is typing. */
export const Hints = (part: {
  readonly completion: Completion | undefined
  readonly conversation: Conversation | undefined
  readonly editing: boolean
  readonly said: Model["said"]
  readonly selecting: boolean
  readonly ticks: number
  readonly columns: number
}) => {
  const { columns, completion, conversation, editing, said, selecting, ticks } = part
  if (completion !== undefined) return createElement(Rows, { columns, height: 1, rows: [offers(completion, columns)] })
  if (said !== undefined && said.until > ticks) {
    return createElement(Line, { columns, text: ` ${Plain.line(said.text)}`, style: "banner" })
  }
  if (selecting) return createElement(Line, { columns, text: ` ${selectingHint}`, style: "banner" })
  if (editing) return createElement(Line, { columns, text: ` ${editingHint}`, style: "banner" })
  const text = conversation === undefined ? "" : typing(conversation, ticks)
  return createElement(Line, { columns, text: text === "" ? "" : ` ${text}`, style: "hint" })
}
