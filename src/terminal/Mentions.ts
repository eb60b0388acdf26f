import type { Range } from "./Width.ts"

// What means something outside of brackets, and nothing else: a sign that is escaped without need is an error.
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

/** What was made for the last key: one name and one search are looked for in message after message. */
const remembered = <A>(make: (key: string) => A): ((key: string) => A) => {
  let last: { readonly key: string; readonly made: A } | undefined
  return (key) => (last?.key === key ? last : (last = { key, made: make(key) })).made
}

const nameIn = remembered((name) => new RegExp(`(?<![\\p{L}\\p{N}_@])@?${escaped(name)}(?![\\p{L}\\p{N}_])`, "giu"))

const queryIn = remembered((query) => new RegExp(escaped(query), "giu"))

const ranges = (text: string, pattern: RegExp): ReadonlyArray<Range> =>
  Array.from(text.matchAll(pattern), ({ 0: { length }, index }) => ({ start: index, end: index + length }))

/** Where a text names somebody: as a word, with or without `@`, in capitals or not. */
export const mentions = (text: string, name: string): ReadonlyArray<Range> => ranges(text, nameIn(name))

/** Whether a text holds what is searched for; in a long one there may be many places. */
export const holds = (text: string, query: string): boolean => query !== "" && text.search(queryIn(query)) !== -1

/** Where a text holds what is searched for, in capitals or not. */
export const matches = (text: string, query: string): ReadonlyArray<Range> =>
  query === "" ? [] : ranges(text, queryIn(query))
