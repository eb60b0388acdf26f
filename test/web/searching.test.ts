import { describe, expect, test } from "vitest"
import { excerpt, soughtBy, withFilter } from "../../src/web/chat/model/searching.ts"

const wordsIn = (query: string) => soughtBy(query)?.words ?? new Set<string>()

const shown = (text: string, query: string) =>
  excerpt(text, wordsIn(query))
    .map(({ isHit, text }) => (isHit ? `[${text}]` : text))
    .join("")

describe("a search", () => {
  test("has words, those of its phrases with them, and filters that are none", () => {
    expect([...wordsIn('Tea from:ann "at five" in:kitchen before:2026-11-29')]).toEqual(["tea", "at", "five"])
    expect([...wordsIn('from:"ann lee" tea has:file')]).toEqual(["tea"])
    // Within a word it is no filter.
    expect([...wordsIn("login:ann")]).toEqual(["login", "ann"])
    expect(soughtBy("tea before:tomorrow")).toBeUndefined()
  })

  test("says in which channel, or does not", () => {
    expect(soughtBy("tea in:kitchen")?.namesChannel).toBe(true)
    expect(soughtBy("in:kitchen")?.namesChannel).toBe(true)
    expect(soughtBy("tea in: kitchen")?.namesChannel).toBe(false)
    expect(soughtBy("login:ann")?.namesChannel).toBe(false)
  })

  test("points out whole words, in any case and script", () => {
    expect(shown("Tea, teapot and TEA", "tea")).toBe("[Tea], teapot and [TEA]")
    expect(shown("Чай готов", "чай")).toBe("[Чай] готов")
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
