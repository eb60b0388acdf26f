import { MessageId } from "../../src/domain/MessageId.ts"
import { assert, describe, it } from "@effect/vitest"
import { colourOf, nameColours } from "../../src/terminal/Palette.ts"
import * as Plain from "../../src/terminal/Plain.ts"
import { type Span, timeline } from "../../src/terminal/Timeline.ts"
import { lookOf } from "../../src/terminal/update/conversations.ts"
import { noon, World } from "./world.ts"

const minute = 60_000
const day = 24 * 60 * minute
const at = (time: number) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(time)

const quiet = (columns = 40, rows = 24) => {
  const world = new World({ columns, rows })
  world.joins("lobby", "bob")
  return world
}

/** The messages, without notices. */
const screen = (world: World) => world.screen().filter((row) => !row.startsWith("·"))

const spans = (world: World): ReadonlyArray<Span> => timeline(world.shown, lookOf(world.model), 100).rows.flat()

describe("Timeline", () => {
  it("groups what one author says within five minutes", () => {
    const world = quiet().says("bob", "one").after(minute).says("bob", "two").says("cy", "three")
    world.after(5 * minute).says("cy", "four")
    assert.deepStrictEqual(screen(world).slice(1), [
      `bob ${at(noon)}`,
      "  one",
      "  two",
      `cy ${at(noon + minute)}`,
      "  three",
      `cy ${at(noon + 6 * minute)}`,
      "  four",
    ])
  })

  it("groups anew where something between is gone", () => {
    const world = quiet().says("bob", "one").enter("mine")
    world.act({ _tag: "NotPublished", channel: "lobby", id: MessageId.make("run-0"), why: "no" }).says("bob", "two")
    const names = () => screen(world).filter((row) => row.startsWith("bob"))
    assert.lengthOf(names(), 2)
    world.says("ann", "mine", "lobby", { id: "run-0" })
    assert.lengthOf(names(), 1)
    assert.deepStrictEqual(screen(world).slice(-3), ["  two", `ann ${at(noon)}`, "  mine"])
  })

  it("begins what somebody does with their name, also above what answers it", () => {
    const world = quiet().says("bob", "/me waves *high*").says("bob", "/me", "lobby")
    world.says("cy", "why?", "lobby", { reply_to: 1 })
    assert.deepStrictEqual(screen(world).slice(1), [
      `bob ${at(noon)}`,
      "  * bob waves high",
      "  /me",
      `cy ${at(noon)}`,
      "  ┌ * bob waves high",
      "  why?",
    ])
  })

  it("takes nobody for named who only does something", () => {
    const world = quiet().says("ann smith", "/me waves at ann")
    assert.deepStrictEqual(
      spans(world).filter(({ style }) => style === "mention"),
      [{ text: "ann", style: "mention" }],
    )
  })

  it("parts the days, and calls the last two by name", () => {
    const world = quiet(60)
    world.says("bob", "long ago", "lobby", { timestamp: noon - 3 * day })
    world.says("bob", "before", "lobby", { timestamp: noon - day })
    world.says("bob", "now")
    const rules = screen(world).filter((row) => row.startsWith("─"))
    assert.match(rules.join("\n"), /Today[^]*Friday,? 20 November 2026[^]*Yesterday[^]*Today/)
  })

  it("knows times that no calendar has", () => {
    const world = quiet().says("bob", "hello", "lobby", { timestamp: Number.MAX_SAFE_INTEGER })
    assert.strictEqual(screen(world).at(-1), "  hello")
  })

  it("calls one 'you' who has not signed in yet", () => {
    const world = new World({ columns: 40, rows: 24 })
    world.model = { ...world.model, me: undefined }
    assert.deepStrictEqual(screen(world.enter("one").enter("two")).slice(1), [`you ${at(noon)}`, "  one", "  two"])
  })

  it("wraps below the name, and keeps the lines of a message together", () => {
    const world = quiet(20).says("bob", "the quick brown fox jumps\nbob: over the dog")
    assert.deepStrictEqual(screen(world).slice(-3), ["  the quick brown", "  fox jumps", "  bob: over the dog"])
  })

  it("marks names, links and what is searched for", () => {
    const world = quiet(80).says("bob", "Ann, see https://example.org/a_(b), it is ann's.")
    assert.deepStrictEqual(
      spans(world)
        .slice(-7)
        .map(({ style, text }) => [style, text]),
      [
        ["text", "  "],
        ["mention", "Ann"],
        ["text", ", see "],
        ["link", "https://example.org/a_(b)"],
        ["text", ", it is "],
        ["mention", "ann"],
        ["text", "'s."],
      ],
    )
    world.press("text", { ctrl: true, text: "f" }).type("EXAMPLE")
    assert.deepStrictEqual(
      spans(world)
        .filter(({ style }) => style === "match" || style === "link")
        .map(({ style, text, url }) => [style, text, url]),
      [
        ["link", "https://", "https://example.org/a_(b)"],
        ["match", "example", undefined],
        ["link", ".org/a_(b)", "https://example.org/a_(b)"],
      ],
    )
  })

  it("marks no half of a character", () => {
    const world = quiet(80).says("bob", "👨‍👩‍👧 ne\u0301e")
    world.press("text", { ctrl: true, text: "f" })
    const found = (query: string) => {
      world.act({ _tag: "Pasted", text: query })
      const marked = spans(world).filter(({ style }) => style === "match")
      world.press("text", { ctrl: true, text: "f" }).press("text", { ctrl: true, text: "f" })
      return marked.map(({ text }) => text)
    }
    assert.deepStrictEqual(found("👩"), ["👨‍👩‍👧"])
    assert.deepStrictEqual(found("e"), ["e"])
    assert.deepStrictEqual(found("\u00e9"), ["e\u0301"])
  })

  it("keeps a link whole where it is wrapped", () => {
    const world = quiet(24).says("bob", "https://example.org/a/very/long/way")
    const found = spans(world).filter(({ style }) => style === "link")
    assert.isAbove(found.length, 1)
    assert.deepStrictEqual(new Set(found.map(({ url }) => url)), new Set(["https://example.org/a/very/long/way"]))
  })

  it("shows one's own name apart from others, and everybody in a colour of their own", () => {
    const world = quiet().says("bob", "hi").says("ann", "hello")
    assert.deepInclude(spans(world), { text: "bob", style: "name", colour: colourOf("bob") })
    assert.deepInclude(spans(world), { text: "ann", style: "me" })
    const colours = new Set(Array.from({ length: 200 }, (_, at) => colourOf(`user${at}`)))
    assert.strictEqual(colours.size, nameColours)
    assert.strictEqual(colourOf("Ann"), colourOf("ann"))
  })
})

describe("Plain", () => {
  it("lets nobody touch the terminal, nor write in the name of another", () => {
    assert.deepStrictEqual(Plain.lines("a\u001b[31mb\nc\u2028d\r\ne"), ["a\\u001b[31mb", "c", "d", "e"])
    assert.strictEqual(Plain.line("  a\nb\u202ec\t "), "a b\\u202ec")
    assert.strictEqual(Plain.line(`e${"\u0301".repeat(100)}`), `e${"\u0301".repeat(4)}`)
    // Terminals count these columns differently.
    assert.strictEqual(Plain.line("a\u3164\u115fb"), "a\ufffd\ufffdb")
    assert.strictEqual(Plain.line("👨\u200d".repeat(20)), "\ufffd")
    assert.strictEqual(Plain.line("x" + "\u1100".repeat(40)), "x\ufffd")
    assert.strictEqual(Plain.line("👩🏽‍❤️‍💋‍👨🏿 नमस्ते क्ष"), "👩🏽‍❤️‍💋‍👨🏿 नमस्ते क्ष")
    assert.strictEqual(Plain.line("👨‍👩‍👧 naïve 日本"), "👨‍👩‍👧 naïve 日本")
  })
})
