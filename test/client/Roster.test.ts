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

  it("begins with who is listed, and counts those who are not", () => {
    const roster = Roster.of({ ...joined(["ann"], 4), count: 612 })
    assert.deepStrictEqual([roster.count, strings(roster.names)], [612, ["ann"]])
    const after = apply(roster, change(5, 613, { joined: ["bob"] }))
    assert.deepStrictEqual([after.count, after.here], [613, ["ann", "bob"]])
  })

  it("forgets the names where it only counts, and learns them from the next list", () => {
    const { roster: counted } = Roster.of(joined(["ann"], 0)).apply(change(1, 612, {}))
    const listed = apply(counted, change(2, 2, { joined: ["ann", "bob"], full: true }))
    assert.deepStrictEqual([listed.joined, listed.left, listed.count], [["ann", "bob"], [], 2])
    // Nobody: not a mere count.
    assert.deepStrictEqual(apply(counted, change(2, 0, { left: ["ann"] })).left, [])
    for (const emptied of [{ left: [] }, { joined: [] }, { changed: [] }]) {
      assert.deepStrictEqual(apply(Roster.of(joined(["ann"], 0)), change(1, 1, emptied)).here, ["ann"])
    }
    const nobody = apply(Roster.of(joined(["ann"], 0)), change(1, 0, { full: true }))
    assert.deepStrictEqual([nobody.here, nobody.left], [[], ["ann"]])
  })

  it("applies each state once", () => {
    const { roster } = Roster.of(joined(["ann"], 4)).apply(change(6, 2, { joined: ["bob"] }))
    assert.deepStrictEqual(roster.apply(change(6, 1, { left: ["bob"] })), { roster, joined: [], left: [], changed: [] })
    assert.strictEqual(roster.apply(change(5, 1, { left: ["bob"] })).roster, roster)
    assert.deepStrictEqual(apply(roster, change(7, 1, { left: ["bob"] })).here, ["ann"])
  })

  it("follows a text beside a status, and who comes anew with another one", () => {
    const member = (text: string) => ({ username: "ann" as never, status: "online" as const, text: text as never })
    const { roster } = Roster.of(joined(["ann"], 0)).apply({ ...change(1, 1, {}), changed: [member("tea")] })
    assert.deepStrictEqual(roster.members.get("ann" as never), member("tea"))
    assert.deepStrictEqual(roster.apply({ ...change(2, 1, {}), changed: [member("tea")] }).changed, [])
    assert.deepStrictEqual(roster.apply({ ...change(2, 1, {}), changed: [member("cake")] }).changed, [member("cake")])
    const back = roster.apply({ ...change(2, 1, {}), joined: [member("cake")] })
    assert.deepStrictEqual([back.joined, back.changed], [[], [member("cake")]])
    const stranger = roster.apply(change(2, 1, { changed: [["bob", "away"]] }))
    assert.deepStrictEqual([stranger.changed, strings(stranger.roster.names)], [[], ["ann", "bob"]])
  })
})
