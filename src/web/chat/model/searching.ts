/** What is searched for, and where it stands in what was found. */
import { parse } from "../../../domain/SearchText.ts"
import { searched, type Wanted } from "../../../text/Hits.ts"

/** Words that narrow a search down, as the service understands them, and what stands behind them at first. */
export const filters = ["from:", "in:", "before:", "after:", "has:"] as const
export type Filter = (typeof filters)[number]

export interface Sought {
  /** What of it can be pointed out in what is found; undefined where it has nothing but filters. */
  readonly words: Wanted | undefined
  /** Whether it says itself in which channel. */
  readonly namesChannel: boolean
}

/** Reads a query; undefined where a filter in it is not what it should be. */
export const soughtBy = (query: string): Sought | undefined => {
  const parsed = parse(query)
  return "malformed" in parsed ? undefined : { words: searched(query), namesChannel: parsed.channel !== undefined }
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
export const excerpt = (text: string, words: Wanted | undefined): ReadonlyArray<Piece> => {
  const hits = words?.hitsIn(text) ?? []
  const first = hits[0]?.start ?? 0
  const start = first <= before ? 0 : nextSpace(text, first - before, first)
  const end = start + maxLength >= text.length ? text.length : lastSpace(text, first, start + maxLength)
  const pieces: Array<Piece> = []
  let from = start
  const add = (to: number, isHit: boolean) => {
    if (to > from) pieces.push({ text: text.slice(from, to), isHit })
    from = Math.max(from, to)
  }
  for (const hit of hits) {
    add(Math.min(hit.start, end), false)
    add(Math.min(hit.end, end), true)
  }
  add(end, false)
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
