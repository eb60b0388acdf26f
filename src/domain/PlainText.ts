/**
 * Texts as a search compares them: what reads the same is written the same. Everything that a search does is done with texts
 * of this form, so that messages and queries are never told apart by how somebody's keyboard has written them.
 */

import { isUnspaced, spacedClass, unspacedClass } from "./WordPattern.ts"

// NUL is left to the long way, since databases do not take it as it is: what they keep then is not ASCII any more.
export const beyondAscii = /[\0\u0080-\uffff]/

/** What nobody sees: soft hyphens, joiners, variation selectors; and the colours of skin. */
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}]/gu
/** More marks on one letter than any script has take the square of their number to be put in order. */
const tooMany = /(\p{M}{16})\p{M}+/gu
/** Vowels of Arabic and Hebrew, and what stretches a word: most people write without them. */
const optional =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]/g
/** Marks that stand on nothing. */
const loose = /(?<![\p{L}\p{M}\p{N}])\p{M}+/gu

const apostrophe = /[\u00b4\u02b9\u02bc\u05f3\u2018\u2019\u201b\u2032\uff07]/g
const quote = /[\u00ab\u00bb\u05f4\u201c-\u201f\u2033\u2039\u203a\u300c-\u300f\u301d-\u301f]/g
const dash = /[\p{Pd}\u2212]/gu
const slash = /[\u2044\u2215]/g
/** All signs that are left, and blanks. */
const sign = /[^\0-\x7f\P{P}]|[^\0-\x7f\P{Z}]/gu
/** What stands for itself wherever it is: emoji, flags, currencies, arrows; and what is no character at all. */
const symbol = /\p{RI}{2}|[^\0-\x7f\P{S}]|[^\0-\x7f\P{C}]/gu

/** Between a script that puts no blanks between words and one that does, words end. */
const borders = new RegExp(
  String.raw`(?<=${unspacedClass}\p{M}*)(?=(?!\p{M})${spacedClass})` +
    String.raw`|(?<=(?!\p{M})${spacedClass}\p{M}*)(?=${unspacedClass})`,
  "gu",
)

/**
 * One code unit of a word, as a class of a pattern: in a plain text blanks stand around everything else beyond ASCII, so no
 * table of letters is needed to see where a word ends.
 */
export const wordUnit = "a-z0-9\\u0080-\\uffff"

/** Small letters of all kinds, by all that Unicode knows of case: ß is ss, a sigma at the end is a sigma, no i has a case. */
const uncased = (text: string): string =>
  text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ").replaceAll("i\u0307", "i")

/** How long a plain form may be: some signs are whole sentences, and what is made of such is cut. */
const longest = (text: string): number => 4 * text.length + 64

/** The plain form of a text that is not all ASCII, whatever is in it. */
const inOne = (text: string): string => {
  const composed = text.replace(unseen, "").replace(apostrophe, "'").replace(tooMany, "$1").normalize("NFKC")
  const folded = uncased(composed.slice(0, longest(text)))
    .normalize("NFKC")
    .replace(optional, "")
    .replace(loose, "")
    .replace(quote, '"')
    .replace(dash, "-")
    .replace(slash, "/")
    .replace(sign, " ")
    .replace(symbol, " $& ")
  return isUnspaced(folded) ? folded.replace(borders, " ") : folded
}

/** Whether it ends a word before it that is not of its kind. */
type Kind = "spaced" | "unspaced" | undefined

/** A character, with the marks on it. */
interface Character {
  readonly text: string
  readonly first: Kind
  readonly last: Kind
}

const marked = /\p{M}/u
const characters = /[^]\p{M}*/gu
const firstLetter = /^[\p{L}\p{N}]/u
const lastLetter = /[\p{L}\p{N}](?=\p{M}*$)/u
/** Parts of syllables and of flags, and marks without a letter: what becomes of them is up to what is before them. */
const dependent = /^\p{M}|[\p{RI}\u1100-\u11ff\u{16d63}-\u{16d6a}]/u
/** With a mark on it: the mark is on what is before it. */
const passing = /^[\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\u0640]/u

const kindOf = (letter: RegExpExecArray | null): Kind =>
  letter === null ? undefined : isUnspaced(letter[0]) ? "unspaced" : "spaced"

const characterOf = (character: string): Character | undefined => {
  if (dependent.test(character.normalize("NFKC"))) return undefined
  const text = beyondAscii.test(character) ? inOne(character) : character.toLowerCase()
  const [first, last] = [kindOf(firstLetter.exec(text)), kindOf(lastLetter.exec(text))]
  if (marked.test(character) && (passing.test(character) || (isUnspaced(text) && first !== "unspaced")))
    return undefined
  return { text, first, last }
}

/** Those that were seen: nobody uses many. Of a text with many others each is not worth the time. */
const known = new Map<string, Character>()
const maxKnown = 8192
const maxUnknown = 256

/** The same made of its characters, which takes a fraction of the time; undefined where one depends on others. */
const ofCharacters = (text: string): string | undefined => {
  let made = ""
  let last: Kind
  let unknown = 0
  for (const character of marked.test(text) ? text.match(characters)! : text) {
    let next = known.get(character)
    if (next === undefined) {
      next = unknown++ < maxUnknown ? characterOf(character) : undefined
      if (next === undefined) return undefined
      if (known.size >= maxKnown) known.clear()
      known.set(character, next)
    }
    if (next.text === "") continue
    made += last !== undefined && next.first !== undefined && last !== next.first ? ` ${next.text}` : next.text
    if (made.length > longest(text)) break
    last = next.last
  }
  return made
}

/** The plain form of a text. How many blanks are between two words means nothing. */
export const plain = (text: string): string =>
  // Most texts are ASCII, which takes a fraction of the time.
  beyondAscii.test(text) ? (ofCharacters(text) ?? inOne(text)) : text.toLowerCase()
