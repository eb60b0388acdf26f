import { withoutInvisible } from "../domain/Invisible.ts"
import type { Range } from "./Range.ts"

// Only characters with a meaning: with the flag `u`, escaping any other is a syntax error.
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

/** Keeps the result for the last key: the same name is looked for in one message after the other. */
const memoizeLast = <A>(make: (key: string) => A): ((key: string) => A) => {
  let last: { readonly key: string; readonly made: A } | undefined
  return (key) => (last?.key === key ? last : (last = { key, made: make(key) })).made
}

/** What a name may have in it, and a word. */
const inWord = "[\\p{L}\\p{M}\\p{N}_]"

/**
 * A name as a word. Full stops and dashes may be in the middle of a name: `@rae-marie` is not for rae. Behind a word they end a
 * sentence, or stand for a pause, where no letter follows, or where there are more of them.
 */
const nameIn = memoizeLast(
  (name) =>
    new RegExp(
      `(?:(?<!${inWord}|@)@${escaped(name)}(?!\\.?${inWord}|-+${inWord})` +
        `|(?<!${inWord}[.-]?|@)${escaped(name)}(?![.-]?${inWord}))`,
      "giu",
    ),
)

const ranges = (text: string, pattern: RegExp): ReadonlyArray<Range> =>
  Array.from(text.matchAll(pattern), ({ 0: { length }, index }) => ({ start: index, end: index + length }))

/** Where a text names somebody: as a word, with or without `@`, in any case. */
export const mentions = (text: string, name: string): ReadonlyArray<Range> =>
  // Most lines of a text that has many are empty.
  text.length < name.length ? [] : ranges(text, nameIn(name))

/** Whether a text names somebody, as it is seen; cheaper than `mentions` for a long text. */
export const isMentioned = (text: string, name: string): boolean => withoutInvisible(text).search(nameIn(name)) !== -1
