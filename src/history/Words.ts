/** Cuts texts into words for the search. Every history uses it, so all of them find the same. */
import { withoutInvisible } from "../domain/Invisible.ts"

/** Characters of a word that count: Postgres takes 2046 bytes. */
const maxWordLength = 128
/** Different words of a text that count. */
const maxWords = 4096

/** The words of a text, each once: letters and digits, without their case. */
export const wordsOf = (text: string): ReadonlySet<string> => {
  const words = new Set<string>()
  const lower = text.toLowerCase()
  // Most texts are ASCII, which takes a fraction of the time.
  if (cutAscii(lower, words)) return words
  words.clear()
  for (const [word] of withoutInvisible(lower).matchAll(/[\p{L}\p{N}]+/gu)) {
    if (words.size === maxWords) break
    words.add(word.length > maxWordLength ? word.slice(0, maxWordLength).toWellFormed() : word)
  }
  return words
}

/** Adds the words of a text to a set. Returns false where the text is not all ASCII; the set is then of no use. */
const cutAscii = (lower: string, words: Set<string>): boolean => {
  let start = -1
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at)
    if (code > 127) return false
    const inside = (code >= 97 && code <= 122) || (code >= 48 && code <= 57)
    if (inside === start >= 0) continue
    if (!inside && words.size < maxWords) words.add(lower.slice(start, Math.min(at, start + maxWordLength)))
    start = inside ? at : -1
  }
  if (start >= 0 && words.size < maxWords) words.add(lower.slice(start, start + maxWordLength))
  return true
}
