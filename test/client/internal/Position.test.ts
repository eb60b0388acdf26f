import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Position } from "../../../src/client/internal/Position.ts"
import type { ClientEvent } from "../../../src/client/Event.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { HistoryPage, Message, type ServerFrameOf } from "../../../src/protocol/v2/ServerFrame.ts"

const lobby = ChannelName.make("lobby")

const entry = (seq: number) => ({ type: "Message", seq, from: "bob", content: `${seq}`, timestamp: 0 })
const live = (seq: number) => Schema.decodeUnknownSync(Message)({ channel: "lobby", ...entry(seq) })
const page = (from: number, to: number, options: { readonly first?: number; readonly more?: boolean } = {}) =>
  Schema.decodeUnknownSync(HistoryPage)({
    type: "HistoryPage",
    channel: "lobby",
    entries: Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => entry(from + at)),
    first: 1,
    more: false,
    ...options,
  })

const joined = (last: number, seq: number, first = 1) => {
  const position = new Position(lobby, Seq.make(last))
  return { position, emitted: position.join({ first: Seq.make(first), seq: Seq.make(seq) }) }
}

const places = (events: ReadonlyArray<ClientEvent>) =>
  events.map((event) => (event.type === "Missed" ? `-${event.from}..${event.to}` : String("seq" in event && event.seq)))

const types = (events: ReadonlyArray<ClientEvent>) => events.map(({ type }) => type)

