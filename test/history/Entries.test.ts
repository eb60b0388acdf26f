import { assert, describe, it } from "@effect/vitest"
import type { Entry, Message } from "../../src/domain/Entry.ts"
import { Entries } from "../../src/history/internal/Entries.ts"
import { alice, bob, deleted, dice, edited, id, reacted, said, seq, timeOf } from "../suites/historyWorld.ts"

const all = (entries: Entries): ReadonlyArray<Entry> => entries.between(seq(0), seq(Number.MAX_SAFE_INTEGER))

const contents = [
  "",
  "hello",
  "grüße",
  "世界",
  "\u{1f44b}\u{1f3fd}",
  "\ufeffa mark at the beginning",
  "\0",
  "a lone \ud800 surrogate",
  "long ".repeat(800),
  "longer ".repeat(1000),
  "ж".repeat(4096),
]

describe("Entries", () => {
  it("gives every entry back as it was", () => {
    const entries = new Entries()
    const { id: _, ...nameless } = said(1, "without an id")
    const added: ReadonlyArray<Entry> = [
      nameless,
      ...contents.map((content, at) => said(2 + at, content, { from: at % 2 === 0 ? alice : bob })),
      edited(13, 2, "says something else"),
      deleted(14, 3),
      reacted(15, 4, "\u{1f44d}", true),
      said(16, "with the longest id", { id: id("x".repeat(64)) }),
      { ...said(17, "an answer"), replyTo: seq(1) },
    ]
    for (const entry of added) entries.add(entry)
    assert.deepStrictEqual(all(entries), added)
    assert.deepStrictEqual(
      added.map((entry) => entries.content(entry.seq)),
      added.map((entry) => (entry.type === "Message" ? entry.content : undefined)),
    )
    assert.isUndefined(entries.get(seq(0)))
    assert.isUndefined(entries.get(seq(18)))
  })

  it("does what an array would, over many blocks", () => {
    const throwDice = dice(3)
    const entries = new Entries()
    let model: Array<Entry> = []
    for (let round = 0, last = 0; round < 400; round++) {
      for (let n = throwDice(60); n > 0; n--) {
        last++
        const words = said(last, contents[throwDice(contents.length)])
        const message = throwDice(3) === 0 ? { ...words, replyTo: seq(throwDice(9)) } : words
        const entry = throwDice(10) === 0 ? edited(last, 1, "edit") : message
        entries.add(entry)
        model.push(entry)
      }
      if (throwDice(4) === 0) {
        const count = Math.min(throwDice(180), model.length)
        entries.removeFirst(count, throwDice(2) === 0)
        model = model.slice(count)
      }
      const some = model[throwDice(Math.max(1, model.length))]
      if (some?.type === "Message" && some.deleted === undefined) {
        const other: Message =
          throwDice(2) === 0 ? { ...some, content: "", deleted: true } : { ...some, content: "new" }
        entries.replace(other)
        model[other.seq - model[0]!.seq] = other
      }
      assert.strictEqual(Number(entries.last), last)
      assert.strictEqual(Number(entries.first), model[0]?.seq ?? last + 1)
      assert.strictEqual(entries.length, model.length)
      assert.deepStrictEqual(
        [...entries.others(seq(Math.max(0, last - 100)))].filter(({ type }) => type === "Edited"),
        model.filter((entry) => entry.type === "Edited" && entry.seq > last - 100),
      )
      if (round % 20 === 0) assert.deepStrictEqual(all(entries), model)
    }
    assert.deepStrictEqual(all(entries), model)
    for (const time of [0, timeOf(0), model[0]!.timestamp, model.at(-20)!.timestamp + 1, Number.MAX_SAFE_INTEGER]) {
      assert.strictEqual(
        Number(entries.firstSince(time)),
        model.find(({ timestamp }) => timestamp >= time)?.seq ?? entries.last + 1,
      )
      assert.strictEqual(
        Number(entries.lastUntil(time)),
        model.findLast(({ timestamp }) => timestamp <= time)?.seq ?? entries.first - 1,
      )
    }
  })

  it("counts the characters that take memory, and none when everything is gone", () => {
    const entries = new Entries()
    for (let at = 1; at <= 2000; at++) entries.add(said(at, contents[at % contents.length]))
    const before = entries.characters
    assert.strictEqual(
      before,
      all(entries).reduce((sum, entry) => sum + (entry as Message).content.length, 0),
    )
    // One that is kept as bytes.
    entries.replace({ ...said(1992, "twelve signs"), edited: seq(2000) })
    assert.strictEqual(entries.characters, before + 12)
    entries.removeFirst(1234)
    entries.removeFirst(766)
    assert.strictEqual(entries.characters, 0)
    assert.deepStrictEqual(all(entries), [])
    entries.add(said(2001))
    assert.deepStrictEqual(all(entries), [said(2001)])
  })

  it("knows who said what is there, and not what was deleted", () => {
    const entries = new Entries()
    for (const entry of [said(1), said(2, "", { from: bob }), edited(3, 1, "x"), said(4)]) entries.add(entry)
    entries.replace({ ...said(1), edited: seq(3) })
    entries.replace({ ...said(4, ""), deleted: true })
    assert.deepStrictEqual(
      [1, 2, 3, 4, 5].map((at) => entries.speaker(seq(at))),
      [alice, bob, undefined, undefined, undefined],
    )
    assert.isUndefined(entries.content(seq(4)))
  })
})
