import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { ChannelEvent } from "../../../src/domain/ChannelEvent.ts"
import { Administration } from "../../../src/hub/channel/Administration.ts"
import { ChannelCommand, MessageChange, Outcome } from "../../../src/hub/channel/ChannelCommand.ts"
import { encodeMessage } from "../../../src/hub/nodes/NodeCodec.ts"
import { NodeMessage } from "../../../src/hub/nodes/NodeMessage.ts"
import { readBatch } from "../../../src/hub/nodes/otherReleases.ts"
import { Notice } from "../../../src/peers/Notice.ts"

const read = (...values: ReadonlyArray<unknown>) => Result.getOrThrow(readBatch(JSON.stringify(values)))

const by = { user: { id: "u1", name: "ann", role: "member" } }
const said = { type: "Message", seq: 1, from: { id: "u1", name: "ann" }, timestamp: 1, id: "m1", content: "hi" }
const turn = { type: "Turn", link: 1, channel: "den", events: [said], answers: [], waiting: 0 }

describe("what a node of a later release says", () => {
  it("a message that there is not is left out, and the others of its batch are there", () => {
    const { messages, unread } = read({ type: "Wave" }, { type: "Brought", request: 1 })
    assert.deepStrictEqual(messages, [{ type: "Brought", request: 1 }])
    assert.deepStrictEqual(unread, [{ what: 'a message "Wave"', answer: undefined }])
  })

  it("whoever waits for an answer is told that it was not understood", () => {
    const ping = { type: "Command", link: 3, command: { type: "Pin", by, request: 9, seq: 1 } }
    const act = { type: "Command", link: 3, command: { type: "Administer", by, request: 10, act: { type: "Merge" } } }
    const silent = { type: "Command", link: 3, command: { type: "Wave" } }
    const end = { type: "Disconnect", request: 6, selection: { kind: "colour" }, reason: "Shutdown" }
    const post = { type: "Post", request: 7, post: { key: ["a", "b"] } }
    const { messages, unread } = read({ type: "Ask", request: 5 }, ping, act, silent, end, post)
    assert.deepStrictEqual(messages, [])
    assert.deepStrictEqual(
      unread.map(({ answer }) => answer),
      [
        { type: "NotUnderstood", request: 5 },
        { type: "NotUnderstood", request: 9, link: 3 },
        { type: "NotUnderstood", request: 10, link: 3 },
        undefined,
        { type: "NotUnderstood", request: 6 },
        { type: "NotUnderstood", request: 7 },
      ],
    )
  })

  it("an event that there is not is left out of its turn, and an answer becomes a refusal", () => {
    const answers = [{ request: 4, outcome: { type: "Pinned" } }]
    const { messages, unread } = read({ ...turn, events: [{ type: "Waved" }, said], answers })
    const [message] = messages
    assert.deepStrictEqual(unread, [])
    assert.strictEqual(message?.type, "Turn")
    if (message?.type !== "Turn") return
    assert.deepStrictEqual(
      message.events.map(({ type }) => type),
      ["Message"],
    )
    const outcome = message.answers[0]?.outcome
    assert.strictEqual(outcome?.type === "Refused" ? outcome.error.reason : undefined, "NotSupported")
  })

  it("notices and events for users that there are not are left out", () => {
    const { messages, unread } = read(
      { type: "Told", notice: { type: "Weather" } },
      { type: "Tell", user: "u1", event: { type: "Waved" } },
    )
    assert.deepStrictEqual(messages, [])
    assert.deepStrictEqual(
      unread.map(({ answer }) => answer),
      [undefined, undefined],
    )
  })

  it("fields that there are not are passed over", () => {
    const { messages, unread } = read({ type: "Brought", request: 1, colour: "red" }, { ...turn, colour: "red" })
    assert.deepStrictEqual(unread, [])
    assert.strictEqual(messages.length, 2)
  })

  const wrong: ReadonlyArray<unknown> = [
    null,
    { type: 7 },
    { ...turn, link: "1" },
    { ...turn, events: [{ ...said, from: 1 }] },
    { type: "Brought", request: "1" },
    { type: "Online", all: 1, users: [] },
    { type: "Command", link: "3", command: { type: "Pin", request: 9 } },
  ]
  for (const value of wrong) {
    it(`is what no release says: ${JSON.stringify(value).slice(0, 60)}`, () => {
      assert.isTrue(Result.isFailure(readBatch(JSON.stringify([value]))))
    })
  }
})

interface Typed {
  readonly members: ReadonlyArray<{ readonly fields: { readonly type: { readonly literal: string } } }>
}

const typesOf = (union: Typed) => union.members.map(({ fields }) => fields.type.literal)

/** What nodes said when this was the only version, as it went over their links. */
const recorded = readFileSync(new URL("../../fixtures/nodes/version-1.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")

describe("what nodes of version 1 say", () => {
  it("is read by this release, word for word", () => {
    for (const line of recorded) {
      const { messages, unread } = Result.getOrThrow(readBatch(`[${line}]`))
      assert.deepStrictEqual(unread, [])
      assert.strictEqual(messages.length, 1, line)
      assert.deepStrictEqual(JSON.parse(encodeMessage(messages[0]!)), JSON.parse(line))
    }
  })

  const unions = { NodeMessage, ChannelCommand, ChannelEvent, Outcome, Administration, MessageChange, Notice }
  for (const [name, union] of Object.entries(unions)) {
    it(`has each ${name}`, () => {
      // One that is new is recorded here, too: later releases have to read it.
      const missing = typesOf(union).filter((type) => !recorded.some((line) => line.includes(`"type":"${type}"`)))
      assert.deepStrictEqual(missing, [])
    })
  }
})
