import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Roster } from "../../src/client/Roster.ts"
import { Joined, Presence, type ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"

const people = (names: ReadonlyArray<string>) => names.map((username) => ({ username, status: "online" }))

const joined = (names: ReadonlyArray<string>, presence: number) =>
  Schema.decodeUnknownSync(Joined)({
    type: "Joined",
    channel: "lobby",
    topic: "",
    seq: 0,
    count: names.length,
    members: people(names),
    presence,
  })

const change = (version: number, count: number, of: { joined?: Array<string>; left?: Array<string>; full?: true }) =>
  Schema.decodeUnknownSync(Presence)({
    type: "Presence",
    channel: "lobby",
    version,
    count,
    ...(of.joined === undefined ? {} : { joined: people(of.joined) }),
    ...(of.left === undefined ? {} : { left: of.left }),
    ...(of.full === undefined ? {} : { full: of.full }),
  })

const strings = (names: ReadonlyArray<string>): ReadonlyArray<string> => names
const apply = (roster: Roster, presence: ServerFrameOf<"Presence">) => {
  const { joined, left } = roster.apply(presence)
  return { joined: strings(joined), left: strings(left) }
}

describe("Roster", () => {
  it("follows who comes and goes", () => {
    const roster = new Roster(joined(["ann", "bob"], 4))
    assert.deepStrictEqual(apply(roster, change(5, 2, { joined: ["cy"], left: ["ann"] })), {
      joined: ["cy"],
      left: ["ann"],
    })
    assert.deepStrictEqual(strings(roster.names), ["bob", "cy"])
    assert.strictEqual(roster.count, 2)
  })

  it("knows already what the list it began with includes", () => {
    const roster = new Roster(joined(["ann"], 4))
    assert.deepStrictEqual(apply(roster, change(4, 0, { left: ["ann"] })), { joined: [], left: [] })
    assert.deepStrictEqual(strings(roster.names), ["ann"])
  })

  it("reports nobody twice", () => {
    const roster = new Roster(joined(["ann"], 0))
    assert.deepStrictEqual(apply(roster, change(1, 1, { joined: ["ann"], left: ["bob"] })), { joined: [], left: [] })
  })

  it("finds the changes in a whole list", () => {
    const roster = new Roster(joined(["ann", "bob"], 0))
    assert.deepStrictEqual(apply(roster, change(9, 2, { joined: ["bob", "cy"], full: true })), {
      joined: ["cy"],
      left: ["ann"],
    })
    assert.deepStrictEqual(strings(roster.names), ["bob", "cy"])
  })

  it("counts where the channel is too large for a list", () => {
    const roster = new Roster(joined([], 0))
    roster.apply(change(1, 612, {}))
    assert.strictEqual(roster.count, 612)
    assert.deepStrictEqual(strings(roster.names), [])
  })
})
