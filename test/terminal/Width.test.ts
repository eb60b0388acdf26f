import { assert, describe, it } from "@effect/vitest"
import { cut, fit, graphemes, width, wrap } from "../../src/terminal/Width.ts"

describe("Width", () => {
  const widths: ReadonlyArray<readonly [string, number]> = [
    ["", 0],
    ["hello", 5],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["ﾊﾝｶｸ", 4],
    ["👍", 2],
    ["👨‍👩‍👧", 2],
    ["🇩🇪", 2],
    ["👍🏽", 2],
    ["한국", 4],
    ["…", 1],
  ]
  for (const [text, columns] of widths) {
    it(`takes ${columns} columns for "${text}"`, () => assert.strictEqual(width(text), columns))
  }

  it("knows what is one character to a reader", () => {
    assert.deepStrictEqual(graphemes("ae\u0301👨‍👩‍👧🇩🇪"), ["a", "e\u0301", "👨‍👩‍👧", "🇩🇪"])
  })

  it("cuts and fills to columns, never through a character", () => {
    assert.strictEqual(cut("hello", 5), "hello")
    assert.strictEqual(cut("hello", 4), "hel…")
    assert.strictEqual(cut("日本語", 5), "日本…")
    assert.strictEqual(cut("日本語", 4), "日…")
    assert.strictEqual(cut("hello", 0), "")
    assert.strictEqual(fit("日", 4), "日  ")
    assert.strictEqual(fit("日本語", 4), "日… ")
  })

  const lines = (text: string, columns: number) => wrap(text, columns).map(({ end, start }) => text.slice(start, end))

  it("wraps behind words", () => {
    assert.deepStrictEqual(lines("the quick brown fox", 10), ["the quick ", "brown fox"])
    assert.deepStrictEqual(lines("the quick", 9), ["the quick"])
    assert.deepStrictEqual(lines("ab cd ef", 2), ["ab ", "cd ", "ef"])
    assert.deepStrictEqual(lines("", 10), [""])
  })

  it("breaks words that are longer than a line", () => {
    assert.deepStrictEqual(lines("abcdefgh", 3), ["abc", "def", "gh"])
    assert.deepStrictEqual(lines("x abcdefgh", 4), ["x ", "abcd", "efgh"])
    assert.deepStrictEqual(lines("日本語", 4), ["日本", "語"])
    assert.deepStrictEqual(lines("日本語", 3), ["日", "本", "語"])
    assert.deepStrictEqual(lines("日", 1), ["日"])
  })

  it("breaks beside wide characters, but not before what ends a clause", () => {
    assert.deepStrictEqual(lines("hi 日本語です", 8), ["hi 日本", "語です"])
    assert.deepStrictEqual(lines("日本。語", 4), ["日", "本。", "語"])
    assert.deepStrictEqual(lines("a 12345678👍", 9), ["a ", "12345678", "👍"])
    assert.deepStrictEqual(lines(" 12345678。", 9), [" ", "12345678", "。"])
  })

  it("keeps marks on their letters", () => {
    assert.deepStrictEqual(lines("e\u0301e\u0301e\u0301", 2), ["e\u0301e\u0301", "e\u0301"])
    assert.deepStrictEqual(lines("👨‍👩‍👧👨‍👩‍👧", 3), ["👨‍👩‍👧", "👨‍👩‍👧"])
  })
})
