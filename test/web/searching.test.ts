import { describe, expect, test } from "vitest"
import { excerpt, soughtBy, withFilter } from "../../src/web/chat/model/searching.ts"

const wordsIn = (query: string) => soughtBy(query)?.words

const shown = (text: string, query: string) =>
  excerpt(text, wordsIn(query))
    .map(({ isHit, text }) => (isHit ? `[${text}]` : text))
    .join("")

describe("a search", () => {
  test("has words, those of its phrases with them, and filters that are none", () => {
    const text = "tea at five from ann file login in kitchen"
    expect(shown(text, 'Tea from:ann "at five" in:kitchen before:2026-11-29')).toBe(
      "[tea] [at five] from ann file login in kitchen",
    )
    expect(shown(text, 'from:"ann lee" tea has:file')).toBe("[tea] at five from ann file login in kitchen")
    // Within a word it is no filter.
    expect(shown("tea at login, Ann", "login:ann")).toBe("tea at [login, Ann]")
    expect(shown(text, "has:link")).toBe(text)
    expect(soughtBy("tea before:tomorrow")).toBeUndefined()
  })

  test("says in which channel, or does not", () => {
    expect(soughtBy("tea in:kitchen")?.namesChannel).toBe(true)
    expect(soughtBy("in:kitchen")?.namesChannel).toBe(true)
    expect(soughtBy("tea in: kitchen")?.namesChannel).toBe(false)
    expect(soughtBy("login:ann")?.namesChannel).toBe(false)
  })

  test("points out words and their beginnings, in quotes whole ones, in any case and script", () => {
    expect(shown("Tea, teapot and TEA, steak", "tea")).toBe("[Tea], [tea]pot and [TEA], steak")
    expect(shown("Tea, teapot and TEA", '"tea"')).toBe("[Tea], teapot and [TEA]")
    expect(shown("a plan b but", "b")).toBe("a plan [b] but")
    expect(shown("Чай готов", "ча")).toBe("[Ча]й готов")
    expect(shown("我家在上海东边", "上海")).toBe("我家在[上海]东边")
    expect(shown("我的iPhone手机", "iphone")).toBe("我的[iPhone]手机")
    expect(shown("Cafe\u0301 हिन्दी 👍", "caf\u00e9 हिन् 👍")).toBe("[Cafe\u0301] [हिन्दी] [👍]")
    expect(shown("ok 👍🏽 and 👨‍👩‍👧", "👍 👨‍👩‍👧")).toBe("ok [👍🏽] and [👨‍👩‍👧]")
    expect(shown("don’t C++", "don't c++")).toBe("[don’t] [C++]")
    expect(shown("nothing", "tea")).toBe("nothing")
    expect(shown("", "tea")).toBe("")
  })

  test("shows of a long text what is around the first of them", () => {
    const text = `${"before ".repeat(100)}tea ${"after ".repeat(200)}`
    const found = shown(text, "tea")
    expect(found).toMatch(/^… before .*before \[tea\] after .* …$/)
    expect(found.length).toBeLessThan(330)
  })

  test("takes a text without a space as it is", () => {
    const found = shown(`${"x".repeat(5000)} tea ${"y".repeat(5000)}`, "tea")
    expect(found).toContain("[tea]")
    expect(found.length).toBeLessThan(330)
  })

  test("loses nothing of a text", () => {
    const text = "a tea b tea c"
    expect(
      excerpt(text, wordsIn("tea b"))
        .map(({ text }) => text)
        .join(""),
    ).toBe(text)
  })

  test("takes another filter, and one writes on behind it", () => {
    expect(withFilter("", "from:")).toEqual({ text: "from:", caret: 5 })
    expect(withFilter("tea", "in:", "kitchen")).toEqual({ text: "tea in:kitchen", caret: 14 })
    expect(withFilter("tea ", '""')).toEqual({ text: 'tea ""', caret: 5 })
  })
})
