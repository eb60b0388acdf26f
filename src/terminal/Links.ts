import type { Range } from "./Width.ts"

const address = /\bhttps?:\/\/[^\s<>"`{}|\\^]+/giu

/** What ends a sentence, rather than an address. */
const closing = /[.,;:!?'…)\]]$/u

const pairs: Readonly<Record<string, string>> = { ")": "(", "]": "[" }

/** How many brackets of each kind were closed more often than they were opened. */
const surplus = (text: string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const character of text) {
    const opener = pairs[character]
    if (opener !== undefined) counts.set(opener, (counts.get(opener) ?? 0) + 1)
    else if (character === "(" || character === "[") counts.set(character, (counts.get(character) ?? 0) - 1)
  }
  return counts
}

/** Where an address ends: without the punctuation behind it; a bracket belongs to it if it was opened in it. */
const lengthOf = (text: string): number => {
  const closed = surplus(text)
  let length = text.length
  // Counted once, and then down: others may write as many brackets as they like.
  for (; length > 0 && closing.test(text[length - 1]!); length--) {
    const opener = pairs[text[length - 1]!]
    if (opener === undefined) continue
    const more = closed.get(opener) ?? 0
    if (more <= 0) break
    closed.set(opener, more - 1)
  }
  return length
}

/** Where in a text there are web addresses. */
export const links = (text: string): ReadonlyArray<Range> =>
  Array.from(text.matchAll(address), ({ 0: found, index }) => ({ start: index, end: index + lengthOf(found) }))
