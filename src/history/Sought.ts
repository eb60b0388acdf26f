/**
 * What a search is for. Every history goes by it, so all of them find the same: an index is asked for words first, and what it
 * finds is checked where words do not say everything.
 */
import { plain } from "../domain/PlainText.ts"
import { patternOf, piecesOf, type Wanted } from "../domain/SoughtPiece.ts"
import { addressStart } from "../domain/WebAddress.ts"
import type { Query } from "./HistoryShape.ts"

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

const read = ({ phrases = [], text }: OfContent) => {
  const pieces = piecesOf(text, phrases)
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
