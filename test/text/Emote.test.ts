import { assert, describe, it } from "@effect/vitest"
import { emote, emoteOf, parseEmote, withName } from "../../src/text/Emote.ts"
import { excerpt } from "../../src/text/Excerpt.ts"
import { parse } from "../../src/text/Markdown.ts"

describe("what somebody does", () => {
  it.each([
    ["/me waves", "waves"],
    ["/me  waves\nand goes", "waves\nand goes"],
    ["/me", undefined],
    ["/me \n", undefined],
    ["/mean", undefined],
    ["/ME waves", undefined],
    [" /me waves", undefined],
    ["waves /me so", undefined],
  ])("in %j", (content, deed) => {
    assert.strictEqual(emoteOf(content), deed)
  })

  it("is said of who does it", () => {
    assert.strictEqual(emoteOf(emote("waves")), "waves")
    assert.strictEqual(withName("ann", "/me waves"), "* ann waves")
    assert.strictEqual(withName("ann", "soup?"), "ann: soup?")
    assert.strictEqual(excerpt("/me waves **high**"), "waves high")
  })

  it("begins with a name in which there are no marks, and goes on as any text", () => {
    const start = { _tag: "Text", text: "* *a* ", isAuthor: true } as const
    const strong = { _tag: "Strong", mark: "**", content: [{ _tag: "Text", text: "high" }] } as const
    assert.deepStrictEqual(parseEmote("*a*", "**high**\nlow"), [
      { _tag: "Lines", lines: [[start, strong], [{ _tag: "Text", text: "low" }]] },
    ])
    assert.deepStrictEqual(parseEmote("*a*", "- one"), [{ _tag: "Lines", lines: [[start]] }, ...parse("- one")])
  })
})
