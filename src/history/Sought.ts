/**
 * What a search is for. Every history goes by it, so all of them find the same: an index is asked for words first, and what it
 * finds is checked where words do not say everything.
 */
import { addressStart } from "../domain/WebAddress.ts"
import { isSingle, isUnspaced } from "../domain/WordPattern.ts"
import type { Query } from "./HistoryShape.ts"
import { plain, wordUnit } from "./PlainText.ts"
import { cutWord, maxWordLength, pairsOf, partsOf } from "./Words.ts"

/** A word of the index that a message has: this one, or one that begins with it. */
export interface Wanted {
  readonly word: string
  readonly whole: boolean
}

export interface Sought {
  /** A message has all of these. */
  readonly words: ReadonlyArray<Wanted>
  /** And, with `link`, one of `linkWords`. */
  readonly link: boolean
  /** What else is asked of the content of a message that has them; undefined where that is nothing. */
  readonly check: ((content: string) => boolean) | undefined
}

/** What a search asks of the content of a message. */
export type OfContent = Pick<Query, "text" | "phrases" | "link">

/** Words that an index is asked for. The others, of a query that has more, are looked for in what it finds. */
const maxAsked = 16

const link = new RegExp(`${addressStart}|(?<![\\p{L}\\p{N}])www\\.[\\p{L}\\p{N}]`, "iu")
/** A message with a web address has one of these words. */
export const linkWords: ReadonlyArray<Wanted> = ["https", "http", "www"].map((word) => ({ word, whole: true }))

// Signs of a query that are no part of what is looked for: brackets, the ends of sentences, what people mark text with. A
// point directly before a word is one, as in `.NET`.
const before = new RegExp(`^(?:[^${wordUnit}#@+$%&.]|\\.(?![${wordUnit}]))+`)
const behind = new RegExp(`[^${wordUnit}#@+$%&]+$`)
/** Signs that a text has to have, too: `C++` is not `C`, and `3.14` is not `3, 14`. */
const mattering = /[#@+$%&]|^\.|\d[.,:]\d|(?!\p{Extended_Pictographic}|\p{RI}|\ufffd)[^\0-\x7f\P{S}]/u
const endsInWord = new RegExp(`[${wordUnit}]$`)
const beginsWithWord = new RegExp(`^[${wordUnit}]`)

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replaceAll(/\s+/g, "\\s+")

/** A pattern is not inside of a word where it begins with one, and with `whole` not where it ends with one. */
const bounded = (pattern: string, text: string, whole: boolean): string => {
  const first = isUnspaced(String.fromCodePoint(text.codePointAt(0)!)) || !beginsWithWord.test(text)
  const last = !whole || isUnspaced(Array.from(text).at(-1)!) || !endsInWord.test(text)
  return `${first ? "" : `(?<![${wordUnit}])`}${pattern}${last ? "" : `(?![${wordUnit}])`}`
}

/** Something that stands in a plain text in one piece: the words by which an index finds it, and what it looks like. */
interface Piece {
  readonly wanted: ReadonlyArray<Wanted>
  /** Undefined where its words say it all. */
  readonly pattern: string | undefined
}

const wantedOf = (parts: ReadonlyArray<string>, whole: boolean): ReadonlyArray<Wanted> =>
  parts.flatMap((part, at): ReadonlyArray<Wanted> => {
    if (!isUnspaced(part)) {
      const word = cutWord(part)
      return [{ word, whole: (whole || at < parts.length - 1) && word === part }]
    }
    const pairs = pairsOf(part)
    return pairs.length === 1
      ? [{ word: part, whole: false }]
      : pairs.slice(0, -1).map((word) => ({ word, whole: true }))
  })

/** Whether the index cannot tell it from others that have the same words. */
const isMoreThanWords = (parts: ReadonlyArray<string>): boolean =>
  parts.length > 1 || parts.some((part) => part.length > (isUnspaced(part) ? 2 : maxWordLength))

/** What stands between two blanks of a query: a word or the beginning of one, or several in a row where signs are between them. */
const pieceOf = (typed: string): Piece => {
  const text = plain(typed)
  const open = /\*\s*$/.test(text)
  const piece = text.replace(before, "").replace(behind, "").trim()
  const parts = partsOf(piece)
  const last = parts.at(-1)
  if (last === undefined) return { wanted: [], pattern: undefined }
  const matters = mattering.test(piece)
  // Without the signs behind it a word is whole, with them it goes on with what is behind them.
  const whole = matters && !endsInWord.test(piece) ? true : !open && isSingle(last)
  const wanted = wantedOf(parts, whole)
  if (matters) return { wanted, pattern: bounded(escaped(piece), piece, whole) }
  if (!isMoreThanWords(parts)) return { wanted, pattern: undefined }
  return { wanted, pattern: bounded(parts.map(escaped).join(`[^${wordUnit}]+`), parts.join(" "), whole) }
}

/** What was typed in quotes: all of it as it is, and its words whole. */
const phraseOf = (typed: string): Piece => {
  const text = plain(typed).trim()
  const parts = partsOf(text)
  const isWord = parts[0] === text && !isMoreThanWords(parts)
  return {
    wanted: wantedOf(parts, true),
    pattern: isWord || text === "" ? undefined : bounded(escaped(text), text, true),
  }
}

const patternOf = ({ whole, word }: Wanted): string => bounded(escaped(word), word, whole)

const read = ({ phrases = [], text }: OfContent) => {
  // It is a blank to JavaScript alone.
  const pieces = [...text.replaceAll("\ufeff", "").split(/\s+/).map(pieceOf), ...phrases.map(phraseOf)]
  const words = new Map(
    pieces.flatMap(({ wanted }) => wanted).map((one) => [`${one.word}${one.whole ? " " : ""}`, one]),
  )
  return {
    // The longest first: they are the rarest.
    words: [...words.values()].toSorted((one, other) => other.word.length - one.word.length),
    patterns: pieces.flatMap(({ pattern }) => pattern ?? []),
  }
}

const checkOf = (isLinked: boolean, patterns: ReadonlyArray<string>) => {
  const all = Array.from(new Set(patterns), (pattern) => new RegExp(pattern))
  return (content: string, text = plain(content)): boolean =>
    (!isLinked || link.test(content)) && all.every((pattern) => pattern.test(text))
}

/** What an index is asked for, and what has to be checked of what it finds. */
export const sought = (query: OfContent): Sought => {
  const { patterns, words } = read(query)
  const all = [...patterns, ...words.slice(maxAsked).map(patternOf)]
  const isLinked = query.link === true
  const check = isLinked || all.length > 0 ? checkOf(isLinked, all) : undefined
  return { words: words.slice(0, maxAsked), link: isLinked, check: check && ((content) => check(content)) }
}

/** The same in one, for a history without an index. */
export const matcher = (query: OfContent): ((content: string) => boolean) => {
  const { patterns, words } = read(query)
  const check = checkOf(query.link === true, [...words.map(patternOf), ...patterns])
  return (content) => {
    const text = plain(content)
    // Nearly all texts can be ruled out by looking for the words anywhere.
    return words.every(({ word }) => text.includes(word)) && check(content, text)
  }
}

/** Whether there is anything to find by: words in it, or what it has to be. What has neither letters nor digits is nothing. */
export const isAnything = ({ file, from = [], since, until, ...content }: Omit<Query, "channels" | "limit">): boolean =>
  from.length > 0 ||
  since !== undefined ||
  until !== undefined ||
  file === true ||
  content.link === true ||
  read(content).words.length > 0
