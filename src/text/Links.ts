import { addressStart, unspaced } from "../domain/WebAddress.ts"
import type { Range } from "./Range.ts"

/**
 * What ends an address wherever it stands: punctuation of scripts in which no space follows it, and quotes. Full-width forms
 * are among them.
 */
const stops =
  // Of Chinese, Japanese and Korean, upright and in other forms.
  String.raw`\u3000-\u3003\u301c-\u301f\u3030\u303d\ufe10-\ufe16\ufe19\ufe30-\ufe34\ufe45\ufe46\ufe49-\ufe58\ufe5f-\ufe6b` +
  String.raw`\uff01-\uff07\uff0a-\uff0f\uff1a-\uff20\uff3c\uff3e-\uff40\uff5c\uff5e\uff61\uff64` +
  // Of Arabic and Devanagari; quotes.
  String.raw`\u060c\u061b\u061f\u06d4\u0964\u0965‘‚‛“”„‟«»‹›`

/** Brackets of the same scripts. */
const wideOpening = "（［｛｟｢〈《「『【〔〖〘〚︗︵︷︹︻︽︿﹁﹃﹇﹙﹛﹝"
const wideClosing = "）］｝｠｣〉》」』】〕〗〙〛︘︶︸︺︼︾﹀﹂﹄﹈﹚﹜﹞"

const never = String.raw`\s<>"\x60{}|\\^${stops}${wideOpening}${wideClosing}\p{Cc}\p{Cf}`

/** In brackets, which therefore belong to the address: short, so that it takes no time to see that they do not close. */
const inBrackets = `[^()\\[\\]’${never}]{0,100}`

/** With the flags `iu`. Nothing invisible is in it, and not what follows the words of `[words](address)`. */
export const addressPattern =
  String.raw`${addressStart}(?:[${wideOpening}]${inBrackets}[${wideClosing}]|\(${inBrackets}\)|\)(?![${unspaced}])` +
  String.raw`|\](?![(${unspaced}])|’(?=[a-z])|(?![—…]{2})[^)\]’${never}])+`

const address = new RegExp(addressPattern, "giu")

/** Punctuation that ends a sentence, or marks a text, rather than belongs to an address. */
const closing = /[.,;:!?'…—)\]*_~・･]$/u

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
