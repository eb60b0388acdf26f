import type { Range } from "./Range.ts"

/** With the flags `iu`. Nothing invisible is in it, and not what follows the words of `[words](address)`. */
export const addressPattern = String.raw`(?<![\p{L}\p{N}])https?:\/\/(?=[\p{L}\p{N}[])(?:\](?!\()|[^\s<>"\x60{}|\\^\]\p{Cc}\p{Cf}])+`

const address = new RegExp(addressPattern, "giu")

/** Punctuation that ends a sentence, or marks a text, rather than belongs to an address. */
const closing = /[.,;:!?'…)\]*_~]$/u

const pairs: Readonly<Record<string, string>> = { ")": "(", "]": "[" }

/** By opening bracket, how many more are closed than opened. */
const surplus = (text: string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const character of text) {
    const opener = pairs[character]
    if (opener !== undefined) counts.set(opener, (counts.get(opener) ?? 0) + 1)
    else if (character === "(" || character === "[") counts.set(character, (counts.get(character) ?? 0) - 1)
  }
  return counts
}

/** The length of an address without the punctuation behind it; a bracket that is opened in the address belongs to it. */
export const addressLength = (text: string): number => {
  const closed = surplus(text)
  let length = text.length
  // The brackets are counted once only, so that a text of many takes linear time.
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
  Array.from(text.matchAll(address), ({ 0: found, index }) => ({ start: index, end: index + addressLength(found) }))
