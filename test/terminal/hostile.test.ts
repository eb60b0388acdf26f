/** What an attacker could send to stop a terminal client, or to control the terminal. */
import { assert, describe, it } from "@effect/vitest"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { Username } from "../../src/domain/Username.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import { banner, typing } from "../../src/terminal/Banner.ts"
import * as Editor from "../../src/terminal/Editor.ts"
import { layout } from "../../src/terminal/Layout.ts"
import { links } from "../../src/text/Links.ts"
import type { Entry, Model } from "../../src/terminal/Model.ts"
import { rowCount, type Row, timeline } from "../../src/terminal/Timeline.ts"
import { lookOf } from "../../src/terminal/update/conversations.ts"
import { width } from "../../src/terminal/Width.ts"
import { event, joined, noon, World } from "./world.ts"

/** Characters that fit into a frame. */
const most = 64 * 1024

/** Long beside what it should take, so that a busy machine passes; short beside what a quadratic loop takes. */
const soon = 1500

const within = <A>(of: string, milliseconds: number, run: () => A): A => {
  const before = performance.now()
  const result = run()
  const took = performance.now() - before
  assert.isBelow(took, milliseconds, `${of} took ${took.toFixed(0)} ms`)
  return result
}

// Controls, the formats that reorder or hide, separators, lone surrogates; only the two joiners are allowed.
const dangerous = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

const window = ({ model, shown }: World): ReadonlyArray<Row> =>
  timeline(shown, lookOf(model), layout(model).timeline.rows).rows

