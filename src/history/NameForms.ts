/** Names as a search compares them: the same in whatever case. */

const ascii = /^[\x20-\x7e]*$/

/** The small form of a letter, where that is one character. A sigma at the end of a word is a sigma. */
const small = (letter: string): string => {
  const lower = letter === "ς" ? "σ" : letter.toLowerCase()
  return [...lower].length === 1 ? lower : letter
}

/** The same for all texts that differ in large and small letters, and in the kinds of their blanks. As long as the text. */
export const folded = (text: string): string =>
  ascii.test(text)
    ? text.toLowerCase()
    : text.replaceAll(/[\p{Lu}\p{Lt}ς\t\n\r]/gu, (letter) => (letter < " " ? " " : small(letter)))

let forms: Map<string, string> | undefined

/** Characters that are the same when they are folded, by what they are folded to; where there are several. */
const allForms = (): Map<string, string> => {
  const found = new Map<string, string>([[" ", " \t\n\r"]])
  // No alphabet with large and small letters is beyond the second plane.
  for (let code = 0x80; code < 0x20000; code++) {
    if (code === 0xd800) code = 0xe000
    const letter = String.fromCodePoint(code)
    const to = folded(letter)
    if (to !== letter) found.set(to, (found.get(to) ?? to) + letter)
  }
  for (const letter of "abcdefghijklmnopqrstuvwxyz") {
    found.set(letter, (found.get(letter) ?? letter) + letter.toUpperCase())
  }
  return found
}

/** For each character of a text all those that are the same: what a database makes a pattern of. */
export const formsOf = (text: string): ReadonlyArray<string> => {
  const known = (forms ??= allForms())
  return Array.from(text, (character) => known.get(character) ?? character)
}
