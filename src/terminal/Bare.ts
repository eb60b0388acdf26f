/** A conversation to be copied: as it was written, without marks, lists and lines beside it, and broken nowhere. */
import { withName } from "../text/Emote.ts"
import { clock } from "./internal/day.ts"
import { withFile } from "./FileLine.ts"
import { layout } from "./Layout.ts"
import type { Entry, Model } from "./Model.ts"
import * as Plain from "./Plain.ts"
import { placeOf } from "./Timeline.ts"
import { current, isIgnored, lookOf } from "./update/conversations.ts"
import { cut, graphemes, width } from "./Width.ts"

/** What stands in the last row. */
export const bareHint = "Any key goes back"

const linesOf = (entry: Entry, model: Model): ReadonlyArray<string> => {
  const { me } = model
  if (entry._tag === "Notice") return Plain.lines(entry.text).map((line) => `· ${line}`)
  if (entry._tag === "Message" && (entry.deleted === true || isIgnored(model, entry.from))) return []
  const from = entry._tag === "Message" ? entry.from : (me ?? "you")
  const said = withName(Plain.name(from), withFile(entry.content, entry.file, "\n"))
  const [first = "", ...rest] = Plain.lines(said)
  // The lines behind the first are as they were written: they may be a program.
  return [`${clock(entry.at)} ${first}`, ...rest]
}

/** Rows that a line takes where the terminal wraps it. */
const rowsOf = (line: string, columns: number): number => Math.max(1, Math.ceil(width(line) / columns))

/** Without so many rows at its end, as they are in the window. */
const above = (lines: ReadonlyArray<string>, hidden: number, columns: number): ReadonlyArray<string> => {
  const kept = [...lines]
  for (let left = hidden; left > 0 && kept.length > 0;) {
    const line = kept.pop()!
    const rows = rowsOf(line, columns)
    if (rows > left) kept.push(cut(line, columns * (rows - left)))
    left -= rows
  }
  return kept
}

/** The end of a line, as much as fits into so many rows: what is in sight is the end of what is too long. */
const endOf = (line: string, rows: number, columns: number): string => {
  let room = rows * columns - 2
  const all = graphemes(line)
  let from = all.length
  while (from > 0 && (room -= width(all[from - 1]!)) >= 0) from--
  return `… ${all.slice(from).join("")}`
}

/** The lines that fit on a screen on which the terminal wraps them itself, up to the lowest row in sight. */
export const bareLines = (model: Model): ReadonlyArray<string> => {
  const { rows } = model.size
  const columns = Math.max(2, model.size.columns)
  const conversation = current(model)
  const place = placeOf(conversation, lookOf(model))
  const bottom = conversation.entries.findLastIndex(({ key }) => key === place?.key)
  const shown: Array<string> = []
  let room = rows - 1
  for (let at = bottom; at >= 0 && room > 0; at--) {
    const lines = linesOf(conversation.entries[at]!, model)
    const inSight = at === bottom ? above(lines, place?.hidden ?? 0, layout(model).timeline.columns) : lines
    for (const line of inSight.toReversed()) {
      const taken = rowsOf(line, columns)
      if (room <= 0) break
      shown.push(taken > room ? endOf(line, room, columns) : line)
      room -= taken
    }
  }
  return shown.toReversed()
}
