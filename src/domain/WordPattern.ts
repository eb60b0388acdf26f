/** What words are, by Unicode's properties of characters. Without what else a search needs, so that a page can have it. */

/** A character of a word, but for the marks on it, as a class of a pattern with the flag `u`. */
const wordClass = String.raw`[\p{L}\p{M}\p{N}]`

/** A character of a script that puts no blanks between words. Marks of many scripts say nothing: they go with their letters. */
export const unspacedClass =
  String.raw`(?=${wordClass})(?!\p{sc=Zinh})` +
  String.raw`[\p{Ideographic}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}` +
  String.raw`\p{scx=Tale}\p{scx=Talu}\p{scx=Lana}\p{scx=Tavt}\p{scx=Java}\p{scx=Bali}]`

/** A character of any other. */
export const spacedClass = `(?!${unspacedClass})${wordClass}`

/** What can be looked for: words with their marks, and each emoji by itself. */
export const parts = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*|\p{RI}{1,2}|\p{Extended_Pictographic}/gu

const unspaced = new RegExp(unspacedClass, "u")

/** Whether a word has a character of a script without blanks between words. */
export const isUnspaced = (word: string): boolean => unspaced.test(word)

/** One letter of an alphabet, or one digit: it begins too many words, so it is meant alone. */
export const isSingle = (word: string): boolean =>
  /^[\p{L}\p{Nd}]\p{M}*$/u.test(word) && /\p{Ll}|\p{Lu}|\p{Nd}/u.test(word)

/** Characters of a word that count: Postgres takes 2046 bytes. */
export const maxWordLength = 128

/** The words of a plain text in their order: letters, marks and digits, each emoji by itself, and runs without blanks. */
export const partsOf = (plainText: string): ReadonlyArray<string> =>
  Array.from(plainText.matchAll(parts), ([part]) => part)

/**
 * What is indexed of a run without blanks: each character with the next, and the last alone. So one character is found
 * wherever it is as the beginning of a word, and more of them by their pairs.
 */
export const pairsOf = (run: string): ReadonlyArray<string> => {
  const characters = Array.from(run)
  return characters.map((character, at) => character + (characters[at + 1] ?? ""))
}

/** What counts of a long word. */
export const cutWord = (word: string): string =>
  word.length > maxWordLength ? word.slice(0, maxWordLength).toWellFormed() : word
