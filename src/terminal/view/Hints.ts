import { createElement } from "react"
import { typing } from "../Banner.ts"
import { commandHints } from "../CommandHints.ts"
import type { CommandEntry } from "../internal/CommandEntry.ts"
import type { Completion, Conversation, Model, Replying } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { excerpt } from "../../text/Excerpt.ts"
import { progress } from "../update/exporting.ts"
import { cut, fit, width } from "../Width.ts"
import { Line } from "./Line.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** The candidates that Tab offers, with the chosen one in sight. */
const offers = ({ at, candidates, labels = candidates }: Completion, columns: number): ReadonlyArray<Piece> => {
  const words = labels.slice(0, candidates.length).map((candidate) => ` ${Plain.line(candidate)} `)
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

const answering = ({ content, from }: Replying): string =>
  `Answering ${Plain.nameInText(from)} (Esc ends that): ${Plain.line(excerpt(content))}`

const editingHint = "Changing what you said: Enter saves it, Esc leaves it, ↑ an earlier one"

const selectingHint = "t answer T thread r react e edit d delete c copy l link o all a answered Esc"

/** Columns before what a command does. */
const usageColumns = 34

const command = ({ names: [name], summary, usage }: CommandEntry, columns: number): ReadonlyArray<Piece> => {
  const what = ` /${name} ${usage} `
  // At one column, or before it where the words would not fit otherwise.
  const aligned = Math.min(columns > 2 * usageColumns ? usageColumns : 0, columns - width(summary))
  const left = Math.min(columns, Math.max(width(what), aligned))
  return [
    { text: fit(what, left), style: "me" },
    { text: cut(summary, columns - left), style: "hint" },
  ]
}

/** The commands that the draft may become, a line each. */
const commandLines = (model: Model, columns: number): ReadonlyArray<ReadonlyArray<Piece>> => {
  const { more, shown } = commandHints(model)
  const rest: Piece = { text: cut(` and ${more} more: type on, /help shows all of them`, columns), style: "hint" }
  return [...shown.map((entry) => command(entry, columns)), ...(more === 0 ? [] : [[rest]])]
}

/**
 * Above the draft: the candidates of Tab, else what was just done, that a message is chosen or edited, commands, or else who is
 * typing.
 */
export const Hints = (part: {
  readonly model: Model
  readonly conversation: Conversation | undefined
  readonly columns: number
  readonly height: number
}) => {
  const { columns, conversation, height, model } = part
  const { completion, editing, replying, said, selected, ticks } = model
  const banner = (text: string) => createElement(Line, { columns, text: ` ${text}`, style: "banner" })
  if (completion !== undefined) return createElement(Rows, { columns, height, rows: [offers(completion, columns)] })
  if (said !== undefined && said.until > ticks) return banner(Plain.line(said.text))
  const exporting = progress(model)
  if (exporting !== undefined) return banner(exporting)
  if (selected !== undefined) return banner(selectingHint)
  if (editing !== undefined) return banner(editingHint)
  if (replying !== undefined && !model.editor.text.startsWith("/")) return banner(answering(replying))
  const commands = commandLines(model, columns)
  if (commands.length > 0) return createElement(Rows, { columns, height, rows: commands })
  const text = conversation === undefined ? "" : typing(conversation, ticks)
  return createElement(Line, { columns, text: text === "" ? "" : ` ${text}`, style: "hint" })
}
