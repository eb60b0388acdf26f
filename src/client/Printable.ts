import { regionalFlag } from "../domain/Invisible.ts"

// Cc: controls, among them those that start escape sequences. Cf: invisible formatting, among it the bidi overrides,
// which make text read as something else. Zl, Zp: line and paragraph separators. Cs: lone surrogates.
const dangerous = new RegExp(`(?<flag>${regionalFlag})|(?![\\u200c\\u200d])[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]`, "gu")

const escape = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("")

/**
 * One line of text from others, safe to print on a terminal: whatever could move its cursor, change
 * its state or reorder the line is written as `\u001b`. The joiners that emoji and some scripts need
 * stay, and so do flags that are written with signs of this kind. JSON text stays JSON, and means the same.
 */
export const printable = (text: string): string =>
  text.replace(dangerous, (found, flag?: string) => flag ?? escape(found))
