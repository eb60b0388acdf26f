import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "../../../src/web/chat/model/frames.ts"
import * as Timeline from "../../../src/web/chat/model/Timeline.ts"

const message = (seq: number, content = `m${seq}`): Entry =>
  ({ type: "Message", seq, id: `id${seq}`, from: "bob", content, timestamp: seq * 1000 }) as Entry
const edited = (seq: number, target: number, content: string): Entry =>
  ({ type: "Edited", seq, target, id: `id${seq}`, from: "bob", content, timestamp: seq * 1000 }) as Entry
const reacted = (seq: number, target: number, reaction: string, on: boolean, from = "ann"): Entry =>
  ({ type: "Reacted", seq, target, id: `id${seq}`, from, reaction, on, timestamp: seq * 1000 }) as Entry
const deleted = (seq: number, target: number): Entry =>
  ({ type: "Deleted", seq, target, id: `id${seq}`, from: "bob", timestamp: seq * 1000 }) as Entry

/** The messages from one place up to another. */
const range = (from: number, to: number): ReadonlyArray<Entry> =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => message(from + at))

/** A page of a history that begins at 1 and has so many messages. */
const page = (from: number, to: number, more: boolean) => ({ entries: range(from, to), first: 1 as never, more })

const seqs = (timeline: Timeline.Timeline) => timeline.messages.map(({ seq }) => seq)
const bounds = (timeline: Timeline.Timeline) => [seqs(timeline)[0], seqs(timeline).at(-1)]

/** It has every message between its first and its last, and says truly what is around them. */
const holds = (timeline: Timeline.Timeline, last: number): void => {
  const all = seqs(timeline)
  assert.isAtMost(all.length, Timeline.maxMessages)
  assert.deepStrictEqual(
    all,
    range(all[0]!, all.at(-1)!).map(({ seq }) => seq as number),
  )
  if (timeline.live) assert.strictEqual(all.at(-1), last)
  if (!timeline.hasOlder) assert.strictEqual(all[0], 1)
}

describe("the messages that the page holds", () => {
  it("follows what is said, and lets the oldest go", () => {
    let timeline = Timeline.latest(page(1, 50, false))
    for (let seq = 51; seq <= 2000; seq += 10) timeline = Timeline.heard(timeline, range(seq, seq + 9), true)
    assert.deepStrictEqual(bounds(timeline), [2000 - Timeline.maxMessages + 1, 2000])
    assert.isTrue(timeline.live)
    assert.isTrue(timeline.hasOlder)
  })

  it("keeps what somebody reads further up, and is behind from then on", () => {
    let timeline = Timeline.latest(page(1, Timeline.maxMessages, false))
    timeline = Timeline.heard(timeline, range(Timeline.maxMessages + 1, Timeline.maxMessages + 5), false)
    assert.deepStrictEqual(bounds(timeline), [1, Timeline.maxMessages])
    assert.isFalse(timeline.live)
    // What comes now is not shown: there would be a gap before it.
    timeline = Timeline.heard(timeline, range(Timeline.maxMessages + 6, Timeline.maxMessages + 6), true)
    assert.deepStrictEqual(bounds(timeline), [1, Timeline.maxMessages])
  })

  it("goes through a long history and back without a gap", () => {
    const last = 3000
    let timeline = Timeline.latest(page(2921, last, true))
    while (timeline.hasOlder) {
      const to = timeline.from - 1
      timeline = Timeline.withOlder(timeline, page(Math.max(1, to - 79), to, to > 80))
      holds(timeline, last)
    }
    assert.strictEqual(bounds(timeline)[0], 1)
    while (!timeline.live) {
      const from = timeline.to + 1
      const to = Math.min(last, from + 79)
      timeline = Timeline.withNewer(timeline, page(from, to, to < last))
      holds(timeline, last)
    }
    assert.deepStrictEqual(bounds(timeline), [last - Timeline.maxMessages + 1, last])
  })

  it("takes no message twice, however often it comes", () => {
    let timeline = Timeline.around(page(1, 10, false), page(11, 20, false))
    timeline = Timeline.heard(timeline, [...range(15, 22), ...range(18, 23)], true)
    assert.deepStrictEqual(bounds(timeline), [1, 23])
    holds(timeline, 23)
  })

  it("changes messages, and the same change changes nothing", () => {
    const changes = [
      edited(11, 3, "new"),
      reacted(12, 3, "👍", true),
      reacted(13, 3, "👍", true, "carl"),
      deleted(14, 4),
    ]
    const once = Timeline.heard(Timeline.latest(page(1, 10, false)), changes, true)
    const third = once.messages[2]!
    assert.strictEqual(third.content, "new")
    assert.deepStrictEqual(third.reactions, [{ reaction: "👍", users: ["ann", "carl"] }])
    assert.isTrue(once.messages[3]!.deleted)
    assert.strictEqual(once.to, 14)
    const twice = Timeline.heard(once, changes, true)
    assert.strictEqual(twice, once)
    const back = Timeline.heard(once, [reacted(15, 3, "👍", false), reacted(16, 3, "👍", false, "carl")], true)
    assert.deepStrictEqual(back.messages[2]!.reactions, [])
  })

  it("leaves the newer words where an older edit comes later", () => {
    const fetched = [{ ...message(3, "second"), edited: 12 } as Entry, edited(11, 3, "first"), edited(12, 3, "second")]
    const timeline = Timeline.latest({ entries: fetched, first: 1 as never, more: false })
    assert.strictEqual(Timeline.heard(timeline, [edited(11, 3, "first")], true).messages[0]!.content, "second")
  })

  it("changes what it holds while it is not at the end, too", () => {
    const timeline = Timeline.around(page(1, 10, false), page(11, 20, true))
    const after = Timeline.heard(timeline, [message(90), edited(91, 5, "new")], false)
    assert.strictEqual(after.messages[4]!.content, "new")
    assert.deepStrictEqual(bounds(after), [1, 20])
  })
})
