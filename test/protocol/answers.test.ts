/** What version 2 answers to each request: with all there is to say, and without what there is not. Nothing checks it on its way. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { AddressRange } from "../../src/domain/AddressRange.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Entry, type Message } from "../../src/domain/Entry.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { encoder } from "../../src/protocol/internal/frameSchema.ts"
import * as render from "../../src/protocol/v2/render.ts"
import * as Frames from "../../src/protocol/v2/ServerFrame.ts"

const channel = ChannelName.make("den")
const attic = ChannelName.make("attic")
const ann = { id: UserId.make("a-1"), name: Username.make("ann") }
const bob = { id: UserId.make("b-2"), name: Username.make("bob") }
const timestamp = 1_700_000_000_999
const seq = (place: number) => Seq.make(place)

const write = encoder(Frames.all)

/** As it is on the wire: fields have an order. */
const text = (frame: object) => JSON.stringify(frame)

const said = (frame: Frames.ServerFrame) => {
  assert.strictEqual(text(frame), text(write(frame)))
  return text(frame)
}

const entry = (fields: object) => Schema.decodeUnknownSync(Entry)(fields)
const message = (fields: object) =>
  entry({ type: "Message", seq: 3, from: ann, content: "Tea?", timestamp, ...fields }) as Message

const plain = { type: "Message", seq: 3, from: "ann", user_id: "a-1", content: "Tea?", timestamp }

describe("an answer", () => {
  it("is for the request that it has the number of, 0 too", () => {
    assert.strictEqual(said(render.ok(0)), text({ type: "Ok", ref: 0 }))
    assert.strictEqual(said(render.ok(7)), text({ type: "Ok", ref: 7 }))
    assert.strictEqual(said(render.ok(undefined)), text({ type: "Ok" }))
    assert.strictEqual(said(render.left(7, channel)), text({ type: "Left", ref: 7, channel }))
    assert.strictEqual(said(render.left(undefined, channel)), text({ type: "Left", channel }))
  })

  it("to what was said has its place, and how safe it is", () => {
    const stored = { seq: seq(3), timestamp, durability: "disk" } as const
    const rest = { channel, id: "m-1", seq: 3, timestamp, durability: "disk" }
    assert.strictEqual(
      said(render.published(0, channel, MessageId.make("m-1"), stored)),
      text({ type: "Published", ref: 0, ...rest }),
    )
    assert.strictEqual(
      said(render.published(undefined, channel, MessageId.make("m-1"), stored)),
      text({ type: "Published", ...rest }),
    )
  })

  it("to a login has who one is, and a token where there is one", () => {
    const user = { ...ann, role: "member" } as const
    const rest = { user_id: "a-1", username: "ann", role: "member", session: "s-1" }
    assert.strictEqual(
      said(render.loggedIn(1, user, "s-1", "nat_x")),
      text({ type: "LoggedIn", ref: 1, ...rest, token: "nat_x" }),
    )
    assert.strictEqual(said(render.loggedIn(undefined, user, "s-1", undefined)), text({ type: "LoggedIn", ...rest }))
  })
})

describe("history", () => {
  const page = (...entries: ReadonlyArray<Entry>) =>
    render.historyPage(2, channel, { entries, first: seq(1), more: true })
  const paged = (...entries: ReadonlyArray<object>) => ({
    type: "HistoryPage",
    ref: 2,
    channel,
    entries,
    first: 1,
    more: true,
  })

  it("has a message as it is now", () => {
    assert.strictEqual(said(page(message({}))), text(paged(plain)))
    assert.strictEqual(
      said(
        page(
          message({
            id: "m-1",
            edited: 4,
            reactions: [
              { reaction: "👍", users: [ann, bob] },
              { reaction: "tea", users: [bob] },
            ],
          }),
          message({ deleted: true, content: "" }),
        ),
      ),
      text(
        paged(
          {
            type: "Message",
            seq: 3,
            id: "m-1",
            from: "ann",
            user_id: "a-1",
            content: "Tea?",
            timestamp,
            edited: 4,
            reactions: [
              { reaction: "👍", users: ["ann", "bob"] },
              { reaction: "tea", users: ["bob"] },
            ],
          },
          { ...plain, content: "", deleted: true },
        ),
      ),
    )
  })

  it("has every other entry, and where it ends", () => {
    const change = { target: 3, from: bob, timestamp }
    assert.strictEqual(
      said(
        page(
          entry({ type: "Edited", seq: 4, id: "e-1", content: "Coffee?", ...change }),
          entry({ type: "Deleted", seq: 5, id: "d-1", ...change }),
          entry({ type: "Reacted", seq: 6, id: "r-1", reaction: "👍", on: false, ...change }),
        ),
      ),
      text(
        paged(
          { type: "Edited", seq: 4, id: "e-1", target: 3, from: "bob", user_id: "b-2", content: "Coffee?", timestamp },
          { type: "Deleted", seq: 5, id: "d-1", target: 3, from: "bob", user_id: "b-2", timestamp },
          {
            type: "Reacted",
            seq: 6,
            id: "r-1",
            target: 3,
            from: "bob",
            user_id: "b-2",
            reaction: "👍",
            on: false,
            timestamp,
          },
        ),
      ),
    )
    assert.strictEqual(
      said(render.historyPage(undefined, channel, { entries: [], first: seq(9), more: false })),
      text({
        type: "HistoryPage",
        channel,
        entries: [],
        first: 9,
        more: false,
      }),
    )
  })
})

