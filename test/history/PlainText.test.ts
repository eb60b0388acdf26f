import { assert, describe, it } from "@effect/vitest"
import { plain } from "../../src/history/PlainText.ts"
import { mark, wordsOf } from "../../src/history/Words.ts"
import { dice } from "../suites/historyWorld.ts"

const blanks = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

/** The same text where it is not made of its characters one by one: of the last one that is not known alone. */
const inOne = (text: string): string => blanks(plain(`${text} \u1100`)).replace(/ ?\u1100$/, "")

describe("the plain form of a text", () => {
  it("is the same whichever way it is made, for every character", () => {
    for (let code = 0x80; code < 0x110000; code += code < 0x3100 ? 1 : 13) {
      const character = String.fromCodePoint(code)
      for (const text of [character, `a${character}我`]) {
        assert.strictEqual(blanks(plain(text)), inOne(text), code.toString(16))
      }
    }
  })

  it("is the same whichever way it is made, for anything", () => {
    const roll = dice(3)
    const pool = Array.from(
      "aB1 -!'我家ーﾃﾞ\u0301\u3099\u0323\u0307é가각\u1161กั็ำहिन्\u0640\u064e\u0653مİıiΣςß€👍\u200d🇩🇪🏽½℃ﷺ㌖\ud800\0\n\u00adﬁＡ\u20e3\ufe0f¨",
    )
    for (let n = 0; n < 20_000; n++) {
      const text = `é${Array.from({ length: roll(8) }, () => pool[roll(pool.length)]).join("")}`
      assert.strictEqual(blanks(plain(text)), inOne(text), JSON.stringify(text))
    }
  })

  it("takes no more time than its length", () => {
    for (const text of ["\u0301\u0316", "a\u0301\u0316", "\ufdfa", "👍", "a我", "\ud800", "مُ"]) {
      const long = text.repeat(8000)
      assert.isAtMost(plain(long).length, 4 * long.length + 4096, text)
    }
  })
})

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
