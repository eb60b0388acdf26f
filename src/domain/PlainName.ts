/**
 * Names that can stand beside what people say: without the signs that separate a name from a text, a list or a notice.
 * `ann: yes, delete it all` would read as something that ann has said.
 */

import { goTogether } from "./internal/scripts.ts"

/** Marks on one letter, at most: more are drawn over the lines above and below. */
const maxMarks = 4

/** What a name consists of. Everything else separates names from what stands around them, somewhere. */
const inName = /[\p{L}\p{M}\p{N}\p{Emoji_Presentation}\p{Emoji_Modifier} ._-]/u

// Letters, as Unicode has it, that look like colons, commas, quotes, brackets, bars or dashes.
const signs =
  /[\u01c0-\u01c3\u02b9-\u02bf\u02c8-\u02d1\u02ee\u0559\u07f4\u07f5\u1427\u142f\u1433\u1438\u1440\u1450\u14bf\u2e2f\u3031-\u3035\u4e28\u4e36\u4e3f\ua4f8-\ua4fd\ua4fe\ua4ff\ua6f4\ua717-\ua71f\ua788\ua78b\ua78c\ua78f\u{16fe3}]/u

const belongs = (character: string): boolean => inName.test(character) && !signs.test(character)

const unicode = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`

/** What is wrong with it as somebody's new name, as a clause; undefined where nothing is. */
export const wrongIn = (name: string): string | undefined => {
  // Some signs become others when names are compared: a fullwidth colon is a colon.
  for (const character of [...name, ...name.normalize("NFKC")]) {
    if (!belongs(character)) {
      const shown = /[!-~]/.test(character) ? `"${character}"` : unicode(character)
      return `it has ${shown}, which is no letter, digit, space, ".", "_" or "-"`
    }
  }
  if (/ {2}/.test(name.normalize("NFKC"))) return "it has several spaces in a row"
  if (!/^[\p{L}\p{N}\p{Emoji_Presentation}_]/u.test(name)) return "it does not begin with a letter or a digit"
  if (new RegExp(`\\p{M}{${maxMarks + 1}}`, "u").test(name.normalize("NFD"))) {
    return `it has more than ${maxMarks} marks on one letter`
  }
  if (/(\p{Mn})\1/u.test(name.normalize("NFD"))) return "it has the same mark twice on one letter"
  if (!goTogether(name)) return "it has letters of scripts that are not written together"
  return undefined
}

const ordinary = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("")

/** A channel's name as it is shown: of a direct conversation, `@` and the other's name. */
export const shownChannel = (name: string): string =>
  name.startsWith("@") ? `@${shownName(name.slice(1))}` : shownName(name)

/** Behind the name of a webhook that speaks. It cannot be in a new name: nobody else is called so. */
export const botMark = " [bot]"

/** A name as it is shown among other text, whoever gave it: what cannot be in a new name is written as `\u003a`. */
export const shownName = (name: string): string => {
  if (ordinary.test(name)) return name
  if (name.endsWith(botMark) && name.length > botMark.length) return shownName(name.slice(0, -botMark.length)) + botMark
  let shown = ""
  for (const character of name) {
    const fits = belongs(character) && !(character === " " && (shown === "" || shown.endsWith(" ")))
    shown += fits && !(shown === "" && /[\p{M}.-]/u.test(character)) ? character : escaped(character)
  }
  return shown
}

/**
 * A name within a sentence: in quotes where it has a space. `ann changed message 3`, who says something, would read as what ann
 * did; names have no quotes.
 */
export const quotedName = (name: string): string => {
  const shown = shownName(name)
  return shown.includes(" ") ? `"${shown}"` : shown
}
