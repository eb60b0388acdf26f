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
    first: 1,
    access: "public",
    count: names.length,
    members: people(names),
    presence,
  })

interface Change {
  joined?: Array<string>
  left?: Array<string>
  changed?: Array<[name: string, status: string]>
  full?: true
}

const change = (version: number, count: number, of: Change) =>
  Schema.decodeUnknownSync(Presence)({
    type: "Presence",
    channel: "lobby",
    version,
    count,
    ...(of.joined === undefined ? {} : { joined: people(of.joined) }),
    ...(of.left === undefined ? {} : { left: of.left }),
    ...(of.changed === undefined ? {} : { changed: of.changed.map(([username, status]) => ({ username, status })) }),
    ...(of.full === undefined ? {} : { full: of.full }),
  })

const strings = (names: ReadonlyArray<string>): ReadonlyArray<string> => names
const apply = (before: Roster, presence: ServerFrameOf<"Presence">) => {
  const { changed, joined, left, roster } = before.apply(presence)
  return {
    joined: strings(joined),
    left: strings(left),
    changed: changed.map(({ status, username }) => `${username} ${status}`),
    here: strings(roster.names),
    count: roster.count,
  }
}

describe("Roster", () => {
  it("follows who comes and goes", () => {
    const roster = Roster.of(joined(["ann", "bob"], 4))
    assert.deepStrictEqual(apply(roster, change(5, 2, { joined: ["cy"], left: ["ann"] })), {
      joined: ["cy"],
      left: ["ann"],
      changed: [],
      here: ["bob", "cy"],
      count: 2,
    })
    assert.deepStrictEqual(strings(roster.names), ["ann", "bob"])
  })

  it("knows already what the list it began with includes", () => {
    const { here, left } = apply(Roster.of(joined(["ann"], 4)), change(4, 0, { left: ["ann"] }))
    assert.deepStrictEqual([here, left], [["ann"], []])
  })

  it("reports nobody twice", () => {
    const once = apply(Roster.of(joined(["ann"], 0)), change(1, 1, { joined: ["ann"], left: ["bob"] }))
    assert.deepStrictEqual([once.joined, once.left, once.changed], [[], [], []])
  })

  it("finds the changes in a whole list", () => {
    const whole = change(9, 2, { joined: ["bob", "cy"], full: true })
    assert.deepStrictEqual(apply(Roster.of(joined(["ann", "bob"], 0)), whole), {
      joined: ["cy"],
      left: ["ann"],
      changed: [],
      here: ["bob", "cy"],
      count: 2,
    })
  })

  it("follows a status", () => {
    const away = apply(Roster.of(joined(["ann", "bob"], 0)), change(1, 2, { changed: [["ann", "away"]] }))
    assert.deepStrictEqual([away.changed, away.here], [["ann away"], ["ann", "bob"]])
    const again = apply(Roster.of(joined(["ann"], 0)), change(1, 1, { changed: [["ann", "online"]] }))
    assert.deepStrictEqual(again.changed, [])
  })

  it("counts where the channel has become too large for a list", () => {
    const large = apply(Roster.of(joined(["ann"], 0)), change(1, 612, {}))
    assert.deepStrictEqual([large.count, large.here, large.left], [612, [], []])
  })
})
