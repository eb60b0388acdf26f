/** How many columns of a terminal text takes; cutting and wrapping it. */
import stringWidth from "string-width"
import type { Range } from "../text/Range.ts"

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

// Most text: every character is a grapheme of one column.
const plain = /^[\x20-\x7e]*$/

// Almost all the rest: European letters, kana, Chinese characters and Korean syllables are graphemes, too.
const simple =
  /^[\x20-\x7e\u00c0-\u02ff\u0391-\u03ff\u0400-\u0482\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uac00-\ud7a3]*$/

/** The characters as a reader sees them: a letter with its accents, a flag, a family. */
export const graphemes = (text: string): ReadonlyArray<string> =>
  simple.test(text) ? text.split("") : Array.from(segmenter.segment(text), ({ segment }) => segment)

/** The range of the grapheme that contains this code unit; undefined behind the end. */
export const graphemeAt = (text: string, at: number): Range | undefined => {
  if (at < 0 || at >= text.length) return undefined
  if (simple.test(text)) return { start: at, end: at + 1 }
  const { index, segment } = segmenter.segment(text).containing(at)!
  return { start: index, end: index + segment.length }
}

/** A function that extends ranges of this text to whole graphemes. */
export const wholeIn = (text: string): ((range: Range) => Range) => {
  if (simple.test(text)) return (range) => range
  const segments = segmenter.segment(text)
  return ({ end, start }) => {
    const last = segments.containing(end - 1)!
    return { start: segments.containing(start)!.index, end: last.index + last.segment.length }
  }
}

const maxCached = 4096
const widths = new Map<string, number>()

const columnsOf = (grapheme: string): number => {
  const found = widths.get(grapheme)
  if (found !== undefined) return found
  if (widths.size === maxCached) widths.clear()
  const columns = stringWidth(grapheme)
  widths.set(grapheme, columns)
  return columns
}

/** Columns. */
export const width = (text: string): number =>
  plain.test(text) ? text.length : graphemes(text).reduce((sum, grapheme) => sum + columnsOf(grapheme), 0)

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

// In scripts without spaces a line must not begin with one of these.
const closing = /^[、。，．：；？！」』）】〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ]/

/**
 * The lines that one line of text becomes, as ranges of it. Broken behind spaces, which may hang over the edge, and
 * beside wide characters; a word that is longer than a line is broken between graphemes. A grapheme is never split, and
 * every line holds at least one.
 */
export const wrap = (text: string, columns: number): ReadonlyArray<Range> => {
  const room = Math.max(1, columns)
  if (text.length <= room && plain.test(text)) return [{ start: 0, end: text.length }]
  const lines: Array<Range> = []
  let start = 0
  let used = 0
  let at = 0
  // The last place at which the line may be broken, and the columns used up to there.
  let breakAt = 0
  let usedAtBreak = 0
  let before = ""
  for (const grapheme of graphemes(text)) {
    const space = grapheme === " "
    const more = columnsOf(grapheme)
    if (before === " " || ((more > 1 || columnsOf(before) > 1) && !space && !closing.test(grapheme))) {
      breakAt = at
      usedAtBreak = used
    }
    // Twice, if what is carried over and a wide character do not fit into one line either.
    while (used + more > room && !space && at > start) {
      const behind = breakAt > start
      const end = behind ? breakAt : at
      lines.push({ start, end })
      used = behind ? used - usedAtBreak : 0
      start = end
    }
    at += grapheme.length
    used += more
    before = grapheme
  }
  lines.push({ start, end: text.length })
  return lines
}
