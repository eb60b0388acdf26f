import type { Cursor } from "../History.ts"

/** The words of a text, as the full-text indexes of the databases cut it: letters and digits, without their case. */
const wordsOf = (text: string): ReadonlyArray<string> => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** Whether a content has every word of the text; a text without a word finds nothing. */
export const matcher = (text: string): ((content: string) => boolean) => {
  const wanted = wordsOf(text)
  if (wanted.length === 0) return () => false
  return (content) => {
    const words = new Set(wordsOf(content))
    return wanted.every((word) => words.has(word))
  }
}

/** The newest first; of one moment, in the order of channel and place. */
export const byNewest = (one: Cursor, other: Cursor): number =>
  other.timestamp - one.timestamp ||
  (one.channel < other.channel ? -1 : one.channel > other.channel ? 1 : one.seq - other.seq)
