import { assert, describe, it } from "@effect/vitest"
import { excerpt } from "../../src/text/Excerpt.ts"

describe("the first words of a message", () => {
  it.each([
    [" soup?\n\nat **noon** ", "soup? at noon"],
    ["- one\n- *two*", "one two"],
    ["```js\nlet a\n```", "let a"],
    ["[here](https://example.org) :tada: @ann #den", "here 🎉 @ann #den"],
    ["> @ann:\n> soup?\n\nyes", "yes"],
    ["> only quoted", "only quoted"],
    ["", ""],
    [`${"x".repeat(199)}😀`, "x".repeat(199)],
  ])("of %j", (text, words) => {
    assert.strictEqual(excerpt(text), words)
  })

  it("are as few, however much was written", () => {
    assert.isAtMost(excerpt("long ".repeat(100_000)).length, 200)
  })
})
