import { assert, describe, it } from "@effect/vitest"
import { plain } from "../../src/domain/PlainText.ts"
import { searched, typed } from "../../src/text/Hits.ts"
import { phraseCases, searchCases } from "../suites/searchCases.ts"
import { dice } from "../suites/historyWorld.ts"

const marked = (text: string, hits: ReadonlyArray<{ readonly start: number; readonly end: number }> = []): string =>
  hits.reduceRight(
    (made, { end, start }) => `${made.slice(0, start)}[${made.slice(start, end)}]${made.slice(end)}`,
    text,
  )

const found = (query: string, text: string): string => marked(text, typed(query)?.hitsIn(text))
const pointedOut = (query: string, text: string): string => marked(text, searched(query)?.hitsIn(text))

const both = ["caf\u00e9", "cafe\u0301", "CAFÉ", "Cafe\u0301"]

describe("what is typed", () => {
  it("is found in whatever form it was written", () => {
    for (const query of both)
      for (const text of both) assert.strictEqual(found(query, `ein ${text}s`), `ein [${text}]s`, `${query} ${text}`)
    for (const [query, text] of [
      ["an", "[An] [an]nex"],
      ["strasse", "Die [Straße]"],
      ["s", "Die [S]tra[ß]e"],
      ["office", "the [oﬃce]"],
      ["zero", "a[z\u200be\u00adr\u200eo]"],
      ["ﬁ", "of[fi]ce"],
      ["ze\u00adro", "[zero]"],
      ["don't", "[don’t]"],
      ["a-b", "[a–b]"],
      ["i", "[İ][ı][I]"],
      ["한국", "[\u1112\u1161\u11ab\u1100\u116e\u11a8]"],
      ["ﾀﾜｰ", "東京[タワー]"],
      ["ガ", "[ｶﾞ]ス"],
      ["محمد", "هذا [مُحَمَّد]"],
      ["海东", "我家在上[海东]边"],
      ["e手", "我iPhon[e手]机"],
      ["👍", "ok [👍🏽]!"],
      ["a  b", "[a\u00a0\n b]"],
      ["¿", "[¿]qué?"],
      ["e", "cafe\u0301 [e]"],
      ["", "a"],
      [" ", "a b"],
      ["\u00ad", "a\u00ad"],
      ["(a.", "[(a.]) a."],
    ] as const)
      assert.strictEqual(found(query, text.replaceAll(/[[\]]/g, "")), text, query)
  })
})

describe("what is searched for", () => {
  it("is pointed out in whatever the service finds by it", () => {
    const cases = [...searchCases, ...phraseCases.map((one) => ({ ...one, text: `"${one.text}"` }))]
    for (const { found, text } of cases)
      for (const message of found) assert.match(pointedOut(text, message), /\[[^\]]+\]/, `${text} in ${message}`)
  })

  it("is pointed out as words and their beginnings, in quotes as it stands there", () => {
    for (const [query, text] of [
      ["tea at", "steak, [tea]pot [at] five"],
      ['"at five" tea', "[tea] [at  five] at fiver"],
      ["c++", "C and [C++]"],
      ["don't", "[don’t] dont"],
      ["上海", "我家在[上海]东边"],
      ["from:ann has:file", "from ann file"],
      ["before:tomorrow", "tomorrow"],
    ] as const)
      assert.strictEqual(pointedOut(query, text.replaceAll(/[[\]]/g, "")), text, query)
  })

  it("is where it stands, whatever stands around it", () => {
    const roll = dice(5)
    const pool = Array.from(
      "aB1 -!'我家ーﾃﾞ\u0301\u3099\u0323\u0307é가각\u1161กั็ำहिन्\u0640\u064e\u0653مİıiΣςß€👍\u200d🇩🇪🏽½℃ﷺ㌖\ud800\0\n\u00adﬁＡ\u20e3\ufe0f¨ﾡￂ",
    )
    const some = () => Array.from({ length: roll(8) }, () => pool[roll(pool.length)]).join("")
    for (let n = 0; n < 1500; n++) {
      const [before, behind] = [some(), some()]
      const text = `${before} Ne\u0301e ${behind}`
      const hits = typed("NÉE")?.hitsIn(text) ?? []
      assert.isTrue(
        hits.some(({ end, start }) => /^Ne\u0301e$/.test(text.slice(start, end))),
        JSON.stringify(text),
      )
      for (const { end, start } of hits) assert.include(plain(text.slice(start, end)), "née", JSON.stringify(text))
    }
  })
})
