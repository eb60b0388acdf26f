import { assert, describe, it } from "@effect/vitest"
import { lobby } from "../../src/domain/ChannelName.ts"
import { FanOut } from "../../src/hub/FanOut.ts"
import { defaultBounds, Outbox } from "../../src/hub/audience/Outbox.ts"
import { Encoded } from "../../src/protocol/Encoded.ts"
import { encodings, member, user } from "./fixture.ts"

/** Members whose links note the very bytes they get. */
const crowd = (...kinds: ReadonlyArray<keyof typeof encodings>) => {
  const members = kinds.map((kind, n) => {
    const writes: Array<ReadonlyArray<Uint8Array>> = []
    const outbox = new Outbox(defaultBounds, {
      send: (batch) => {
        writes.push(batch)
        return true
      },
      onOverflow: () => assert.fail(),
    })
    return { ...member(`user ${n}`, { encoding: encodings[kind] }), outbox, writes }
  })
  const byName = new Map(members.map((who) => [who.session, who]))
  return { members, fanOut: new FanOut(byName) }
}

const joined = (name: string) => new Encoded({ v1: () => ({ type: "UserJoined", username: name }) })

describe("FanOut", () => {
  it("a turn is one piece of bytes, made once for each encoding and shared by its members", () => {
    const { fanOut, members } = crowd("v1", "v1", "v1")
    for (const name of ["a", "b", "c"]) fanOut.chat(joined(name), 100)
    fanOut.flush()
    const pieces = members.map(({ writes }) => {
      assert.lengthOf(writes, 1)
      assert.lengthOf(writes[0]!, 1)
      return writes[0]![0]!
    })
    assert.strictEqual(new Set(pieces).size, 1)
    const text = new TextDecoder().decode(pieces[0])
    for (const name of ["a", "b", "c"]) assert.include(text, `"${name}"`)
  })

  it("it is made once for each encoding too where members with different ones take turns", () => {
    const { fanOut, members } = crowd("v1", "msgpack", "v1", "msgpack")
    const typing = new Encoded({ v2: () => ({ type: "UserTyping", channel: lobby, username: user("a").name }) })
    // Several events: what an event alone looks like, it remembers by itself.
    for (const event of [joined("a"), typing, joined("b"), typing]) fanOut.chat(event, 100)
    fanOut.flush()
    const pieces = members.map(({ writes }) => writes[0]?.[0])
    assert.strictEqual(pieces[0], pieces[2])
    assert.strictEqual(pieces[1], pieces[3])
    assert.notStrictEqual(pieces[0], pieces[1])
  })

  it("who has no word for it is not told", () => {
    const { fanOut, members } = crowd("v1", "json")
    fanOut.chat(joined("a"), 100)
    fanOut.flush()
    assert.deepStrictEqual(
      members.map(({ writes }) => writes.length),
      [1, 0],
    )
  })

  it("leaves in pieces that fit in an outbox: of 512 frames, or of 128 KiB", () => {
    const byFrames = crowd("v1")
    for (let n = 0; n < 1100; n++) byFrames.fanOut.chat(joined("a"), 100)
    byFrames.fanOut.flush()
    const size = joined("a").bytes(encodings.v1.server)!.byteLength
    assert.deepStrictEqual(
      byFrames.members[0]!.writes.map((batch) => batch.map(({ byteLength }) => byteLength / size)),
      [[512], [512], [76]],
    )
    const byBytes = crowd("v1")
    for (let n = 0; n < 10; n++) byBytes.fanOut.chat(joined("a"), 32 * 1024)
    byBytes.fanOut.flush()
    assert.deepStrictEqual(
      byBytes.members[0]!.writes.map((batch) => batch.map(({ byteLength }) => byteLength / size)),
      [[4], [4], [2]],
    )
  })

  it("an aside goes to everybody but the user it is about, beside what is gathered", () => {
    const { fanOut, members } = crowd("v1", "v1")
    fanOut.chat(joined("chat"), 100)
    fanOut.aside("typing", joined("aside"), user("user 0"))
    fanOut.flush()
    assert.deepStrictEqual(
      members.map(({ writes }) => writes.flat().length),
      [1, 2],
    )
  })
})
