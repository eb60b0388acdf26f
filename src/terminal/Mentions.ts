import type { Range } from "./Width.ts"

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

/** Where a text names somebody: as a word, with or without `@`, in capitals or not. */
export const mentions = (text: string, name: string): ReadonlyArray<Range> => {
  const word = new RegExp(`(?<![\\p{L}\\p{N}_@])@?${escaped(name)}(?![\\p{L}\\p{N}_])`, "giu")
  return Array.from(text.matchAll(word), ({ 0: found, index }) => ({ start: index, end: index + found.length }))
}

/** Where a text holds what is searched for, in capitals or not. */
export const matches = (text: string, query: string): ReadonlyArray<Range> => {
  if (query === "") return []
  const found = new RegExp(escaped(query), "giu")
  return Array.from(text.matchAll(found), ({ 0: { length }, index }) => ({ start: index, end: index + length }))
}
