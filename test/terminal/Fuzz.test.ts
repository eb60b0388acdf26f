/** What must always hold, whatever comes from others, from the keyboard and from the terminal. The same on every run. */
import { assert, describe, it } from "@effect/vitest"
import { MessageId } from "../../src/domain/MessageId.ts"
import { FileId } from "../../src/domain/FileId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { Sha256 } from "../../src/domain/Sha256.ts"
import { Username } from "../../src/domain/Username.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { banner, typing } from "../../src/terminal/Banner.ts"
import * as Editor from "../../src/terminal/Editor.ts"
import type { Key } from "../../src/terminal/Key.ts"
import { layout } from "../../src/terminal/Layout.ts"
import { conversation, type Entry } from "../../src/terminal/Model.ts"
import { type Row, timeline } from "../../src/terminal/Timeline.ts"
import { transferLines } from "../../src/terminal/TransferLine.ts"
import { lookOf } from "../../src/terminal/update/conversations.ts"
import { cut, fit, graphemes, width, wrap } from "../../src/terminal/Width.ts"
import { event, joined, noon, World } from "./world.ts"

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
const numbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let next = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  next = (next + Math.imul(next ^ (next >>> 7), 61 | next)) ^ next
  return ((next ^ (next >>> 14)) >>> 0) / 4294967296
}

class Dice {
  private readonly next: () => number
  constructor(seed: number) {
    this.next = numbers(seed)
  }
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }
  of<A>(all: ReadonlyArray<A>): A {
    return all[this.below(all.length)]!
  }
  text(pieces: ReadonlyArray<string>, most: number): string {
    return Array.from({ length: this.below(most) }, () => this.of(pieces)).join("")
  }
}

const words = [
  ..."ab z.,:!()[]/@#-",
  " ",
  "  ",
  "ann",
  "@ann",
  "lobby",
  "needle",
  "https://example.org/a_(b)?c=d",
  "donaudampfschifffahrtsgesellschaft",
  "**",
  "*",
  "~~",
  "`",
  "\n```\n",
  "\n> ",
  "\n- ",
  "\n123456789. ",
  "\n   ",
  ":tada:",
  "[words](https://example.org)",
  "日本語",
  "。",
  "한국어",
  "ﾊﾟ",
  "é",
  "e\u0301",
  "\u0301",
  "नमस्ते",
  "क्ष",
  "ไทย",
  "שלום",
  "👍",
  "👍🏽",
  "👨‍👩‍👧‍👦",
  "👩🏽‍❤️‍💋‍👨🏿",
  "🇩🇪",
  "🇩",
  "1️⃣",
  "❤️",
]

const hostile = [
  ...words,
  "\u001b[2J",
  "\u001b]0;title\u0007",
  "\u001b]8;;https://evil.example\u001b\\",
  "\u009b31m",
  "\u0000",
  "\b\b\b",
  "\r",
  "\n",
  "\r\n",
  "\t",
  "\v\f",
  "\u007f",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u202e",
  "\u2066",
  "\u200e",
  "\u061c",
  "\u200b",
  "\u200d",
  "\u200c",
  "\ufeff",
  "\u00ad",
  "\ud800",
  "\udc00",
  "\u3164",
  "\u115f",
  "\uffa0",
  "\u{e0041}",
  "\u0301".repeat(40),
  "👨\u200d".repeat(12),
  "\u1100".repeat(40),
]

// Controls, the formats that reorder or hide, separators, lone surrogates; only the two joiners are allowed.
const dangerous = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

const textOf = (row: Row) => row.map(({ text }) => text).join("")

