/** What is said, as lines of IRC, and back. */
import type { Attachment } from "../domain/Attachment.ts"
import { emote, emoteOf } from "../text/Emote.ts"
import { pieces } from "./Line.ts"

/** CTCP: what is between two of these is no text. */
const ctcp = "\u0001"
/** Between these words it is said of oneself: `/me waves`. */
const action = `${ctcp}ACTION `

/** What a line of text may not have: it would end it, or be a command to the client. */
// eslint-disable-next-line no-control-regex
const control = /[\0-\x08\x0b-\x1f\x7f]/g

/** Bold, colours and the like, with the numbers of colours. */
// eslint-disable-next-line no-control-regex
const formatting = /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6})?|[\x02\x0f\x11\x16\x1d\x1e\x1f]/g

/** Lines of one message that are shown: one of thousands of short lines would be thousands of lines of IRC. */
const maxLines = 40

/** And of one that is told as one, whatever of it others can say at once. */
const maxRows = 200

const lineBreak = /\r\n|[\r\n\u2028\u2029]/

/** A line of a message, or what goes on without a break: of a line that has no room in one of IRC. */
export interface Row {
  readonly text: string
  readonly goesOn: boolean
}

/** A message in rows, each for a line that has room for so many bytes of it; what makes it one again is all there. */
export const rowsOf = (content: string, room: number): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  for (const line of content.split(lineBreak)) {
    const found = pieces(line.replace(control, ""), room)
    if (found.length === 0) rows.push({ text: "", goesOn: false })
    for (const [at, text] of found.entries()) rows.push({ text, goesOn: at > 0 })
  }
  if (rows.length <= maxRows) return rows
  return [...rows.slice(0, maxRows), { text: `… (${rows.length - maxRows} more lines)`, goesOn: false }]
}

/** Whether it is said of oneself. */
export const isAction = (content: string): boolean => emoteOf(content) !== undefined

/** A message in pieces, each for a line that has room for so many bytes of it. */
export const linesOf = (content: string, room: number): ReadonlyArray<string> => {
  const deed = emoteOf(content)
  const acts = deed !== undefined
  const text = deed ?? content
  const spare = acts ? room - action.length - ctcp.length : room
  const lines: Array<string> = []
  let left = 0
  for (const line of text.split(lineBreak)) {
    for (const piece of pieces(line.replace(control, ""), spare)) {
      if (piece.trim() === "") continue
      if (lines.length < maxLines) lines.push(acts ? `${action}${piece}${ctcp}` : piece)
      else left++
    }
  }
  if (left > 0) lines.push(`… (${left} more lines)`)
  return lines
}

/** What somebody does, in a line that says so. */
export const acting = (text: string): string => `${action}${text.replace(control, "")}${ctcp}`

/** What a client says, as everybody is told it; undefined where it is for programs and no text. */
export const contentOf = (text: string): string | undefined => {
  if (!text.startsWith(ctcp)) return text.replace(formatting, "").replace(control, "")
  const end = text.endsWith(ctcp) && text.length > action.length ? -1 : undefined
  const said = text.slice(action.length, end).replace(formatting, "").replace(control, "")
  return text.toUpperCase().startsWith(action) && said.trim() !== "" ? emote(said) : undefined
}

const units = ["B", "kB", "MB", "GB", "TB"]

const sizeOf = (bytes: number): string => {
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

/** A file in words, and where it is to be had. */
export const fileOf = ({ mediaType, name, size }: Attachment, link: string): string =>
  `[file] ${name} (${mediaType}, ${sizeOf(size)})${link === "" ? "" : ` ${link}`}`
