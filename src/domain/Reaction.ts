import * as Schema from "effect/Schema"
import { maxReactionLength } from "./Limits.ts"
import { reaction } from "./Rules.ts"

/** What somebody puts under a message: an emoji, or a short word. */
export const Reaction = Schema.String.check(
  Schema.makeFilter<string>(reaction.holds, {
    title: "Reaction",
    description: reaction.expected,
    expected: reaction.expected,
    toJsonSchema: () => [{ minLength: 1 }, true],
    arbitraryConstraint: {
      minLength: 1,
      maxLength: maxReactionLength,
      patterns: [{ source: "^[!-~à-ö😀]+$", flags: "u" }],
    },
  }),
).pipe(Schema.brand("Reaction"))
export type Reaction = typeof Reaction.Type
