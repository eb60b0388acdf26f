import { assert, describe, it } from "@effect/vitest"
import * as Rules from "../../src/domain/Rules.ts"
import { emojiOf, groups, names, reactionOf } from "../../src/text/Emoji.ts"
import { parse } from "../../src/text/Markdown.ts"

describe("Emoji", () => {
  it("has each name and each emoji once, and all of them can be reactions", () => {
    const all = groups.flatMap(({ emoji }) => emoji)
    assert.isAtLeast(all.length, 150)
    assert.strictEqual(new Set(all.map(({ emoji }) => emoji)).size, all.length)
    assert.strictEqual(new Set(all.map(({ name }) => name)).size, all.length)
    for (const { emoji } of all) {
      assert.match(emoji, /^\p{RGI_Emoji}$/v)
      assert.isTrue(Rules.reaction.holds(emoji), emoji)
    }
  })

  it("knows every name as it can be written", () => {
    for (const name of names) {
      assert.isDefined(emojiOf(name), name)
      assert.deepStrictEqual(parse(`:${name}:`), [{ _tag: "Lines", lines: [[{ _tag: "Emoji", name }]] }])
    }
    assert.strictEqual(emojiOf("constructor"), undefined)
  })

  it("reads reactions", () => {
    assert.strictEqual(reactionOf(":+1:"), "👍")
    assert.strictEqual(reactionOf(":Tada:"), "🎉")
    assert.strictEqual(reactionOf("ok"), "ok")
    assert.strictEqual(reactionOf(":nothing:"), undefined)
  })
})