const assertRows = (world: World, of: string): void => {
  const { timeline: window } = layout(world.model)
  const { below, rows } = timeline(world.shown, lookOf(world.model), window.rows)
  assert.isAtMost(rows.length, window.rows, of)
  // It is a part of the whole text.
  const all = timeline({ ...world.shown, scroll: 0 }, lookOf(world.model), 100_000).rows
  const end = all.length - below
  assert.deepStrictEqual(rows, all.slice(Math.max(0, end - window.rows), end), of)
  for (const row of rows) {
    const text = textOf(row)
    assert.notMatch(text, dangerous, of)
    assert.isAtMost(width(text), window.columns, `${of}: ${JSON.stringify(text)}`)
    // Painted piece by piece, it takes as many columns as in one.
    const pieces = row.reduce((sum, span) => sum + width(span.text), 0)
    assert.strictEqual(pieces, width(text), `${of}: ${JSON.stringify(row)}`)
    for (const { url } of row) if (url !== undefined) assert.match(url, /^https?:\/\/[^\s"<>]+$/i, of)
  }
}

describe("Width, of anything", () => {
  it("wraps to the columns, and loses nothing", () => {
    const dice = new Dice(1)
    for (let round = 0; round < 3000; round++) {
      const text = dice.text(words, 30)
      const columns = 1 + dice.below(60)
      const ranges = wrap(text, columns)
      assert.strictEqual(ranges.map(({ end, start }) => text.slice(start, end)).join(""), text)
      for (const { end, start } of ranges) {
        const line = text.slice(start, end).trimEnd()
        const fits = width(line) <= columns || graphemes(line).length === 1
        assert.isTrue(fits, `${JSON.stringify(line)} in ${columns}`)
        if (text !== "" && text.length > end) assert.isAbove(end, start)
      }
      // No line begins inside of what a reader sees as one character.
      const edges = new Set([0, text.length])
      let at = 0
      for (const grapheme of graphemes(text)) edges.add((at += grapheme.length))
      for (const { start } of ranges) assert.isTrue(edges.has(start))
    }
  })

  it("cuts and fills to the columns", () => {
    const dice = new Dice(2)
    for (let round = 0; round < 3000; round++) {
      const text = dice.text(words, 12)
      const columns = dice.below(40)
      assert.isAtMost(width(cut(text, columns)), columns)
      assert.strictEqual(width(fit(text, columns)), columns)
      assert.strictEqual(
        width(text),
        graphemes(text).reduce((sum, grapheme) => sum + width(grapheme), 0),
      )
    }
  })
})

const fileOf = (dice: Dice) => ({
  id: FileId.make("00000000-0000-4000-8000-000000000001"),
  name: dice.text(hostile, 10),
  size: dice.of([0, 1, 1_258_291, Number.MAX_SAFE_INTEGER, -1, Number.NaN]),
  media_type: dice.text(hostile, 4),
  sha256: Sha256.make("ab".repeat(32)),
})

describe("Timeline, of anything", () => {
  it("shows nothing the terminal could obey, and no row that is too wide", () => {
    const dice = new Dice(3)
    const entryOf = (index: number): Entry => {
      const base = { key: index + 1, at: noon - dice.below(3) * 86_400_000 + index * 1000 }
      const content = dice.text(hostile, 25)
      switch (dice.below(4)) {
        case 0:
          return { ...base, _tag: "Notice", kind: dice.of(["info", "error", "presence"]), text: content }
        case 1:
          return { ...base, _tag: "Unsent", id: MessageId.make("x"), content, failed: dice.of([undefined, content]) }
        default:
          // A hostile server sends anything.
          const from = dice.text(hostile, 6) as Username
          const file = dice.of([undefined, fileOf(dice)])
          const place = { seq: Seq.make(index + 1), replyTo: dice.of([undefined, Seq.make(dice.below(30))]) }
          return { ...base, ...place, _tag: "Message", id: undefined, from, content, file, mention: false }
      }
    }
    for (let round = 0; round < 300; round++) {
      const world = new World({ columns: 20 + dice.below(180), rows: 5 + dice.below(60) })
      const topic = dice.text(hostile, 5)
      world.model = {
        ...world.model,
        conversations: [
          {
            ...conversation("lobby"),
            topic,
            entries: Array.from({ length: dice.below(30) }, (_, index) => entryOf(index)),
            firstUnread: dice.of([undefined, 1, 4]),
            scroll: dice.of([0, 0, 3, 1000]),
            typing: new Map([[dice.text(hostile, 5) as Username, noon + 1]]),
          },
        ],
        search: dice.of([undefined, { query: dice.of(["e", "👨", "a", "\u0301", "本", "("]), hits: [], at: -1 }]),
        address: topic,
      }
      assertRows(world, `round ${round}`)
      assert.notMatch(typing(world.shown, noon), dangerous)
      const away = { _tag: "Connecting" } as const
      assert.notMatch(banner({ ...world.model, connection: away })!, dangerous)
    }
  })
})

describe("Update, of anything", () => {
  const names: ReadonlyArray<Key["name"]> = [
    "enter",
    "tab",
    "escape",
    "backspace",
    "delete",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "pageUp",
    "pageDown",
  ]
  const letters = [..."abcdefhjklnpruw123"]
  const drafts = [
    "/join ops",
    "/j dev",
    "/leave",
    "/msg bob hi",
    "/topic tea",
    "/search e",
    "/users",
    "/nonsense",
    "/",
    "/send a b",
    "/get 1",
    "/files",
    "/cancel",
    "/cancel 1",
    "/get",
  ]

  const happen = (world: World, dice: Dice): void => {
    const channel = dice.of(["lobby", "ops", "dev", "@bob", "@BOB", "unknown"])
    const modifiers = { ctrl: dice.below(6) === 0, alt: dice.below(6) === 0, shift: dice.below(6) === 0 }
    const because = new Disconnect({ reason: "ConnectionLost", detail: dice.text(hostile, 4) })
    const transfer = 1 + dice.below(12)
    switch (dice.below(18)) {
      case 0:
      case 1:
      case 2:
        return void world.press(dice.of(names), modifiers)
      case 3:
        return void world.press("text", { ctrl: true, text: dice.of(letters) })
      case 4:
        return void world.press("text", { alt: true, text: dice.of(letters) })
      case 5:
        return void world.type(dice.text(words, 8))
      case 6:
        return void world.act({ _tag: "Pasted", text: dice.text(hostile, 20) })
      case 7:
        return void world.enter(dice.of(drafts))
      case 8:
      case 9:
        return void world.says(dice.of(["ann", "bob", "cy"]), dice.text(hostile, 12).toWellFormed(), channel, {
          ...dice.of([
            {},
            { timestamp: Number.MAX_SAFE_INTEGER },
            { id: `id${dice.below(50)}` },
            { seq: dice.below(50) },
          ]),
        })
      case 10:
        return void world.receive(joined(channel, ["ann", "bob"], { seq: dice.below(50) }))
      case 11:
        return void world.receive(event("Left", { channel, ...dice.of([{}, { ref: 1 }]) }))
      case 12:
        return void world.act({
          _tag: "Resized",
          size: { columns: dice.below(180), rows: dice.below(50) },
        })
      case 13:
        return void world.act({
          _tag: "Connection",
          state: dice.of([
            { _tag: "Online", username: Username.make("ann"), version: 2 },
            { _tag: "Away", because, attempt: 1, until: noon + 9000 },
            { _tag: "Returning", because, attempt: 1 },
          ] as const),
        })
      case 14:
        return void world.act({ _tag: "NotJoined", channel, why: dice.text(hostile, 6) })
      case 15: {
        const file = fileOf(dice)
        const said = event("Message", { channel: "lobby", from: "bob", content: "", seq: 9, timestamp: noon })
        world.receive(said.type === "Message" ? { ...said, file } : said)
        return void world.act(
          dice.of([
            { _tag: "TransferBegun", transfer, name: file.name, size: file.size },
            { _tag: "Uploaded", transfer, file },
            { _tag: "Downloaded", transfer, path: file.name },
            { _tag: "TransferFailed", transfer, why: file.name },
            { _tag: "Paths", typed: "", paths: [file.name] },
          ] as const),
        )
      }
      case 16:
        return void world.act({
          _tag: "TransferMoved",
          transfer,
          bytes: dice.below(2_000_000),
          ticks: world.model.ticks + dice.below(9000),
        })
      default:
        return void world.after(dice.below(4000))
    }
  }

  for (const seed of [11, 12, 13, 14]) {
    it(`keeps its bounds (${seed})`, () => {
      const dice = new Dice(seed)
      const world = new World({ columns: 80, rows: 24 }).joins("lobby", "bob")
      for (let round = 0; round < 500; round++) {
        happen(world, dice)
        const { model, shown } = world
        const of = `round ${round}`
        assert.isTrue(
          model.conversations.some(({ name }) => name === model.current),
          of,
        )
        const called = model.conversations.map(({ name }) => name.toLowerCase())
        assert.strictEqual(new Set(called).size, called.length, of)
        const { cursor, text } = model.editor
        assert.isAtMost(text.length, Editor.maxLength, of)
        assert.notMatch(text.replaceAll("\n", ""), dangerous, of)
        const edges = new Set([0, text.length])
        let at = 0
        for (const line of text.split(/(\n)/))
          for (const grapheme of graphemes(line)) edges.add((at += grapheme.length))
        assert.isTrue(edges.has(cursor), `${of}: ${JSON.stringify(model.editor)}`)
        for (const { mentions, scroll, unread } of model.conversations) {
          assert.isAtLeast(scroll, 0, of)
          assert.isAtLeast(unread, mentions, of)
        }
        assert.strictEqual(new Set(shown.entries.map(({ key }) => key)).size, shown.entries.length, of)
        if (model.search !== undefined) assert.isBelow(model.search.at, Math.max(1, model.search.hits.length), of)
        if (!layout(model).tooSmall) assertRows(world, of)
        assert.isAtMost(model.transfers.length, 20, of)
        const { columns } = model.size
        for (const line of transferLines(model, { columns, rows: layout(model).transfers })) {
          assert.notMatch(line, dangerous, of)
          assert.strictEqual(width(line), columns, of)
        }
      }
    })
  }
})
