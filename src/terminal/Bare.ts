/** A conversation to be copied: as it was written, without marks, lists and lines beside it, and broken nowhere. */
import { withName } from "../text/Emote.ts"
import { clock } from "./internal/day.ts"
import { withFile } from "./FileLine.ts"
import type { Entry, Model } from "./Model.ts"
import * as Plain from "./Plain.ts"
import { placeOf } from "./Timeline.ts"
import { current, isIgnored, lookOf } from "./update/conversations.ts"
import { width } from "./Width.ts"

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

/** The lines that fit on a screen on which the terminal wraps them itself, up to the lowest message in sight. */
export const bareLines = (model: Model): ReadonlyArray<string> => {
  const { columns, rows } = model.size
  const conversation = current(model)
  const place = placeOf(conversation, lookOf(model))
  const bottom = conversation.entries.findLastIndex(({ key }) => key === place?.key)
  const shown: Array<string> = []
  let room = rows - 1
  for (let at = bottom; at >= 0 && room > 0; at--) {
    for (const line of linesOf(conversation.entries[at]!, model).toReversed()) {
      room -= Math.max(1, Math.ceil(width(line) / Math.max(1, columns)))
      if (room < 0) return shown.toReversed()
      shown.push(line)
    }
  }
  return shown.toReversed()
}
