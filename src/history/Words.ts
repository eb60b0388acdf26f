/** Cuts texts into the words that an index knows them by. Every index uses it, so all of them find the same. */
import { isUnspaced, parts } from "../domain/WordPattern.ts"
import { plain } from "./PlainText.ts"

/** Characters of a word that count: Postgres takes 2046 bytes. */
export const maxWordLength = 128
/** Different words of a text that count: more than a message can have. */
const maxWords = 32_768

/**
 * A word that every text has which is not all ASCII, and no text by the rules before these: by it is known what is to be
 * indexed anew. For ASCII the rules never changed. It is no character of a word, so nobody can write it.
 */
export const mark = "\ue001"

/** The words of a plain text in their order: letters, marks and digits, each emoji by itself, and runs without blanks. */
export const partsOf = (plainText: string): ReadonlyArray<string> =>
  Array.from(plainText.matchAll(parts), ([part]) => part)

/**
 * What is indexed of a run without blanks: each character with the next, and the last alone. So one character is found
 * wherever it is as the beginning of a word, and more of them by their pairs.
 */
export const pairsOf = (run: string): ReadonlyArray<string> => {
  const characters = Array.from(run)
  return characters.map((character, at) => character + (characters[at + 1] ?? ""))
}

/** What counts of a long word. */
export const cutWord = (word: string): string =>
  word.length > maxWordLength ? word.slice(0, maxWordLength).toWellFormed() : word

/** The words by which a text is indexed, each once. */
export const wordsOf = (text: string): ReadonlySet<string> => {
  const words = new Set<string>()
  // Most texts are ASCII, which takes a fraction of the time.
  if (cutAscii(text, words)) return words
  words.clear()
  words.add(mark)
  for (const [part] of plain(text).matchAll(parts)) {
    if (words.size >= maxWords) break
    if (!isUnspaced(part)) words.add(cutWord(part))
    else for (const pair of pairsOf(part)) words.add(pair)
  }
  return words
}

/** Adds the words of a text to a set. Returns false where the text is not all ASCII; the set is then of no use. */
const cutAscii = (text: string, words: Set<string>): boolean => {
  const lower = text.toLowerCase()
  let start = -1
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at)
    if (code > 127 || code === 0) return false
    const inside = (code >= 97 && code <= 122) || (code >= 48 && code <= 57)
    if (inside === start >= 0) continue
    if (!inside && words.size < maxWords) words.add(lower.slice(start, Math.min(at, start + maxWordLength)))
    start = inside ? at : -1
  }
  if (start >= 0 && words.size < maxWords) words.add(lower.slice(start, start + maxWordLength))
  // The sign of Kelvin is the one whose small form is ASCII.
  return !text.includes("\u212a")
}