describe("Position", () => {
  it("passes the entries of a page on with whatever fields they have", () => {
    const { position } = joined(3, 4)
    const newer = { ...page(4, 4), entries: page(4, 4).entries.map((entry) => ({ ...entry, newer: "a field" })) }
    assert.deepStrictEqual<unknown>(
      position.addPage(newer),
      newer.entries.map((entry) => ({ ...entry, channel: lobby })),
    )
  })

  it("tells at once what comes live, where nothing is missing", () => {
    const { position, emitted } = joined(3, 3)
    assert.deepStrictEqual(
      [...emitted, ...position.add(live(4)), ...position.add(live(5))].map(({ type }) => type),
      ["Message", "Message"],
    )
    assert.isFalse(position.isBehind)
  })

  it("tells what was missing before what came meanwhile, and nothing twice at the seam", () => {
    const { position } = joined(3, 7)
    assert.deepStrictEqual(position.add(live(8)), [])
    assert.deepStrictEqual(places(position.addPage(page(4, 5, { more: true }))), ["4", "5"])
    assert.deepStrictEqual(position.add(live(9)), [])
    // The page contains entries that are held back.
    assert.deepStrictEqual(places(position.addPage(page(6, 8))), ["6", "7", "8", "9"])
    assert.deepStrictEqual(places([...position.add(live(9)), ...position.add(live(10))]), ["10"])
  })

  it("tells what was held back while the channel was renamed under its new name", () => {
    const { position } = joined(3, 7)
    position.add(live(8))
    const name = ChannelName.make("lounge")
    position.rename(name)
    const told = position.addPage(page(4, 7))
    assert.deepStrictEqual(places(told), ["4", "5", "6", "7", "8"])
    assert.deepStrictEqual(
      told.map(({ channel }) => channel),
      [name, name, name, name, name],
    )
  })

  it("says what history has no more, before and between pages", () => {
    const { position, emitted } = joined(3, 20, 6)
    assert.deepStrictEqual(places(emitted), ["-4..5"])
    assert.deepStrictEqual(places(position.addPage(page(10, 12, { first: 10, more: true }))), [
      "-6..9",
      "10",
      "11",
      "12",
    ])
    position.add(live(21))
    assert.deepStrictEqual(places(position.addPage(page(1, 0, { first: 22 }))), ["-13..20", "21"])
    assert.deepStrictEqual(places(joined(3, 20, 21).emitted), ["-4..20"])
  })

  it("tells what is held back, though history has lost some of that, too", () => {
    const { position } = joined(0, 1)
    for (let seq = 2; seq <= 5; seq++) position.add(live(seq))
    assert.deepStrictEqual(places(position.addPage(page(3, 5, { first: 3 }))), ["-1..1", "2", "3", "4", "5"])
  })

  it("says that all of it is missed where it cannot be had", () => {
    const { position } = joined(0, 5)
    position.add(live(6))
    assert.deepStrictEqual(places(position.giveUp()), ["-1..5", "6"])
  })

  it("begins anew in a history that is not the one it was: one that is shorter, or has another name", () => {
    const { emitted, position } = joined(9, 4)
    assert.deepStrictEqual(types(emitted), ["HistoryChanged"])
    assert.deepStrictEqual(position.add(live(5)), [])
    assert.deepStrictEqual(places(position.addPage(page(1, 4))), ["1", "2", "3", "4", "5"])
    assert.deepStrictEqual(types(joined(9, 0).emitted), ["HistoryChanged"])
    assert.isFalse(joined(9, 0).position.isBehind)
    const enter = (last: number, history: string | undefined, now: string | undefined, first = 1) => {
      const position = new Position(lobby, Seq.make(0))
      position.resume(Seq.make(last), history, true)
      const emitted = position.join({ first: Seq.make(first), seq: Seq.make(9), history: now as never })
      return { position, emitted }
    }
    for (const [last, history, now, told] of [
      [4, "one", "other", ["HistoryChanged"]],
      [4, "one", "one", []],
      // Nothing is known that could have changed.
      [0, "one", "other", []],
      [4, undefined, "other", []],
      [4, "one", undefined, []],
    ] as const) {
      assert.deepStrictEqual<unknown>(types(enter(last, history, now).emitted), told)
    }
    // From the oldest that is kept: of what was before that nothing was ever promised.
    const kept = enter(4, "one", "other", 7)
    assert.deepStrictEqual(places(kept.position.addPage(page(7, 9, { first: 7 }))), ["7", "8", "9"])
    assert.deepStrictEqual([kept.position.era, enter(4, "one", "one").position.era], [1, 0])
  })

  it("holds everything back until the read marker is known, and goes on behind that, if it is before its place", () => {
    const enter = () => {
      const position = new Position(lobby, Seq.make(5), false)
      assert.deepStrictEqual(position.join({ first: Seq.make(1), seq: Seq.make(5) }), [])
      assert.deepStrictEqual(position.add(live(6)), [])
      assert.isFalse(position.isBehind)
      return position
    }
    const [known, unknown, later] = [enter(), enter(), enter()]
    assert.deepStrictEqual(places(known.begin(Seq.make(3))), [])
    assert.isTrue(known.isBehind)
    assert.deepStrictEqual(places(known.addPage(page(4, 5))), ["4", "5", "6"])
    assert.deepStrictEqual(places(unknown.begin(undefined)), ["6"])
    assert.deepStrictEqual(places(later.begin(Seq.make(9))), ["6"])
    assert.deepStrictEqual(
      [known, unknown, later].map(({ last }) => Number(last)),
      [6, 6, 6],
    )
    // Once only.
    assert.deepStrictEqual(known.begin(Seq.make(1)), [])
    assert.strictEqual(Number(known.last), 6)
  })

  it("goes on behind its place when it is in the channel once more, with nothing of the stay before", () => {
    const { position } = joined(3, 7)
    position.add(live(8))
    position.resume(Seq.make(5), undefined, true)
    assert.isFalse(position.isBehind)
    assert.deepStrictEqual(places(position.add(live(6))), ["6"])
    position.resume(Seq.make(6), "one", false)
    assert.deepStrictEqual(places(position.add(live(7))), ["7"], "it has its place, so it is told")
  })

  it("begins behind what was said where another history is joined before the read marker is known", () => {
    const position = new Position(lobby, Seq.make(0), false)
    position.resume(Seq.make(4), "one", false)
    const told = position.join({ first: Seq.make(1), seq: Seq.make(9), history: "other" as never })
    assert.deepStrictEqual(types(told), ["HistoryChanged"])
    assert.strictEqual(Number(position.last), 9)
  })

  it("keeps the channel's id where the server tells none, and knows the history that it tells", () => {
    const position = new Position(lobby, Seq.make(0))
    position.join({ seq: Seq.make(0), id: "c" as never, history: "h" as never })
    position.join({ seq: Seq.make(0) })
    assert.deepStrictEqual([position.id, position.history], ["c", undefined])
    assert.isFalse(position.isBehind)
    position.join({ seq: Seq.make(2) })
    assert.deepStrictEqual(places(position.addPage(page(1, 2))), ["1", "2"], "nothing is gone where it says nothing")
  })

  it("fetches what comes with a gap before it", () => {
    const { position } = joined(3, 3)
    assert.deepStrictEqual(position.add(live(6)), [])
    assert.isTrue(position.isBehind)
    assert.deepStrictEqual(places(position.addPage(page(4, 5))), ["4", "5", "6"])
  })

  it("holds back no more than it has room for, and fetches that, too", () => {
    const { position } = joined(0, 10)
    for (let seq = 11; seq <= 1000; seq++) position.add(live(seq))
    const emitted = [
      ...position.addPage(page(1, 300, { more: true })),
      ...position.addPage(page(301, 600, { more: true })),
    ]
    assert.strictEqual(emitted.length, 600)
    assert.isTrue(position.isBehind)
    const rest = [
      ...position.addPage(page(601, 900, { more: true })),
      ...position.addPage(page(901, 990, { more: true })),
    ]
    assert.deepStrictEqual(
      [...emitted, ...rest].map((event) => "seq" in event && Number(event.seq)),
      Array.from({ length: 1000 }, (_, at) => at + 1),
    )
    assert.isFalse(position.isBehind)
  })

  it("asks for what was said while the last page came, more than it holds back, and misses none of it", () => {
    const { position } = joined(0, 3)
    for (let seq = 4; seq <= 3 + 257; seq++) position.add(live(seq))
    assert.deepStrictEqual(places(position.addPage(page(1, 3))), ["1", "2", "3"])
    assert.isTrue(position.isBehind)
    assert.strictEqual(position.addPage(page(4, 260)).length, 257)
    assert.isFalse(position.isBehind)
  })

  it("gives up on a history that brings the same page again and again", () => {
    const { position } = joined(3, 9)
    assert.deepStrictEqual(places(position.addPage(page(4, 5, { more: true }))), ["4", "5"])
    assert.deepStrictEqual(places(position.addPage(page(4, 5, { more: true }))), ["-6..9"])
    assert.isFalse(position.isBehind)
  })

  it("passes on what has no place", () => {
    const { position } = joined(0, 0)
    assert.deepStrictEqual([...position.add(live(0)), ...position.add(live(0))].length, 2)
  })

  const Step = Schema.Struct({
    type: Schema.Literals(["say", "page", "lost", "prune"]),
    count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 300 })),
  })

  it.prop("tells each once and in order, whatever comes when", [Schema.Array(Step)], ([steps]) => {
    let first = 1
    let seq = 0
    let position = new Position(lobby, Seq.make(0))
    const emitted: Array<ClientEvent> = []
    const enter = () =>
      emitted.push(...position.join({ first: Seq.make(first), seq: Seq.make(seq) } as ServerFrameOf<"Joined">))
    const read = (count: number) => {
      const from = Math.max(first, position.last + 1)
      const to = Math.min(seq, from + count - 1)
      emitted.push(...position.addPage(page(from, to, { first, more: to < seq })))
    }
    enter()
    for (const { count, type } of steps) {
      if (type === "say") for (let said = 0; said < count; said++) emitted.push(...position.add(live(++seq)))
      if (type === "page" && position.isBehind) read(count)
      if (type === "prune") first = Math.min(seq + 1, first + Math.ceil(count / 6))
      if (type === "lost") {
        seq += count
        position = new Position(lobby, position.last)
        enter()
      }
    }
    while (position.isBehind) read(300)
    // Every place once and in order, up to the last, whether it was emitted or missed.
    let next = 1
    for (const event of emitted) {
      if (event.type === "Missed") {
        assert.strictEqual(Number(event.from), next)
        assert.isAtLeast(event.to, event.from)
        assert.isBelow(event.to, first)
        next = event.to + 1
      } else {
        assert.strictEqual("seq" in event && Number(event.seq), next++)
      }
    }
    assert.strictEqual(next - 1, seq)
  })
})
