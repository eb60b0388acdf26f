import { assert, describe, it } from "@effect/vitest"
import { plain } from "../../src/domain/PlainText.ts"
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
