/** What people mark, in the window. */
import { assert, describe, it } from "@effect/vitest"
import type { Format } from "../../src/terminal/Format.ts"
import { type Span, timeline } from "../../src/terminal/Timeline.ts"
import { lookOf } from "../../src/terminal/update/conversations.ts"
import { event, noon, World } from "./world.ts"

const all: ReadonlyArray<Format> = ["bold", "italic", "struck"]

const worldWith = (content: string, formats = all, columns = 60) =>
  new World({ columns, rows: 40 }, ["lobby"], new Set(formats)).joins("lobby", "bob").says("bob", content)

/** The rows of a message, below its heading. */
const screen = (content: string, formats = all, columns = 60) => {
  const rows = worldWith(content, formats, columns).screen()
  return rows.slice(rows.findIndex((row) => row.startsWith("bob")) + 1).map((row) => row.slice(2))
}

const spans = (world: World): ReadonlyArray<Span> =>
  timeline(world.shown, lookOf(world.model), 100).rows.flatMap((row) => row.slice(1))

/** What is not plain text: its words, and how they look. */
const marked = (world: World) =>
  spans(world)
    .filter(({ formats, style }) => formats !== undefined || ["code", "link", "match", "mention"].includes(style))
    .map(({ formats = [], style, text }) => [text, style, ...formats])

const everything = [
  "**bold** *it* _it_ ~~no~~ `co*d*e` :tada: :nothing: @ann #ops [docs](https://x.y)",
  "> quoted",
  "> - in it",
  "1. one",
  "2. two",
  "   * deeper",
  "```ts",
  "const a = `b`",
  "```",
  "# no heading",
].join("\n")

describe("what people mark", () => {
  it("is shown by what the terminal has", () => {
    assert.deepStrictEqual(screen(everything, all, 80), [
      "bold it it no co*d*e 🎉 :nothing: @ann #ops [docs](https://x.y)",
      "│ quoted",
      "│ • in it",
      "1. one",
      "2. two",
      "   • deeper",
      "  const a = `b`",
      "# no heading",
    ])
    assert.deepStrictEqual(marked(worldWith(everything, all, 80)), [
      ["bold", "text", "bold"],
      ["it", "text", "italic"],
      ["it", "text", "italic"],
      ["no", "text", "struck"],
      ["co*d*e", "code"],
      ["@ann", "mention"],
      ["https://x.y", "link"],
      ["const a = `b`", "code"],
    ])
  })

  it("stays as it was typed where the terminal has nothing for it", () => {
    assert.deepStrictEqual(screen(everything, [], 140), everything.split("\n"))
    assert.deepStrictEqual(screen("**a _b_** ~~c~~ *d*", ["bold"]), ["a _b_ ~~c~~ *d*"])
    assert.deepStrictEqual(screen("**a _b_** ~~c~~ *d*", ["bold", "italic"]), ["a b ~~c~~ d"])
  })

  it("adds up, and leaves links, names and what is searched for marked", () => {
    const world = worldWith("**hi *ann*, `see` https://x.y/z**")
    assert.deepStrictEqual(marked(world), [
      ["hi ", "text", "bold"],
      ["ann", "mention", "italic", "bold"],
      [", ", "text", "bold"],
      ["see", "code", "bold"],
      [" ", "text", "bold"],
      ["https://x.y/z", "link", "bold"],
    ])
    world.press("text", { ctrl: true, text: "f" }).type("hi ann, see")
    assert.strictEqual(world.model.search?.hits.length, 1)
    assert.deepStrictEqual(marked(world).slice(0, 4), [
      ["hi ", "match", "bold"],
      ["ann", "match", "italic", "bold"],
      [", ", "match", "bold"],
      ["see", "match", "bold"],
    ])
  })

  it("is wrapped beside what stands before it", () => {
    assert.deepStrictEqual(screen("> - the quick brown fox\n>   jumps\n\n10. over **the lazy** dog", all, 20), [
      "│ • the quick",
      "│   brown fox",
      "│   jumps",
      "",
      "10. over the lazy",
      "    dog",
    ])
    // Where there is no room beside it, nothing is lost.
    assert.deepStrictEqual(screen("123456789. the quick brown fox", all, 20), ["123456789. the", "quick brown fox"])
  })

  it("keeps the marks of an edited and of an unsent message", () => {
    const world = worldWith("", all).enter("**mine**")
    assert.deepInclude(spans(world), { text: "mine", style: "pale", formats: ["bold"] })
    const edited = { channel: "lobby", from: "bob", seq: 2, timestamp: noon, id: "e", target: 1, content: "say *this*" }
    world.receive(event("Edited", edited))
    assert.include(world.screen(), "  say this (edited)")
    assert.deepInclude(spans(world), { text: "this", style: "text", formats: ["italic"] })
  })

  it("makes no piles of what marks have kept apart", () => {
    const pile = `a${"*\u0301\u0301\u0301\u0301* ".repeat(3)}`.replaceAll(" ", "")
    for (const content of [pile, `a**\u0301\u0301\u0301\u0301**\u0301\u0301`, "**\u{1f468}**\u200d\u{1f469}"]) {
      for (const row of screen(content)) assert.notMatch(row, /[\p{M}\u200c\u200d]{5}/u)
    }
  })
})
