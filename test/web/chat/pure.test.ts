import { assert, describe, it } from "@effect/vitest"
import type { Message } from "../../../src/web/chat/model/Message.ts"
import { rowsOf } from "../../../src/web/chat/model/rows.ts"
import { parse, pathOf } from "../../../src/web/chat/route.ts"

const message = (seq: number, from: string, at: number, content = "x"): Message => ({
  seq,
  id: `id${seq}`,
  from,
  userId: undefined,
  content,
  at,
  edited: 0,
  deleted: false,
  reactions: [],
  file: undefined,
  replyTo: undefined,
})

describe("the page's addresses", () => {
  it("name channels and messages, and are read back", () => {
    for (const channel of ["lobby", "küche", "@健二", "a b", "c++", "50%", "a/b", "#x?"]) {
      assert.deepStrictEqual(parse(new URL(pathOf(channel), "http://x").pathname), {
        tag: "Channel",
        channel,
        seq: undefined,
      })
      assert.deepStrictEqual(parse(new URL(pathOf(channel, 7), "http://x").pathname), {
        tag: "Channel",
        channel,
        seq: 7,
      })
    }
  })

  it("lead home where they are none", () => {
    for (const path of ["/", "", "/c", "/c/", "/c/%", "/c/%E0%A4%A", "/x/y", "/join/", "//"]) {
      assert.deepStrictEqual(parse(path), { tag: "Home" })
    }
    for (const path of ["/c/lobby/0", "/c/lobby/-1", "/c/lobby/1e9", "/c/lobby/99999999999999999999"]) {
      assert.deepStrictEqual(parse(path), { tag: "Channel", channel: "lobby", seq: undefined })
    }
    assert.deepStrictEqual(parse("/join/abc"), { tag: "Join", code: "abc" })
    assert.deepStrictEqual(parse("/invite/abc"), { tag: "Invite", code: "abc" })
  })
})

describe("how messages stand below one another", () => {
  const minute = 60_000
  const dayOf = (at: number) => Math.floor(at / (24 * 60 * minute))

  it("by author, as long as they follow soon", () => {
    const rows = rowsOf(
      [
        message(1, "ann", 0),
        message(2, "ann", minute),
        message(3, "bob", 2 * minute),
        message(4, "ann", 3 * minute),
        message(5, "ann", 30 * minute),
      ],
      undefined,
      dayOf,
      "carl",
    )
    assert.deepStrictEqual(
      rows.map(({ isHead }) => isHead),
      [true, false, true, true, true],
    )
  })

  it("by day, and with one line above the first that is new and not one's own", () => {
    const day = 24 * 60 * minute
    const messages = [message(1, "ann", day - minute), message(2, "bob", day), message(3, "ann", day + 1)]
    const rows = rowsOf(messages, 1, dayOf, "bob")
    assert.deepStrictEqual(
      rows.map(({ beginsDay }) => beginsDay),
      [true, true, false],
    )
    assert.deepStrictEqual(
      rows.map(({ isFirstNew }) => isFirstNew),
      [false, false, true],
    )
    assert.isFalse(rowsOf(messages, undefined, dayOf, "bob").some(({ isFirstNew }) => isFirstNew))
  })
})
