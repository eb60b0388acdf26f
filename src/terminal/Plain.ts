/**
 * What others wrote, made plain text: the one door by which it comes to the screen. Nothing behind
 * it holds control characters, line breaks, or characters that change the order of others.
 */
import { printable } from "../client/Printable.ts"

const breaks = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g

// A letter can carry any number of marks, which are drawn over the lines above and below.
const piles = /(\p{M}{4})\p{M}+/gu

const plain = (text: string): string => printable(text.replaceAll("\t", "    ")).replaceAll(piles, "$1")

/** The lines of a message. */
export const lines = (text: string): ReadonlyArray<string> => text.split(breaks).map(plain)

/** A name, a topic, an error: on one line, whatever it was on. */
export const line = (text: string): string => plain(text.replaceAll(breaks, " ").trim())
