/** One entry as rows: below a heading or grouped with the entry before it, wrapped, with marks. */
import type { Message } from "../../client/Event.ts"
import { spelling, type Username } from "../../domain/Username.ts"
import { clock, dayName, dayOf } from "./day.ts"
import { type Mark as TextMark, type ShownLine, shownLines, typedLines } from "./shown.ts"
import { fileLine } from "../FileLine.ts"
import { highlights } from "../../text/Highlights.ts"
import { starOf } from "../../text/Emote.ts"
import { excerpt } from "../../text/Excerpt.ts"
import type { Wanted } from "../../text/Hits.ts"
import { mentions } from "../../text/Mentions.ts"
import type { Range } from "../../text/Range.ts"
import type { Entry, MessageEntry } from "../Model.ts"
import type { Format, Formats } from "../Format.ts"
import { colourOf } from "../Palette.ts"
import * as Plain from "../Plain.ts"
import type { Settings } from "../Settings.ts"
import { cut, fit, wholeIn, width, wrap } from "../Width.ts"

/** What a piece of a row is. The view decides how that looks. */
export type Style =
  | "text"
  /** An author's name, in the colour of `colour`. */
  | "name"
  /** The user's own name. */
  | "me"
  | "time"
  /** Where the user is named. */
  | "mention"
  /** Leads to `url`. */
  | "link"
  /** Where the text matches the search. */
  | "match"
  /** Program text. */
  | "code"
  /** A message that is not acknowledged yet. */
  | "pale"
  /** A reaction of others, and one of the user. */
  | "reaction"
  | "reacted"
  /** The file that a message carries. */
  | "file"
  | "notice"
  | "error"
  /** The line between two days. */
  | "day"
  /** The line above the first unread message. */
  | "new"

export interface Span {
  readonly text: string
  readonly style: Style
  readonly colour?: number
  readonly url?: string
  readonly formats?: ReadonlyArray<Format>
  /** Of the message that is chosen. */
  readonly selected?: true
}

/** One line of the window; never wider than it. */
export type Row = ReadonlyArray<Span>

export interface Look {
  readonly columns: number
  readonly me: Username | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** What is searched for; undefined for nothing. */
  readonly wanted: Wanted | undefined
  /** The key of the entry that is pointed at. */
  readonly marked?: number
  readonly formats: Formats
  /** The key of the message that is chosen; undefined for none. */
  readonly selected: number | undefined
  /** The key of the message of which all rows are shown; undefined for none. */
  readonly unfolded: number | undefined
  /** Words that count as if they named the user. */
  readonly words: ReadonlyArray<string>
  /** Whether a time stands beside each group of messages, or each message, or none. */
  readonly times: Settings["times"]
  /** Whether it is shown who comes and goes. */
  readonly joins: boolean
  /** By how names are compared, whose messages are not shown. */
  readonly ignored: ReadonlyMap<string, string>
}

/** Messages of one author are one group while they follow each other within this time, in milliseconds. */
const groupWithin = 5 * 60_000

/** A line across the window with a word in it. */
export const rule = (label: string, style: Style, columns: number): Row => {
  const shown = ` ${label} `
  const left = Math.max(0, Math.floor((columns - width(shown)) / 2))
  const right = Math.max(0, columns - width(shown) - left)
  return [{ text: fit("─".repeat(left) + shown + "─".repeat(right), columns), style }]
}

const indent = 2

/** Columns of a time, and the blank behind it. */
const timeColumns = 6

/** Columns from which on there is room for a time beside each message. */
const roomyFor = 40

/** Columns before a message: a time stands there where each has one. */
const marginOf = ({ columns, times }: Look): number =>
  times === "all" && columns >= roomyFor ? timeColumns : columns > 2 * indent ? indent : 0

interface Mark extends Omit<TextMark, "style"> {
  readonly style?: Style
}