describe("a page", () => {
  it("of what was found says where, and where to go on", () => {
    assert.strictEqual(
      said(render.searchResult(2, { hits: [{ channel, message: message({}) }], next: "x" })),
      text({
        type: "SearchResult",
        ref: 2,
        hits: [{ channel, message: plain }],
        next: "x",
      }),
    )
    assert.strictEqual(
      said(render.searchResult(undefined, { hits: [], next: undefined })),
      text({ type: "SearchResult", hits: [] }),
    )
  })

  it("of channels, and of what is unread there", () => {
    const listed = [{ channel, topic: Topic.make("Tea"), count: 2 }]
    assert.strictEqual(
      said(render.channels(2, { channels: listed, next: attic })),
      text({
        type: "Channels",
        ref: 2,
        channels: listed,
        next: "attic",
      }),
    )
    assert.strictEqual(
      said(render.channels(undefined, { channels: [], next: undefined })),
      text({ type: "Channels", channels: [] }),
    )
    const unread = [{ channel, read: seq(1), last: seq(3), unread: 2 }]
    assert.strictEqual(
      said(render.unread(2, { channels: unread, next: "x" })),
      text({
        type: "Unread",
        ref: 2,
        channels: unread,
        next: "x",
      }),
    )
    assert.strictEqual(
      said(render.unread(undefined, { channels: [], next: undefined })),
      text({ type: "Unread", channels: [] }),
    )
  })

  it("of what was done with rights, and to whom", () => {
    const entries = [
      { number: 12, timestamp, by: ann, action: "Ban", whom: bob, detail: "noise" },
      { number: 11, timestamp, by: ann, action: "Configure" },
    ]
    assert.strictEqual(
      said(render.auditLog(2, channel, { entries, next: 0 })),
      text({
        type: "AuditLog",
        ref: 2,
        channel,
        entries: [
          { number: 12, timestamp, by: "ann", action: "Ban", username: "bob", detail: "noise" },
          { number: 11, timestamp, by: "ann", action: "Configure" },
        ],
        next: 0,
      }),
    )
    assert.strictEqual(
      said(render.auditLog(undefined, channel, { entries: [], next: undefined })),
      text({
        type: "AuditLog",
        channel,
        entries: [],
      }),
    )
  })

  it("of those one does not want to hear", () => {
    assert.strictEqual(
      said(render.blocked(2, [bob, ann])),
      text({ type: "Blocked", ref: 2, usernames: ["bob", "ann"] }),
    )
    assert.strictEqual(said(render.blocked(undefined, [])), text({ type: "Blocked", usernames: [] }))
  })
})

describe("a channel", () => {
  const usual = {
    topic: Topic.make("Tea"),
    access: "private",
    archived: false,
    slowMode: 500,
    durability: "disk",
    roles: [{ username: ann.name, role: "owner" }],
  } as const
  const settings = { topic: "Tea", access: "private", archived: false, slow_mode: 500, durability: "disk" }

  it("is described with all that is known of it, or what a stranger may know", () => {
    assert.strictEqual(
      said(render.channelInfo(undefined, channel, usual)),
      text({
        type: "ChannelInfo",
        channel,
        ...settings,
        roles: [{ username: "ann", role: "owner" }],
      }),
    )
    assert.strictEqual(
      said(
        render.channelInfo(2, channel, {
          ...usual,
          createdAt: 0,
          role: "owner",
          sanctions: [
            { kind: "ban", username: bob.name, until: timestamp, by: ann.name, reason: "noise" },
            { kind: "mute", address: AddressRange.make("192.0.2.0/24"), by: ann.name },
          ],
        }),
      ),
      text({
        type: "ChannelInfo",
        ref: 2,
        channel,
        ...settings,
        created: 0,
        role: "owner",
        roles: [{ username: "ann", role: "owner" }],
        sanctions: [
          { kind: "ban", username: "bob", until: timestamp, by: "ann", reason: "noise" },
          { kind: "mute", address: "192.0.2.0/24", by: "ann" },
        ],
      }),
    )
    assert.strictEqual(
      said(render.channelInfo(2, channel, { ...usual, sanctions: [] })),
      text({
        type: "ChannelInfo",
        ref: 2,
        channel,
        ...settings,
        roles: [{ username: "ann", role: "owner" }],
        sanctions: [],
      }),
    )
    assert.strictEqual(
      said(render.channelInfo(2, channel, { ...usual, sanctions: [], more: true })),
      text({
        type: "ChannelInfo",
        ref: 2,
        channel,
        ...settings,
        roles: [{ username: "ann", role: "owner" }],
        sanctions: [],
        more: true,
      }),
    )
  })
})
