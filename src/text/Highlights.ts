/** Words of one's own that count as if they named one. */
import { isMentioned } from "./Mentions.ts"
import type { Range } from "./Range.ts"

// Only characters with a meaning: with the flag `u`, escaping any other is a syntax error.
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

/** The list is the same until it is set anew. */
const made = new WeakMap<ReadonlyArray<string>, RegExp>()

const patternOf = (words: ReadonlyArray<string>): RegExp => {
  const found = made.get(words)
  if (found !== undefined) return found
  // Of two that begin alike the longer one is meant.
  const any = words.toSorted((a, b) => b.length - a.length).map(escaped)
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${any.join("|")})(?![\\p{L}\\p{N}_])`, "giu")
  made.set(words, pattern)
  return pattern
}

/** Where they stand in a text: as words, in any case. */
export const highlights = (text: string, words: ReadonlyArray<string>): ReadonlyArray<Range> =>
  words.length === 0
    ? []
    : Array.from(text.matchAll(patternOf(words)), ({ 0: { length }, index }) => ({ start: index, end: index + length }))

/** Whether a message of somebody else names the user, or has one of the user's words. */
export const isFor = (content: string, me: string | undefined, words: ReadonlyArray<string>): boolean =>
  (me !== undefined && isMentioned(content, me)) || (words.length > 0 && content.search(patternOf(words)) !== -1)