/** The marks in a line, up to a place in it. Where styles overlap, the first one counts; formats add up. */
const marksIn = (line: ShownLine, end: number, own: boolean, { me, wanted, words }: Look): ReadonlyArray<Mark> => {
  const text = line.text.slice(0, end)
  const marked = (style: Style) => (range: Range) => ({ ...range, style })
  const marks: ReadonlyArray<Mark> = [
    ...(wanted?.hitsIn(text) ?? []).map(marked("match")),
    ...line.marks.filter(({ start }) => start < end).map((mark) => ({ ...mark, end: Math.min(mark.end, end) })),
    ...(own || me === undefined ? [] : mentions(text, me).map(marked("mention"))),
    ...(own ? [] : highlights(text, words).map(marked("mention"))),
  ]
  // Half a grapheme would take columns of its own.
  const whole = wholeIn(text)
  return marks.map((mark) => ({ ...mark, ...whole(mark) }))
}

/** A part of a line, cut where marks begin and end. */
const spansOf = (text: string, range: Range, marks: ReadonlyArray<Mark>, style: Style): Row => {
  const inside = marks.filter(({ end, start }) => start < range.end && end > range.start)
  if (inside.length === 0) return [{ text: text.slice(range.start, range.end), style }]
  const edges = inside.flatMap(({ end, start }) => [start, end])
  const cuts = [...new Set([range.start, range.end, ...edges])]
    .filter((at) => at >= range.start && at <= range.end)
    .toSorted((a, b) => a - b)
  return cuts.slice(1).map((end, index): Span => {
    const start = cuts[index]!
    const over = inside.filter((mark) => mark.start <= start && mark.end >= end)
    const mark = over.find((mark) => mark.style !== undefined)
    const formats = over.flatMap(({ format }) => format ?? [])
    return {
      text: text.slice(start, end),
      style: mark?.style ?? style,
      ...(mark?.url === undefined ? {} : { url: mark.url }),
      ...(formats.length === 0 ? {} : { formats }),
    }
  })
}

/** Rows of one entry, so that nobody can push all others out of sight; all of them where that is wanted. */
const maxRows = 200

const more = (hidden: number, columns: number, style: Style, margin = indent, how = ""): Row => [
  { text: cut(`${" ".repeat(margin)}… ${hidden} more ${hidden === 1 ? "line" : "lines"}${how}`, columns), style },
]

const editedMark = " (edited)"

/** A line with what stands before it in it, where that would leave no room beside it. */
const fitting = (line: ShownLine, columns: number): ShownLine => {
  const { first, marks, text } = line
  if (2 * first.length <= columns) return line
  const moved = marks.map((mark) => ({ ...mark, start: mark.start + first.length, end: mark.end + first.length }))
  return { first: "", rest: "", text: first + text, marks: moved }
}

/** Text of however many lines, below a name. */
const body = (
  lines: ReadonlyArray<ShownLine>,
  style: Style,
  own: boolean,
  look: Look,
  edited: boolean,
  most = maxRows,
): ReadonlyArray<Row> => {
  // Without it the lines of a message could look like messages of others.
  const margin = marginOf(look)
  let left = most
  let hidden = 0
  const rows = lines.flatMap((given, at) => {
    const last = edited && at === lines.length - 1
    const line = fitting(given, look.columns - margin)
    const text = last ? line.text + editedMark : line.text
    const ranges = wrap(text, look.columns - margin - line.first.length)
    const shown = ranges.slice(0, left)
    left -= shown.length
    hidden += ranges.length - shown.length
    if (shown.length === 0) return []
    const found = marksIn(line, shown.at(-1)!.end, own, look)
    const marks = last ? [...found, { start: line.text.length, end: text.length, style: "pale" as const }] : found
    return shown.map((range, index): Row => {
      // A space at the edge hangs over it.
      const end = range.start + text.slice(range.start, range.end).trimEnd().length
      const spans = spansOf(text, { start: range.start, end }, marks, style)
      const before = index === 0 ? line.first : line.rest
      return [
        ...(margin === 0 ? [] : [{ text: " ".repeat(margin), style: "text" as const }]),
        ...(before === "" ? [] : [{ text: before, style: "pale" as const }]),
        ...spans,
      ]
    })
  })
  return hidden === 0 ? rows : [...rows, more(hidden, look.columns, "pale", margin, ": Ctrl+↑, o")]
}

