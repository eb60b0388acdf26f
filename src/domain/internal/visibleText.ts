import * as Schema from "effect/Schema"
import type { LineRule } from "../Rules.ts"

/** A check for one-line text that is safe to show: names, topics, status texts. */
export const visibleText = (title: string, { expected, holds, maxLength, minLength }: LineRule) =>
  Schema.makeFilter<string>(holds, {
    title,
    description: expected,
    expected,
    // JSON Schema counts characters where we count UTF-16 units, and cannot say the rest.
    toJsonSchema: () => [{ minLength, maxLength }, true],
    // What tests are made from: spaces only within.
    arbitraryConstraint: {
      minLength,
      maxLength,
      patterns: [{ source: "^(?:[!-~à-ö一-丁😀](?:[ -~à-ö😀]{0,20}[!-~à-ö])?)?$", flags: "u" }],
    },
  })