const assertSafe = (world: World, of: string): void => {
  const { columns, rows: height } = layout(world.model).timeline
  const rows = window(world)
  assert.isAtMost(rows.length, height, of)
  for (const row of rows) {
    const text = row.map(({ text }) => text).join("")
    assert.notMatch(text, dangerous, of)
    assert.isAtMost(width(text), columns, of)
    for (const { url } of row) if (url !== undefined) assert.match(url, /^https?:\/\/[^\s"<>]+$/i, of)
  }
}

/** As much of it as fits into a frame. */
const fill = (piece: string): string => piece.repeat(Math.floor(most / Buffer.byteLength(piece)))

const orders = [
  "\u001b[2J\u001b[1;1Hroot#",
  "\u001b]0;owned\u0007",
  "\u001b]8;;https://evil.example\u001b\\here\u001b]8;;\u001b\\",
  "\u001b]52;c;cm0gLXJmIC8=\u0007",
  '\u001bP$q"p\u001b\\',
  "\u001b[?1049l\u001b[?25h\u001bc",
  "\u009b31m\u009d0;owned\u009c",
  "\u0090q\u009c",
  "\u000e\u000f\u0005\u0008\u007f",
  "user \u202egnp.exe \u2066isolate\u2069",
  "z\u200be\u2060r\ufeffo\u00ad",
  "two\u2028lines\u2029more\u0085still",
  "tag\u{e0041}\u{e007f}",
  `Z\u0301${"\u0300\u0489\u20dd".repeat(30)}`,
  "https://example.org/\u001b\\\u001b]0;owned\u0007",
  "https://example.org/\u202ecod.exe",
]

describe("orders to the terminal, from others", () => {
  for (const text of orders) {
    it(JSON.stringify(text), () => {
      const because = new RequestError({ reason: "Internal", detail: text })
      const world = new World({ columns: 60, rows: 20 }).joins("lobby", "bob")
      world.says("bob", text)
      // Names that no server of ours lets through.
      const named = { username: text as Username, status: "away", text } as const
      const member = { joined: [named], left: [text as Username] }
      world.receive({ ...event("Presence", { channel: "lobby", version: 1, count: 2 }), ...member } as never)
      world.receive({
        ...event("Message", { channel: "lobby", seq: 9, from: "x", content: "", timestamp: noon }),
        from: text,
      } as never)
      world.receive({
        ...event("TopicChanged", { channel: "lobby", topic: "", by: "bob" }),
        topic: text,
        by: text,
      } as never)
      world.receive({ ...event("UserTyping", { channel: "lobby", username: "x" }), username: text } as never)
      world.receive({ ...joined("other", ["ann"]), channel: `@${text}` } as never)
      world.act({ _tag: "NotJoined", channel: text, why: text })
      world.act({ _tag: "Refused", why: text })
      world.act({ _tag: "NotPublished", channel: "lobby", id: MessageId.make("run-0"), why: text })
      const listed = { channel: text, topic: text, count: 1 } as never
      world.act({ _tag: "Channels", page: { type: "Channels", channels: [listed] } })
      world.enter("/users").act({ _tag: "Resized", size: { columns: 60, rows: 100 } })
      assertSafe(world, "window")
      assert.notMatch(typing(world.shown, world.model.ticks), dangerous)
      const away = { _tag: "Away", because: because as never, attempt: 0, until: noon } as const
      assert.notMatch(banner({ ...world.model, connection: away, address: text })!, dangerous)
      world.press("text", { ctrl: true, text: "f" }).act({ _tag: "Pasted", text })
      assertSafe(world, "search")
    })
  }

  it("neither are pasted nor typed into a draft", () => {
    for (const text of orders) {
      const world = new World().act({ _tag: "Pasted", text })
      world.act({ _tag: "Pressed", key: { name: "text", text, ctrl: false, alt: false, shift: false } })
      assert.notMatch(world.model.editor.text.replaceAll("\n", ""), dangerous)
    }
  })
})

describe("a message as long as a frame", () => {
  const piles: Readonly<Record<string, string>> = {
    "one word": fill("a"),
    lines: fill("\n"),
    "lines with words": fill("ann \n"),
    names: fill("ann "),
    "names beside emoji": fill("ann👍 "),
    "combining marks": `a${fill("\u0301")}`,
    "marks on letters": fill("a\u0301\u0301\u0301"),
    Chinese: fill("本"),
    families: fill("👨‍👩‍👧‍👦"),
    flags: fill("🇩"),
    joiners: fill("\u200d"),
    escapes: fill("\u001b["),
    bidi: fill("\u202e"),
    "Hangul parts": fill("\u1100"),
    "brackets that open": `https://${fill("(")}`.slice(0, most),
    "brackets that close": `https://${fill(")")}`.slice(0, most),
    "brackets of two kinds": `https://x${"(".repeat(most / 4)}${"])".repeat(most / 4)}`,
    "full stops": `https://x${fill(".")}`.slice(0, most),
    "many addresses": fill("https://x "),
    "half of addresses": fill("http"),
    "addresses in brackets": fill("(https://x.y/(z)) "),
    spaces: `${fill(" ")}`.slice(1) + "a",
    signs: fill("@"),
    stars: fill("*"),
    "what is bold": fill("**a** "),
    "what is all at once": fill("**a *b ~~c~~* `d`** "),
    backticks: fill("`a"),
    fences: fill("```\n"),
    "quotes in quotes": fill("> > > > > a\n"),
    lists: fill("- a\n"),
    "lists in lists": fill("- a\n  999999999. b\n     - c\n       99999. d\n"),
    "marks kept apart by stars": `a${fill("*\u0301\u0301\u0301\u0301* ")}`,
  }
  for (const [name, content] of Object.entries(piles)) {
    it(`of ${name} neither takes long nor the whole screen`, () => {
      const world = new World({ columns: 80, rows: 24 }).joins("lobby", "bob")
      within("hearing it", soon, () => world.says("bob", content))
      within("drawing it", soon, () => assertSafe(world, name))
      assert.isAtMost(rowCount(world.shown, lookOf(world.model)), 250)
      within("searching in it", soon, () => {
        world.press("text", { ctrl: true, text: "f" }).type("a")
        assertSafe(world, name)
        world.press("escape")
      })
      within("narrower", soon, () => {
        world.act({ _tag: "Resized", size: { columns: 20, rows: 5 } })
        assertSafe(world, name)
      })
      within("reading it", soon, () => {
        for (let page = 0; page < 60; page++) world.press("pageUp")
        assertSafe(world, name)
      })
    })
  }

  it("says how much of it is not shown", () => {
    const world = new World({ columns: 80, rows: 24 }).joins("lobby", "bob").says("bob", fill("x\n"))
    assert.match(world.screen().at(-1)!, /… \d+ more lines/)
    world.says("bob", "and on").press("pageUp")
    assertSafe(world, "above")
  })

  it("is an error, or a list of channels, too", () => {
    const world = new World().joins("lobby", "bob")
    within("error", soon, () => assertSafe(world.act({ _tag: "Refused", why: fill("no\n") }), "error"))
    assert.isAtMost(rowCount(world.shown, lookOf(world.model)), 250)
  })
})

describe("a draft", () => {
  const drafts: Readonly<Record<string, string>> = {
    "one word": `${"a".repeat(15_990)} b`,
    spaces: `${" ".repeat(15_990)}bb `,
    lines: "\n".repeat(15_999),
    marks: `a${"\u0301".repeat(15_998)}`,
    families: "👨‍👩‍👧‍👦".repeat(1400),
    Chinese: "本".repeat(15_999),
    "a command": `/${"a".repeat(15_990)}`,
  }
  const keys = ["left", "right", "up", "down", "home", "end", "backspace", "delete"] as const
  for (const [name, text] of Object.entries(drafts)) {
    it(`of many ${name} is moved through and taken away at once`, () => {
      const world = new World().joins("lobby", "bob")
      within("pasting", soon, () => world.act({ _tag: "Pasted", text: `${text}.` }))
      assert.isAbove(world.model.editor.text.length, 15_000)
      for (const key of keys) {
        within(key, 500, () => world.press(key).press(key, { alt: true }).press(key, { ctrl: true }))
      }
      within("tab", 200, () => world.press("tab"))
      within("words", 500, () => world.press("text", { ctrl: true, text: "w" }))
      assert.isAtMost(world.model.editor.text.length, Editor.maxLength)
      within("saying it", soon, () => assertSafe(world.press("enter"), name))
    })
  }

  it("takes a clipboard of any size", () => {
    const world = new World().joins("lobby", "bob")
    within("line breaks", soon, () => world.act({ _tag: "Pasted", text: `${"\n".repeat(200_000)}a` }))
    within("in the search", soon, () => {
      world.press("text", { ctrl: true, text: "f" })
      world.act({ _tag: "Pasted", text: `a${"\u0301".repeat(2_000_000)}` })
      world.act({ _tag: "Pasted", text: "b".repeat(2_000_000) })
    })
    assert.isAtMost(world.model.search!.query.length, 5000)
  })
})

describe("a server without an end", () => {
  it("has no more people typing than a line could name", () => {
    const world = new World().joins("lobby")
    for (let n = 0; n < 5000; n++) world.receive(event("UserTyping", { channel: "lobby", username: `u${n}` }))
    assert.isAtMost(world.shown.typing.size, 100)
    assert.strictEqual(typing(world.shown, noon), "several people are typing …")
  })

  it("has people come and go in one line of a bounded size", () => {
    const world = new World().joins("lobby")
    const member = (username: string) => ({ username, status: "online" })
    within("coming", 4 * soon, () => {
      for (let version = 1; version <= 40; version++) {
        const come = Array.from({ length: 500 }, (_, n) => member(`u${version}-${n}`))
        world.receive(event("Presence", { channel: "lobby", version, count: 1, joined: come }))
      }
    })
    const most = world.shown.entries.map((entry) => (entry._tag === "Notice" ? (entry.joined?.length ?? 0) : 0))
    assert.isAtMost(Math.max(...most), 1000)
  })

  it("fills no memory, and is searched in at once, with messages as long as a frame", () => {
    const world = new World().joins("lobby", "bob")
    const content = fill("a")
    for (let n = 0; n < 2000; n++) world.says("bob", content)
    const kept = world.shown.entries.reduce((sum, one) => sum + (one._tag === "Notice" ? 0 : one.content.length), 0)
    assert.isAtMost(kept, 4_000_000)
    world.press("text", { ctrl: true, text: "f" })
    within("searching", soon, () => assertSafe(world.type("a"), "found"))
    assert.strictEqual(world.model.search!.hits.length, world.shown.entries.length)
  })

  it("opens no more conversations than there may be", () => {
    const world = new World()
    for (let n = 0; n < 300; n++) world.joins(`c${n}`)
    assert.isAtMost(world.model.conversations.length, 160)
  })
})

describe("a key is answered at once", () => {
  const filled = (): World => {
    const world = new World({ columns: 80, rows: 24 }).joins("lobby", "bob")
    for (let n = 0; n < 2100; n++)
      world.says(n % 3 === 0 ? "bob" : "cy", `message ${n} for ann, and 日本語 about https://x.y/${n}`)
    return world
  }
  const median = (run: () => void): number => {
    const times = Array.from({ length: 41 }, () => {
      const before = performance.now()
      run()
      return performance.now() - before
    })
    return times.toSorted((a, b) => a - b)[20]!
  }
  const draw = (world: World): Model => {
    window(world)
    return world.model
  }

  it("with 2000 messages, at the end and far above it", () => {
    const world = filled()
    const entries: ReadonlyArray<Entry> = world.shown.entries
    assert.strictEqual(entries.length, 2000)
    const bottom = median(() => draw(world.press("text", { text: "a" })))
    world.press("home", { ctrl: true })
    const top = median(() => draw(world.press("text", { text: "a" })))
    const heard = median(() => draw(world.says("bob", "more")))
    let columns = 80
    const resized = median(() => draw(world.act({ _tag: "Resized", size: { columns: ++columns, rows: 24 } })))
    world.press("end", { ctrl: true })
    const resizedBelow = median(() => draw(world.act({ _tag: "Resized", size: { columns: ++columns, rows: 24 } })))
    if (process.env["FIGURES"] !== undefined) console.log({ bottom, top, heard, resized, resizedBelow })
    // The target is 2; a busy machine takes longer.
    assert.isBelow(bottom, 10)
    assert.isBelow(top, 10)
    assert.isBelow(heard, 20)
    assert.isBelow(resizedBelow, 50)
  })

  it("finds links in any text", () => {
    const nested = (depth: number) => `https://x/${"(".repeat(depth)}a${")".repeat(depth)}`
    assert.deepStrictEqual(links(nested(50)), [{ start: 0, end: nested(50).length }])
    assert.deepStrictEqual(links(`${nested(3)}).`), [{ start: 0, end: nested(3).length }])
    assert.deepStrictEqual(links("https://x/(a]"), [{ start: 0, end: 12 }])
    assert.deepStrictEqual(links("(https://x/a_[b])…"), [{ start: 1, end: 16 }])
  })
})
