import type { Range } from "./Width.ts"

const address = /\bhttps?:\/\/[^\s<>"`{}|\\^]+/giu

/** What ends a sentence, rather than an address. */
const closing = /[.,;:!?'…)\]]$/u

const pairs: Readonly<Record<string, string>> = { ")": "(", "]": "[" }

const count = (text: string, character: string): number => text.split(character).length - 1

/** An address without the punctuation behind it; a bracket belongs to it if it was opened in it. */
const trimmed = (text: string): string => {
  let url = text
  while (closing.test(url)) {
    const last = url.at(-1)!
    const opener = pairs[last]
    if (opener !== undefined && count(url, opener) >= count(url, last)) break
    url = url.slice(0, -1)
  }
  return url
}

/** Where in a text there are web addresses. */
export const links = (text: string): ReadonlyArray<Range> =>
  Array.from(text.matchAll(address), ({ 0: found, index }) => ({ start: index, end: index + trimmed(found).length }))
