import * as Schema from "effect/Schema"
import { isStorable } from "./internal/storable.ts"

/** A check for text that goes to a store. */
export const storableText = (title: string, description: string) =>
  Schema.makeFilter<string>(isStorable, {
    title,
    description,
    expected: `${title}, text without NUL and lone surrogates`,
    toJsonSchema: () => [{}, true],
    arbitraryConstraint: { patterns: [{ source: "^[ -~]+$", flags: "u" }] },
  })

export { isStorable }
