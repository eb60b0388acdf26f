import { assert, describe, it } from "@effect/vitest"
import { groups } from "../../src/text/Emoji.ts"
import { reactionOf } from "../../src/domain/Reaction.ts"

/** The form that a reaction has, and others that look the same. */
const forms: ReadonlyArray<readonly [one: string, others: ReadonlyArray<string>]> = [
  ["\u{1f44d}", ["\u{1f44d}\ufe0f", "\u{1f44d}\ufe0e", " \u{1f44d}\n", "\u200b\u{1f44d}\u00ad", "\u{1f44d}\u200d"]],
  ["\u{1f44d}\u{1f3fd}", ["\u{1f44d}\ufe0f\u{1f3fd}", "\u{1f44d}\u{1f3fd}\ufe0f"]],
  ["\u270c\u{1f3fb}", ["\u270c\ufe0f\u{1f3fb}"]],
  ["\u2764\ufe0f", ["\u2764", "\u2764\ufe0e", "\u2764\ufe0f\ufe0f"]],
  ["\u2764\ufe0f\u200d\u{1f525}", ["\u2764\u200d\u{1f525}", "\u2764\ufe0f\u200d\u{1f525}\ufe0f"]],
  ["\u{1f441}\ufe0f\u200d\u{1f5e8}\ufe0f", ["\u{1f441}\u200d\u{1f5e8}", "\u{1f441}\u200d\u{1f5e8}\ufe0f"]],
  ["\u{1f3f3}\ufe0f\u200d\u{1f308}", ["\u{1f3f3}\u200d\u{1f308}"]],
  ["\u{1f468}\u200d\u2695\ufe0f", ["\u{1f468}\u200d\u2695"]],
  ["\u{1f1e9}\u{1f1ea}", ["\u{1f1e9}\u{1f1ea}\ufe0f"]],
  ["\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", []],
  ["1\ufe0f\u20e3", ["1\u20e3", "1\ufe0e\u20e3"]],
  ["\u00a9\ufe0f", ["\u00a9"]],
  ["\u2764\ufe0f\u2764\ufe0f", ["\u2764\u2764", "\u2764\u2764\ufe0f"]],
  ["\u00e9t\u00e9", ["e\u0301te\u0301", "e\u034f\u0301t\u00e9"]],
  ["a b", ["a\u00a0b", "a  b", "\u3000a b", "a\ufeff b"]],
  ["ok", ["o\u200bk", "o\u00adk", "\u200eok", "ok\u2060", "o\u200dk", "o\u200ck"]],
  // To be seen, so they are different.
  ["OK", []],
  [":+1:", []],
  ["1", []],
  ["#", []],
]

const none = ["", " ", "\u200b", "\u3164", "a\nb", "a\u202eb", "\ud800", "x".repeat(33), `ok${"\u200b".repeat(127)}`]

describe("a reaction", () => {
  it.each(forms)("%j has one form", (one, others) => {
    for (const form of [one, ...others]) assert.strictEqual(reactionOf(form), one, JSON.stringify(form))
  })
  it("is another one for each of these", () => {
    assert.strictEqual(new Set(forms.map(([one]) => one)).size, forms.length)
  })
  it.each(none)("is not %j", (text) => {
    assert.isUndefined(reactionOf(text))
  })
  it("is offered in the form that it has", () => {
    for (const { emoji } of groups.flatMap((group) => group.emoji)) assert.strictEqual(reactionOf(emoji), emoji)
  })
})
