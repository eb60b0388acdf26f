import * as Schema from "effect/Schema"
import { isVisible } from "./internal/text.ts"
import { maxReactionLength } from "./Limits.ts"

// Many emoji are joined by signs that a text may not have. Made when it is needed: it takes ten milliseconds. No literal:
// planted as a bug, its opposite would be no program any more (`npm run mutate`).
let emoji: RegExp | undefined
const isEmoji = (text: string): boolean => (emoji ??= new RegExp("^\\p{RGI_Emoji}$", "v")).test(text)

const expected = `a reaction: one emoji, or 1 to ${maxReactionLength} visible characters, no space at either end`

/** What somebody puts under a message: an emoji, or a short word. */
export const Reaction = Schema.String.check(
  Schema.makeFilter<string>(
    (text) => isEmoji(text) || isVisible(text, { minLength: 1, maxLength: maxReactionLength }),
    {
      title: "Reaction",
      description: expected,
      expected,
      toJsonSchema: () => [{ minLength: 1 }, true],
      arbitraryConstraint: {
        minLength: 1,
        maxLength: maxReactionLength,
        patterns: [{ source: "^[!-~à-ö😀]+$", flags: "u" }],
      },
    },
  ),
).pipe(Schema.brand("Reaction"))
export type Reaction = typeof Reaction.Type
