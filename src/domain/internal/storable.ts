/**
 * The text that every store can hold: it has UTF-8, so no lone surrogates, and no NUL, which Postgres takes in no text.
 * Whatever is stored, or looked for in a store, is this; the operations check it, so it holds behind every door.
 */
export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed()
