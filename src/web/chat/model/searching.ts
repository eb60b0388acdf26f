/** What is searched for, and where it stands in what was found. */
import { parse } from "../../../domain/SearchText.ts"
import { isSingle, isUnspaced, parts, spacedClass } from "../../../domain/WordPattern.ts"

/** Words that narrow a search down, as the service understands them, and what stands behind them at first. */
export const filters = ["from:", "in:", "before:", "after:", "has:"] as const
export type Filter = (typeof filters)[number]

export interface Sought {
  /** What of it can be pointed out in what is found: words, or how they begin, in any case. A group has those that are whole. */
  readonly words: RegExp
  /** Whether it says itself in which channel. */
  readonly namesChannel: boolean
}

const wordsIn = (text: string): ReadonlyArray<string> => Array.from(text.normalize().matchAll(parts), ([word]) => word)

/** An emoji is pointed out with all that is joined to it. */
const joined = String.raw`(?:[\ufe0f\u{1f3fb}-\u{1f3ff}]|\u200d.)*`

/** One or the other, the longest first; nothing where there is none. */
const anyOf = (words: ReadonlyArray<string>): string =>
  words
    .toSorted((one, other) => other.length - one.length)
    .map((word) => (/[\p{L}\p{N}]/u.test(word) ? word : word + joined))
    .join("|") || "(?!)"

/** Reads a query; undefined where a filter in it is not what it should be. */
export const soughtBy = (query: string): Sought | undefined => {
  const parsed = parse(query)
  if ("malformed" in parsed) return undefined
  const words = wordsIn(parsed.words)
  const whole = [...parsed.phrases.flatMap(wordsIn), ...words.filter(isSingle)]
  const begun = words.filter((word) => !isSingle(word))
  return {
    words: new RegExp(`${anyOf(begun)}|(${anyOf(whole)})`, "giu"),
    namesChannel: parsed.channel !== undefined,
  }
}

// Apart from the words: patterns with such classes in them take long to be made.
const endsInWord = new RegExp(`${spacedClass}$`, "u")
const beginsWithWord = new RegExp(`^${spacedClass}`, "u")

/** Where the words are that were looked for. */
const hitsIn = (text: string, words: RegExp): ReadonlyArray<RegExpExecArray> =>
  Array.from(text.matchAll(words)).filter(({ 0: word, 1: whole, index }) => {
    const end = index + word.length
    return (
      isUnspaced(word) ||
      (!endsInWord.test(text.slice(Math.max(0, index - 2), index)) &&
        (whole === undefined || !beginsWithWord.test(text.slice(end, end + 2))))
    )
  })

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
export const excerpt = (content: string, words: RegExp): ReadonlyArray<Piece> => {
  const text = content.normalize()
  const first = hitsIn(text, words)[0]?.index ?? 0
  const start = first <= before ? 0 : nextSpace(text, first - before, first)
  const end = start + maxLength >= text.length ? text.length : lastSpace(text, first, start + maxLength)
  const shown = text.slice(start, end)
  const pieces: Array<Piece> = []
  let from = 0
  for (const match of hitsIn(shown, words)) {
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
