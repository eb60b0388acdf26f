/** What somebody puts under a message: an emoji, or a short word. */
import * as Schema from "effect/Schema"
import { maxReactionLength } from "./Limits.ts"
import { reaction } from "./Rules.ts"

const annotations: Parameters<typeof Schema.makeFilter<string>>[1] = {
  title: "Reaction",
  description: reaction.expected,
  expected: reaction.expected,
  toJsonSchema: () => [{ minLength: 1 }, true],
  arbitraryConstraint: {
    minLength: 1,
    maxLength: maxReactionLength,
    patterns: [{ source: "^[!-~à-ö😀]+$", flags: "u" }],
  },
}

/** A reaction, in the one form that `reactionOf` gives where it is new. History may have others. */
export const Reaction = Schema.String.check(Schema.makeFilter<string>(reaction.holds, annotations)).pipe(
  Schema.brand("Reaction"),
)
export type Reaction = typeof Reaction.Type

/** Characters in a reaction as it is given: there is room for some that nobody sees. */
export const maxGivenLength = 4 * maxReactionLength

/** Nothing of it could have another form. */
const plain = /^[!-~]+$/

// Soft hyphens, zero-width spaces, marks of direction, byte order marks, and all variation selectors. Not among them: the
// joiner and the tags, of which emoji and flags are made, blank letters, and what turns a text around, which is not harmless.
const unseen =
  /[\p{Default_Ignorable_Code_Point}--[\u200d\u202a-\u202e\u2066-\u206f\p{Script=Hangul}\u{e0001}-\u{e007f}]]/gv

/** A joiner that joins no two pictures. */
const strayJoiner = /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}])\u200d|\u200d(?!\p{Extended_Pictographic})/gu

/** What is a picture only with the selector behind it: keycaps, hearts, signs. */
const asPicture = /[#*0-9](?=\u20e3)|(?![\p{ASCII}\p{Emoji_Presentation}])\p{Emoji}(?!\p{Emoji_Modifier})/gu

/**
 * The one form of all that look the same: keyboards, phones and programs put different signs that nobody sees into the same
 * emoji, and letters with accents can be written in two ways. Emoji are as Unicode recommends to send them. Upper and lower
 * case, and colours of skin, are to be seen, so they stay different.
 */
export const oneForm = <Text extends string>(text: Text): Text =>
  plain.test(text)
    ? text
    : (text
        .replace(unseen, "")
        .replace(strayJoiner, "")
        .normalize("NFC")
        .replace(/\p{Zs}+/gu, " ")
        // A line that was read ends in a break.
        .replace(/^ |[ \r\n]+$/g, "")
        .replace(asPicture, "$&\ufe0f") as Text)

/** The reaction that somebody means; undefined where it is none. */
export const reactionOf = (given: string): Reaction | undefined => {
  if (given.length > maxGivenLength) return undefined
  const form = oneForm(given)
  return reaction.holds(form) ? (form as Reaction) : undefined
}

/** One as somebody gives it, in whatever form. */
export const Given = Schema.String.check(
  Schema.makeFilter<string>((text) => reactionOf(text) !== undefined, annotations),
)
