import { assert, describe, it } from "@effect/vitest"
import { corrected, shorthandOf } from "../../src/text/Shorthand.ts"

describe("a line that changes what was said last", () => {
  it.each([
    ["s/tpyo/typo/", "a tpyo, a tpyo", "a typo, a tpyo"],
    ["s/tpyo/typo/g ", "a tpyo, a tpyo", "a typo, a typo"],
    ["s/ two words/$& one/", "in two words", "in$& one"],
    ["s/gone//", "all gone", "all "],
    [String.raw`s/a\/b/c\\d/`, "a/b", String.raw`c\d`],
    ["s/👍/👎/", "so 👍", "so 👎"],
    ["s/A/b/", "a", undefined],
    ["s/.*/x/", "abc", undefined],
  ])("%j corrects %j", (line, text, expected) => {
    const found = shorthandOf(line)
    assert.strictEqual(found?._tag === "Correct" ? corrected(text, found) : "none", expected)
  })

  it.each([
    ["+:tada:", ":tada:"],
    ["+:+1: ", ":+1:"],
    ["+ :tada:", ":tada:"],
    ["+🎉", "🎉"],
    ["+👩‍🚀", "👩‍🚀"],
    ["+❤️", "❤️"],
    ["+🇩🇪", "🇩🇪"],
  ])("%j reacts", (line, word) => assert.deepStrictEqual(shorthandOf(line), { _tag: "React", word }))

  it.each([
    "",
    "s/",
    "s/o to ann",
    "s//x/",
    "s/he/they",
    "s/a/b/c",
    "s/a/b/gg",
    " s/a/b/",
    "S/a/b/",
    "s/a/b/\nand more",
    "s/a\nb/c/",
    "as/a/b/",
    "+1",
    "+:a b:",
    "+",
    "+:tada: nice",
    "+🎉 nice",
    " +:tada:",
    ":tada:",
    "+49 30 1234",
    "+1😀",
  ])("%j is said as it is", (line) => assert.isUndefined(shorthandOf(line)))

  it("takes no longer than its length allows", () => {
    const began = performance.now()
    for (const line of [`s/${"\\a".repeat(50_000)}`, `s/${"a/".repeat(50_000)}`, `+${"🎉\u200d".repeat(50_000)}x`]) {
      assert.isUndefined(shorthandOf(line))
    }
    assert.isBelow(performance.now() - began, 500)
  })
})