/** The rows below a message: each reaction, and how many users have it. */
const reactions = (given: Message["reactions"], look: Look): ReadonlyArray<Row> => {
  const { columns, me } = look
  // Without room for them reactions stand a little to the right all the same.
  const margin = Math.max(indent, marginOf(look))
  const rows: Array<Array<Span>> = []
  let room = 0
  for (const { reaction, users } of given ?? []) {
    const text = cut(`${Plain.line(reaction)} ${users.length}`, columns - margin)
    const style = me !== undefined && users.includes(me) ? "reacted" : "reaction"
    const row = rows.at(-1)
    const fits = row !== undefined && width(text) + 2 <= room
    if (fits) row.push({ text: "  ", style: "text" }, { text, style })
    else
      rows.push([
        { text: " ".repeat(margin), style: "text" },
        { text, style },
      ])
    room = (fits ? room - 2 : columns - margin) - width(text)
  }
  return rows
}

const heading = (name: string, at: number, own: boolean, { columns, times }: Look): Row => {
  const time = times === "group" || (times === "all" && columns < roomyFor) ? ` ${clock(at)}` : ""
  const shown = Plain.name(name)
  const cutName = width(shown) + width(time) > columns ? fit(shown, Math.max(1, columns - width(time))) : shown
  return [
    own ? { text: cutName, style: "me" } : { text: cutName, style: "name", colour: colourOf(name) },
    { text: time, style: "time" },
  ]
}

const notice = (text: string, style: Style, columns: number): ReadonlyArray<Row> => {
  const rows = Plain.lines(text).flatMap((text) =>
    wrap(text, columns - indent).map((range, index): Row => [
      { text: `${index === 0 ? "·" : " "} `, style },
      { text: text.slice(range.start, range.end).trimEnd(), style },
    ]),
  )
  const hidden = rows.length - maxRows
  return hidden <= 0 ? rows : [...rows.slice(0, maxRows), more(hidden, columns, style)]
}

const isEdited = (entry: Entry): boolean => entry._tag === "Message" && entry.edited !== undefined

/** What a message says, and the file it carries. */
const said = (
  entry: Exclude<Entry, { readonly _tag: "Notice" }>,
  author: string,
  own: boolean,
  look: Look,
): ReadonlyArray<Row> => {
  const { content, file } = entry
  const pale = entry._tag === "Unsent"
  const carried =
    file === undefined ? [] : body(typedLines(Plain.line(fileLine(file))), pale ? "pale" : "file", true, look, false)
  // Of a file without words there would be an empty line.
  if (file !== undefined && content === "" && !isEdited(entry)) return carried
  const lines = shownLines(content, look.formats, author)
  const most = entry.key === look.unfolded ? Number.POSITIVE_INFINITY : maxRows
  return [...body(lines, pale ? "pale" : "text", own, look, isEdited(entry), most), ...carried]
}

/** A row of the message that is chosen: also where nothing is inverse, a bar stands before it. */
export const selectedRow = (row: Row): Row => {
  const [margin, ...rest] = row
  const time = margin?.style === "time"
  if (margin === undefined || (!time && !margin.text.startsWith(" ".repeat(indent)))) return row
  const before: Span = time ? { ...margin, selected: true } : { text: `▌${margin.text.slice(1)}`, style: "me" }
  return [before, ...rest.map((span): Span => ({ ...span, selected: true }))]
}

