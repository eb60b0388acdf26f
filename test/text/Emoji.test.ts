import { assert, describe, it } from "@effect/vitest"
import * as Rules from "../../src/domain/Rules.ts"
import { emojiOf, groups, names, reactionOf, withEmoji } from "../../src/text/Emoji.ts"
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

  it("stand for their names in what is sent, where they would be shown so", () => {
    for (const [draft, sent] of [
      [":tada: done :+1::+1:", "🎉 done 👍👍"],
      ["(:TADA:)", "(🎉)"],
      [":nothing: :tada", ":nothing: :tada"],
      ["at 10:30:45, or 10:100:45", "at 10:30:45, or 10:100:45"],
      ["a:tada:b std::tada::x 日:tada:", "a:tada:b std::tada::x 日:tada:"],
      ["`:tada:` ``:tada:`` :tada:", "`:tada:` ``:tada:`` 🎉"],
      ["`:tada:", "`🎉"],
      ["https://x.y/:tada:/z https://x.y/?a=:fire: :fire:", "https://x.y/:tada:/z https://x.y/?a=:fire: 🔥"],
      ["[:tada:](https://x.y/:tada:)", "[:tada:](https://x.y/:tada:)"],
      ["```\n:tada:\n```\n:tada:", "```\n:tada:\n```\n🎉"],
      ["```:tada:\n:tada:", "```🎉\n🎉"],
      ["> ```\n> :tada:\n> ```\n> :tada:", "> ```\n> :tada:\n> ```\n> 🎉"],
      ["1. a :fire:\n   ```ts\n   :tada:\n   ```\n   :tada:", "1. a 🔥\n   ```ts\n   :tada:\n   ```\n   🎉"],
      ["- ```\n  :tada:\n  ```\r\n:tada:\r:tada:", "- ```\n  :tada:\n  ```\r\n🎉\r🎉"],
    ] as const)
      assert.strictEqual(withEmoji(draft), sent, draft)
  })

  it("reads reactions", () => {
    assert.strictEqual(reactionOf(":+1:"), "👍")
    assert.strictEqual(reactionOf(":Tada:"), "🎉")
    assert.strictEqual(reactionOf("ok"), "ok")
    assert.strictEqual(reactionOf(":nothing:"), undefined)
  })
})
