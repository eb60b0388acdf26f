/** A list that many get is written once, and what they get is the same as if it had been written for each. */
import { assert, describe, it } from "@effect/vitest"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { Username } from "../../src/domain/Username.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { lengthPrefixed, messages } from "../../src/protocol/Framing.ts"
import type { Member, ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"
import { deflate } from "../../src/transport/Zlib.ts"

const members: ReadonlyArray<Member> = Array.from({ length: 500 }, (_, n) => ({
  username: Username.make(`user ${n} "members":[]`),
  status: "online",
}))

const joined = (topic: string, list: ReadonlyArray<Member>, ref?: number): ServerFrameOf<"Joined"> => ({
  type: "Joined",
  ...(ref === undefined ? {} : { ref }),
  channel: ChannelName.make("lobby"),
  topic: Topic.make(topic),
  seq: Seq.make(2 ** 40 + 0x90),
  count: list.length,
  members: list,
  presence: 7,
})

describe.each(["json", "msgpack"] as const)("a list in %s", (codec) => {
  describe.each([
    ["length-prefixed", lengthPrefixed, undefined],
    ["in messages", messages, undefined],
    ["compressed", lengthPrefixed, deflate],
  ] as const)("%s", (_, framing, compressor) => {
    const encoding = Encoding.server2(codec, compressor, framing)

    it.each([
      ["of nobody", []],
      ["of one", members.slice(0, 1)],
      ["of many", members],
    ])("%s lies where it belongs, whatever is around it", (_, list) => {
      for (const topic of ["", 'say "members":[] and \\"members\\":[]', "$& $1 §members é"]) {
        for (const ref of [undefined, 0, 2 ** 53 - 1]) {
          const frame = joined(topic, list, ref)
          assert.deepStrictEqual(
            Buffer.from(encoding.encodeWithList(frame, "members")),
            Buffer.from(encoding.encode(frame)),
          )
        }
      }
    })
  })

  it("may be the last of a frame's fields", () => {
    for (const usernames of [[], [Username.make("ann")], members.map(({ username }) => username)]) {
      for (const compressor of [undefined, deflate]) {
        const encoding = Encoding.server2(codec, compressor)
        const frame = { type: "Blocked", ref: 3, usernames } as const
        assert.deepStrictEqual(
          Buffer.from(encoding.encodeWithList(frame, "usernames")),
          Buffer.from(encoding.encode(frame)),
        )
      }
    }
  })

  it("is written behind what was written before, and keeps it", () => {
    const encoding = Encoding.server2(codec)
    const frames = [1, 200, 3, 500, 1].map((length, ref) => joined("", members.slice(0, length), ref))
    const written = frames.map((frame) => encoding.encodeWithList(frame, "members"))
    const kept = written.map((bytes) => bytes.slice())
    for (let n = 0; n < 100; n++) encoding.encode({ type: "Ok", ref: n })
    assert.deepStrictEqual(written, kept)
    assert.deepStrictEqual(
      kept.map((bytes) => Buffer.from(bytes)),
      frames.map((frame) => Buffer.from(encoding.encode(frame))),
    )
  })

  it("is not written again while it is the same", () => {
    const encoding = Encoding.server2(codec)
    let reads = 0
    const counted: ReadonlyArray<Member> = [
      {
        username: Username.make("ann"),
        get status() {
          reads++
          return "online" as const
        },
      },
    ]
    for (let n = 0; n < 10; n++) encoding.encodeWithList(joined("", counted, n), "members")
    assert.isAtMost(reads, 2)
    const before = reads
    encoding.encodeWithList(joined("", [...counted]), "members")
    assert.isAbove(reads, before)
  })
})
