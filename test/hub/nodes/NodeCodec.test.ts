import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { requesterOf } from "../../../src/chat/Caller.ts"
import { UserId } from "../../../src/domain/User.ts"
import { Username } from "../../../src/domain/Username.ts"
import { decodeBatch, encodeMessage, joinBatch } from "../../../src/hub/nodes/NodeCodec.ts"
import { NodeMessage } from "../../../src/hub/nodes/NodeMessage.ts"
import { isFrequent } from "../../../src/hub/nodes/frequent.ts"

const bySchema = Schema.encodeSync(Schema.toCodecJson(NodeMessage))
const decoded = Schema.decodeUnknownSync(Schema.toCodecJson(NodeMessage))

const by = { user: { id: "u1", name: "ann", role: "member" }, address: "127.0.0.1", session: "tcp-1", limited: true }
const said = { type: "Message", seq: 1, from: { id: "u1", name: "ann" }, timestamp: 1, id: "m1", content: "hi" }
const published = { request: 1, outcome: { type: "Published", seq: 1, timestamp: 1, durability: "disk" } }
const publish = { type: "Command", link: 1, command: { type: "Publish", by, request: 1, id: "m1", content: "hi" } }
const turn = { type: "Turn", link: 1, channel: "den", events: [said, said], answers: [published], waiting: 0 }

const read = (...values: ReadonlyArray<unknown>) => decodeBatch(JSON.stringify(values))

describe("what nodes say to each other", () => {
  const refused = { request: 2, outcome: { type: "Refused", error: { reason: "Forbidden", retryAfter: 1000 } } }

  it("events stand beside an answer that has more than JSON has words for", () => {
    const message = decoded({ ...turn, answers: [published, refused] })
    const [arrived] = Result.getOrThrow(decodeBatch(joinBatch([encodeMessage(message)])))
    assert.deepStrictEqual(JSON.stringify(bySchema(arrived!)), JSON.stringify(bySchema(message)))
  })

  /** As sessions have it, of whatever kind they are. */
  const ann = { id: UserId.make("u1"), name: Username.make("ann"), role: "guest" } as const
  const byAnybody = [undefined, { operations: [], channels: [], since: 1 }].map((scope) => {
    const value = { ...publish, command: { ...publish.command, by: requesterOf({ user: ann, scope }, "::1") } }
    return JSON.parse(JSON.stringify(value)) as typeof publish
  })
  const answers = { ...publish, command: { ...publish.command, replyTo: 1 } }
  const answered = { ...turn, events: [{ ...said, seq: 2, replyTo: 1 }] }

  for (const value of [
    publish,
    ...byAnybody,
    answers,
    turn,
    answered,
    { ...turn, events: [] },
    { ...turn, answers: [] },
  ]) {
    it(`is the same whichever way it is written and read: ${JSON.stringify(value).slice(0, 60)}`, () => {
      const message = decoded(value)
      assert.isTrue(isFrequent(value))
      assert.deepStrictEqual(JSON.parse(encodeMessage(message)), JSON.parse(JSON.stringify(bySchema(message))))
      const [arrived] = Result.getOrThrow(decodeBatch(joinBatch([encodeMessage(message)])))
      assert.deepStrictEqual(arrived, message)
    })
  }

  it("the texts of one turn are not those of another", () => {
    const other = { ...turn, events: [{ ...said, content: "ho" }] }
    const texts = [turn, other, turn].map((value) => encodeMessage(decoded(value)))
    const messages = Result.getOrThrow(decodeBatch(joinBatch(texts)))
    assert.deepStrictEqual(
      messages,
      [turn, other, turn].map((value) => decoded(value)),
    )
  })

  const wrong: ReadonlyArray<readonly [string, unknown]> = [
    ["no list", undefined],
    ["a type that there is not", { type: "Say", link: 1 }],
    ["no link", { ...turn, link: "1" }],
    ["a channel that is none", { ...turn, channel: 1 }],
    ["an event without its place", { ...turn, events: [{ ...said, seq: undefined }] }],
    ["an event of nobody", { ...turn, events: [{ ...said, from: { id: "u1" } }] }],
    ["an answer to what is no place", { ...turn, events: [{ ...said, replyTo: "1" }] }],
    ["a content that is no text", { ...turn, events: [{ ...said, content: {} }] }],
    ["an answer to nothing", { ...turn, answers: [{ ...published, request: "1" }] }],
    [
      "a message as safe as nothing is",
      { ...turn, answers: [{ request: 1, outcome: { ...published.outcome, durability: "tape" } }] },
    ],
    [
      "a requester who is none",
      { ...publish, command: { ...publish.command, by: { user: { id: "u1", name: "ann" } } } },
    ],
    [
      "a role that there is not",
      { ...publish, command: { ...publish.command, by: { user: { ...by.user, role: "king" } } } },
    ],
    ["a command without its number", { ...publish, command: { ...publish.command, request: undefined } }],
  ]
  for (const [what, value] of wrong) {
    it(`${what} is told`, () => {
      const result = value === undefined ? decodeBatch("{}") : read(publish, value)
      assert.isTrue(Result.isFailure(result))
    })
  }

  it("what is not JSON is told", () => {
    assert.isTrue(Result.isFailure(decodeBatch("[")))
  })

  it("a message with more than the frequent ones have is read by its schema", () => {
    const edited = { ...turn, events: [{ ...said, edited: 2 }] }
    assert.isFalse(isFrequent(edited))
    assert.deepStrictEqual(Result.getOrThrow(read(edited)), [decoded(edited)])
  })
})
