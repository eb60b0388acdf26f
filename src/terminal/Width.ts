/** How many columns of a terminal text takes, and how it is cut and wrapped to them. */
import stringWidth from "string-width"

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

// Most text: every character takes one column, and is one by itself.
const plain = /^[\x20-\x7e]*$/

/** What a reader sees as one character: a letter with its accents, a flag, a family. */
export const graphemes = (text: string): ReadonlyArray<string> =>
  plain.test(text) ? text.split("") : Array.from(segmenter.segment(text), ({ segment }) => segment)

/** Columns. */
export const width = (text: string): number => (plain.test(text) ? text.length : stringWidth(text))

/** As much of it as fits; `…` shows that there was more. */
export const cut = (text: string, columns: number): string => {
  if (width(text) <= columns) return text
  if (columns <= 0) return ""
  let taken = ""
  let room = columns - 1
  for (const grapheme of graphemes(text)) {
    room -= width(grapheme)
    if (room < 0) break
    taken += grapheme
  }
  return `${taken}…`
}

/** Cut to the columns, or filled up to them. */
export const fit = (text: string, columns: number): string => {
  const shown = cut(text, columns)
  return shown + " ".repeat(Math.max(0, columns - width(shown)))
}

/** A part of a text, by its place in it. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * The lines that one line of text becomes, as ranges of it. Broken behind spaces, which may hang over the edge; a word
 * that is longer than a line is broken between graphemes. A grapheme is never split, and every line holds at least one.
 */
export const wrap = (text: string, columns: number): ReadonlyArray<Range> => {
  const room = Math.max(1, columns)
  if (text.length <= room && plain.test(text)) return [{ start: 0, end: text.length }]
  const lines: Array<Range> = []
  let start = 0
  let used = 0
  let at = 0
  // Where the line could end, and how much of it is used up to there.
  let breakAt = 0
  let usedAtBreak = 0
  for (const grapheme of graphemes(text)) {
    const space = grapheme === " "
    const columnsOf = width(grapheme)
    if (used + columnsOf > room && !space && at > start) {
      const end = breakAt > start ? breakAt : at
      lines.push({ start, end })
      used = end === breakAt && breakAt > start ? used - usedAtBreak : 0
      start = end
    }
    at += grapheme.length
    used += columnsOf
    if (space) {
      breakAt = at
      usedAtBreak = used
    }
  }
  lines.push({ start, end: text.length })
  return lines
}
