/** What is searched for, and where it stands in what was found. */
import { parse } from "../../../domain/SearchText.ts"

/** Words that narrow a search down, as the service understands them, and what stands behind them at first. */
export const filters = ["from:", "in:", "before:", "after:", "has:"] as const
export type Filter = (typeof filters)[number]

const word = /[\p{L}\p{N}]+/gu

export interface Sought {
  /** Each of them is in what is found, whole and in any case. */
  readonly words: ReadonlySet<string>
  /** Whether it says itself in which channel. */
  readonly namesChannel: boolean
}

/** Reads a query; undefined where a filter in it is not what it should be. */
export const soughtBy = (query: string): Sought | undefined => {
  const parsed = parse(query)
  if ("malformed" in parsed) return undefined
  const texts = [parsed.words, ...parsed.phrases].join(" ")
  return {
    words: new Set(Array.from(texts.matchAll(word), ([found]) => found.toLowerCase())),
    namesChannel: parsed.channel !== undefined,
  }
}

/** A part of a text. */
export interface Piece {
  readonly text: string
  readonly isHit: boolean
}

/** Characters that are shown of a message. */
const maxLength = 280
/** Of them, before the first word that was looked for. */
const before = 80

/** The part of a text that has what was looked for, in pieces. What is left out is an ellipsis. */
export const excerpt = (text: string, words: ReadonlySet<string>): ReadonlyArray<Piece> => {
  const first = text.matchAll(word).find(([found]) => words.has(found.toLowerCase()))?.index ?? 0
  const start = first <= before ? 0 : nextSpace(text, first - before, first)
  const end = start + maxLength >= text.length ? text.length : lastSpace(text, first, start + maxLength)
  const shown = text.slice(start, end)
  const pieces: Array<Piece> = []
  let from = 0
  for (const match of shown.matchAll(word)) {
    if (!words.has(match[0].toLowerCase())) continue
    if (match.index > from) pieces.push({ text: shown.slice(from, match.index), isHit: false })
    from = match.index + match[0].length
    pieces.push({ text: match[0], isHit: true })
  }
  if (from < shown.length) pieces.push({ text: shown.slice(from), isHit: false })
  return [
    ...(start > 0 ? [{ text: "… ", isHit: false }] : []),
    ...pieces,
    ...(end < text.length ? [{ text: " …", isHit: false }] : []),
  ]
}

const nextSpace = (text: string, from: number, most: number): number => {
  const at = text.slice(from, most).search(/\s/)
  return at === -1 ? most : from + at + 1
}

const lastSpace = (text: string, least: number, to: number): number => {
  const at = text.slice(least, to).search(/\s\S*$/)
  return at <= 0 ? to : least + at
}

/** A query with more in it, and where one writes on: within quotes, where it is a phrase. */
export const withFilter = (query: string, added: Filter | '""', value = ""): { text: string; caret: number } => {
  const beginning = query === "" || query.endsWith(" ") ? query : `${query} `
  const text = beginning + added + value
  return { text, caret: added === '""' ? text.length - 1 : text.length }
}
