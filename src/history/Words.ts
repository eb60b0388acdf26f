/** Cuts texts into the words that an index knows them by. Every index uses it, so all of them find the same. */
import { plain } from "../domain/PlainText.ts"
import { cutWord, isUnspaced, maxWordLength, pairsOf, parts } from "../domain/WordPattern.ts"

/** Different words of a text that count: more than a message can have. */
const maxWords = 32_768

/**
 * A word that every text has which is not all ASCII, and no text by the rules before these: by it is known what is to be
 * indexed anew. For ASCII the rules never changed. It is no character of a word, so nobody can write it.
 */
export const mark = "\ue001"

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
