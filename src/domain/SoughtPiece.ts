/**
 * What somebody searches for, piece by piece: the words that an index knows each by, and what it looks like in a plain text.
 * Every history finds by it, and whoever shows what was found marks by it.
 */
import { plain, wordUnit } from "./PlainText.ts"
import { cutWord, isSingle, isUnspaced, maxWordLength, pairsOf, partsOf } from "./WordPattern.ts"

/** A word of the index that a message has: this one, or one that begins with it. */
export interface Wanted {
  readonly word: string
  readonly whole: boolean
}

// Signs of a query that are no part of what is looked for: brackets, the ends of sentences, what people mark text with. A
// point directly before a word is one, as in `.NET`.
const before = new RegExp(`^(?:[^${wordUnit}#@+$%&.]|\\.(?![${wordUnit}]))+`)
const behind = new RegExp(`[^${wordUnit}#@+$%&]+$`)
/** Signs that a text has to have, too: `C++` is not `C`, and `3.14` is not `3, 14`. */
const mattering = /[#@+$%&]|^\.|\d[.,:]\d|(?!\p{Extended_Pictographic}|\p{RI}|\ufffd)[^\0-\x7f\P{S}]/u
const endsInWord = new RegExp(`[${wordUnit}]$`)
const beginsWithWord = new RegExp(`^[${wordUnit}]`)

/** A part of a pattern that is a plain text. */
export const escaped = (text: string): string =>
  text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replaceAll(/\s+/g, "\\s+")

/** A pattern is not inside of a word where it begins with one, and with `whole` not where it ends with one. */
const bounded = (pattern: string, text: string, whole: boolean): string => {
  const first = isUnspaced(String.fromCodePoint(text.codePointAt(0)!)) || !beginsWithWord.test(text)
  const last = !whole || isUnspaced(Array.from(text).at(-1)!) || !endsInWord.test(text)
  return `${first ? "" : `(?<![${wordUnit}])`}${pattern}${last ? "" : `(?![${wordUnit}])`}`
}

/** Something that stands in a plain text in one piece: the words by which an index finds it, and what it looks like. */
export interface Piece {
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

/** What a word of the index looks like in a plain text. */
export const patternOf = ({ whole, word }: Wanted): string => bounded(escaped(word), word, whole)

/** The pieces of a query: of its words, and of its phrases in quotes. */
export const piecesOf = (words: string, phrases: ReadonlyArray<string>): ReadonlyArray<Piece> =>
  // The sign that is left out is a blank to JavaScript alone.
  [...words.replaceAll("\ufeff", "").split(/\s+/).map(pieceOf), ...phrases.map(phraseOf)]
