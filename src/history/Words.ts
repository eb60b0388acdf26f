/** What a search finds: every history cuts texts alike, so that all of them find the same. */

/** Characters of a word that count: Postgres takes 2046 bytes. */
const maxWordLength = 128
/** Different words of a text that count. */
const maxWords = 4096

/** The words of a text, each once: letters and digits, without their case. */
export const wordsOf = (text: string): ReadonlySet<string> => {
  const words = new Set<string>()
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    if (words.size === maxWords) break
    words.add(word.length > maxWordLength ? word.slice(0, maxWordLength).toWellFormed() : word)
  }
  return words
}
