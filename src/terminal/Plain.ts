/**
 * Makes what others wrote safe to show. All of it passes here on its way to the screen; the result has no control
 * characters, no line breaks, and no characters that change the order of others: they are shown as `\\u202e`. What shows
 * nothing and does no harm is left out.
 */
import { printable } from "../client/Printable.ts"
import { withoutInvisible } from "../domain/Invisible.ts"
import { quotedName, shownChannel, shownName } from "../domain/PlainName.ts"
import { breaks, linesOf } from "../text/Lines.ts"
import { graphemes } from "./Width.ts"

// Invisible letters: terminals do not agree how many columns they take.
const blank = /[\u115f\u1160\u3164\uffa0]/g

// A letter can carry any number of marks, which would be drawn over the lines above and below.
const piles = /([\p{M}\u200c\u200d]{4})[\p{M}\u200c\u200d]+/gu

// The longest emoji, a couple with two skin tones, has 15 code units. Anything longer was made to confuse the layout.
const longest = 24

const ascii = /^[\x20-\x7e]*$/

const plain = (text: string): string => {
  if (ascii.test(text)) return text
  const seen = withoutInvisible(text.replaceAll("\t", "    ")).replaceAll(blank, "\ufffd")
  const shown = printable(seen).replaceAll(piles, "$1")
  if (shown.length <= longest || ascii.test(shown)) return shown
  return graphemes(shown)
    .map((grapheme) => (grapheme.length > longest ? "\ufffd" : grapheme))
    .join("")
}

/** The lines of a message. */
export const lines = (text: string): ReadonlyArray<string> => linesOf(text).map(plain)

/** A name, among other text: nothing in it looks as if the name had ended. */
export const name = (text: string): string => plain(shownName(text))

/** The same within a sentence. */
export const nameInText = (text: string): string => plain(quotedName(text))

/** The same of a channel; of a direct conversation with its `@`. */
export const channel = (text: string): string => plain(shownChannel(text))

/** A topic, an error: on one line, whatever it was on. */
export const line = (text: string): string => plain(text.replaceAll(breaks, " ").trim())
