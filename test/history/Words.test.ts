import { assert, describe, it } from "@effect/vitest"
import { mark, wordsOf } from "../../src/history/Words.ts"

describe("the words of a text", () => {
  it("are those of before for ASCII, and marked for everything else, so that databases see which are old", () => {
    assert.deepStrictEqual([...wordsOf("It's C++20, at 3.14 or AT")], ["it", "s", "c", "20", "at", "3", "14", "or"])
    // The small form of the sign of Kelvin is ASCII, and what databases make of NUL is not.
    for (const text of ["é", "…", "\u212a", "a\0", "\ud800", "👍"]) assert.isTrue(wordsOf(text).has(mark), text)
    assert.isFalse(wordsOf("abc").has(mark))
    assert.isFalse([...wordsOf("\ue001x\ue001")].some((word) => word !== mark && word.includes(mark)))
  })

  it("are pairs where there are no blanks", () => {
    assert.sameMembers([...wordsOf("上海 iPhone手机")], [mark, "上海", "海", "iphone", "手机", "机"])
  })

  it("are all that a long message has", () => {
    const characters = Array.from({ length: 16_000 }, (_, n) => String.fromCodePoint(0x4e00 + n)).join("")
    assert.strictEqual(wordsOf(characters).size, 16_001)
  })
})