/** The rows of a message with its time in the margin of the first, where each has one. */
const timed = (rows: ReadonlyArray<Row>, at: number, look: Look): ReadonlyArray<Row> => {
  const [[, ...first] = [], ...rest] = rows
  if (marginOf(look) !== timeColumns || rows.length === 0) return rows
  return [[{ text: `${clock(at)} `, style: "time" }, ...first], ...rest]
}

const authorOf = (entry: Entry | undefined, me: Username | undefined): string | undefined => {
  if (entry?._tag === "Message") return entry.from
  return entry?._tag === "Unsent" ? me : undefined
}

/** Whether somebody wants not to see it. */
export const isHidden = (entry: Entry, { ignored, joins }: Look): boolean =>
  entry._tag === "Message"
    ? ignored.size > 0 && ignored.has(spelling(entry.from))
    : !joins && entry._tag === "Notice" && entry.kind === "presence"

/** With a sign in its margin. */
const pointedAt = ([first = [], ...rest]: ReadonlyArray<Row>): ReadonlyArray<Row> => {
  const [margin, ...inside] = first
  if (margin?.text !== " ".repeat(indent)) return [first, ...rest]
  return [[{ text: "▸ ", style: "match" }, ...inside], ...rest]
}

/** What a message answers, in one row: whose words, and the first of them. */
const answers = (answered: MessageEntry | null | undefined, look: Look): Row => {
  const { columns } = look
  const star = starOf(answered?.content ?? "")
  const before = cut(`${" ".repeat(marginOf(look))}┌ ${star}`, columns)
  const room = columns - width(before)
  const start: Span = { text: before, style: "pale" }
  const unknown = (text: string): Row => [start, { text: cut(text, room), style: "pale" }]
  if (answered === undefined) return unknown("an earlier message")
  if (answered === null) return unknown("a message that is not there any more")
  if (look.ignored.has(spelling(answered.from))) return unknown("somebody whom you ignore")
  const { content, deleted, file, from } = answered
  const name = cut(Plain.name(from), room)
  const words = deleted === true ? "(deleted)" : excerpt(content) || (file?.name ?? "")
  return [
    start,
    { text: name, style: "name", colour: colourOf(from) },
    { text: cut(` ${Plain.line(words)}`, room - width(name)), style: "pale" },
  ]
}

/** The rows of one entry, below the one before it. `answered` is the message that it answers: null where that is gone. */
export const rowsOf = (
  entry: Entry,
  previous: Entry | undefined,
  look: Look,
  answered?: MessageEntry | null,
): ReadonlyArray<Row> => {
  if (isHidden(entry, look)) return []
  const { columns, me, now } = look
  const day =
    previous === undefined || dayOf(previous.at) !== dayOf(entry.at)
      ? [rule(dayName(entry.at, now), "day", columns)]
      : []
  if (entry._tag === "Notice") {
    return [...day, ...notice(entry.text, entry.kind === "error" ? "error" : "notice", columns)]
  }
  // Before sign-in the user has no name.
  const author = authorOf(entry, me)
  const own = author === me
  const follows =
    day.length === 0 &&
    previous !== undefined &&
    previous._tag !== "Notice" &&
    authorOf(previous, me) === author &&
    entry.at - previous.at < groupWithin
  const text =
    entry._tag === "Message" && entry.deleted === true
      ? body(typedLines("(deleted)"), "pale", true, { ...look, wanted: undefined }, false)
      : said(entry, author ?? "you", own, look)
  const rows = [
    ...day,
    ...(follows ? [] : [heading(author ?? "you", entry.at, own, look)]),
    ...(entry.replyTo !== undefined && !(entry._tag === "Message" && entry.deleted === true)
      ? [answers(answered, look)]
      : []),
    ...timed(entry.key === look.marked ? pointedAt(text) : text, entry.at, look),
    ...(entry._tag === "Message" && entry.deleted !== true ? reactions(entry.reactions, look) : []),
  ]
  if (entry._tag === "Message" || entry.failed === undefined) return rows
  return [...rows, ...notice(`not sent: ${entry.failed}`, "error", columns)]
}
