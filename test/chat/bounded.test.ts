import { assert, describe, it } from "@effect/vitest"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { lobby } from "../../src/domain/ChannelName.ts"
import { maxPage, maxPageLength } from "../../src/domain/Limits.ts"
import { Reaction } from "../../src/domain/Reaction.ts"
import { UserId } from "../../src/domain/User.ts"
import * as render from "../../src/protocol/v2/render.ts"
import type { Message } from "../../src/domain/Entry.ts"
import * as bounded from "../../src/chat/internal/bounded.ts"
import { said, seq } from "../suites/historyWorld.ts"
import { user } from "../hub/members.ts"

const den = ChannelId.make("den")
const page = { first: seq(1), more: false }
const places = (entries: ReadonlyArray<{ readonly seq: number }>) => entries.map(({ seq }) => Number(seq))

/** Each user under it takes 64 characters for the name and 16 beside it, the reaction 2 and 16. */
const fans = 204

/** Under which half of what a page holds has put its name. */
const liked = (at: number): Message => ({
  ...said(at, "x".repeat(maxPageLength / 2 - fans * 80 - 18)),
  reactions: [
    {
      reaction: Reaction.make("ok"),
      users: Array.from({ length: fans }, (_, n) => user(`${n}`.padStart(64, "0"))),
    },
  ],
})

/** What few people with short names can put under it: twenty reactions each. */
const covered = (at: number): Message => ({
  ...said(at, "x"),
  reactions: Array.from({ length: 20 }, (_, n) => ({
    reaction: Reaction.make(`${n}`.padStart(32, "山")),
    users: ["a", "b", "c", "d", "e"].map((name) => ({ ...user(name), id: UserId.make(name.repeat(36)) })),
  })),
})

describe("bounded", () => {
  it("cuts a page at the end that was not asked for, where names fill it", () => {
    const entries = [1, 2, 3].map(liked)
    for (const range of [{ after: seq(0) }, { since: 0 }]) {
      const cut = bounded.page({ ...page, entries }, { ...range, limit: 300 })
      assert.deepStrictEqual(places(cut.entries), [1, 2])
      assert.isTrue(cut.more)
    }
    for (const range of [{ before: seq(4) }, { until: 9 }]) {
      const cut = bounded.page({ ...page, entries }, { ...range, limit: 300 })
      assert.deepStrictEqual(places(cut.entries), [2, 3])
      assert.isTrue(cut.more)
    }
  })

  it("keeps to what a client takes, however little each of many reactions says", () => {
    const entries = Array.from({ length: maxPage }, (_, at) => covered(at + 1))
    const frame = render.historyPage(1, lobby, bounded.page({ ...page, entries }, { after: seq(0), limit: maxPage }))
    const bytes = Buffer.byteLength(JSON.stringify(frame))
    assert.isAbove(bytes, 16 * 1024)
    assert.isBelow(bytes, 512 * 1024)
  })

  it("leaves what fits as it is, and one entry in any case", () => {
    const two = { ...page, entries: [1, 2].map(liked) }
    assert.strictEqual(bounded.page(two, { after: seq(0), limit: 300 }).entries, two.entries)
    assert.isFalse(bounded.page(two, { after: seq(0), limit: 300 }).more)
    const one = { ...page, entries: [said(1, "x".repeat(maxPageLength + 1))] }
    assert.deepStrictEqual(bounded.page(one, { before: seq(2), limit: 300 }), one)
  })

  it("cuts what was found, and says where it goes on", () => {
    const long = "x".repeat(maxPageLength / 2 + 1)
    const hits = [3, 2, 1].map((at) => ({ channel: den, message: said(at, long) }))
    const { message } = hits[0]!
    const next = { timestamp: message.timestamp, channel: den, seq: message.seq }
    assert.deepStrictEqual(bounded.hits({ hits }), { hits: hits.slice(0, 1), next })
    const few = { hits: hits.slice(0, 1) }
    assert.strictEqual(bounded.hits(few), few)
  })
})
