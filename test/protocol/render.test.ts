/** What each protocol says of what happens. Nothing goes through the schemas again on its way: what is made here is sent. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { ChannelEvent, UserEvent, Welcome } from "../../src/domain/ChannelEvent.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { encoder } from "../../src/protocol/internal/frameSchema.ts"
import * as Messages from "../../src/protocol/v1/Message.ts"
import * as render1 from "../../src/protocol/v1/render.ts"
import { disconnectFrame, errorFrame } from "../../src/protocol/v2/ErrorFrame.ts"
import * as render2 from "../../src/protocol/v2/render.ts"
import * as Frames from "../../src/protocol/v2/ServerFrame.ts"

const channel = ChannelName.make("den")
const ann = { id: UserId.make("a-1"), name: Username.make("ann") }
const bob = { id: UserId.make("b-2"), name: Username.make("bob") }
const timestamp = 1_700_000_000_999
const present = { username: "ann", status: "away", text: "tea" } as const
const file = {
  id: "01935530-1b2c-7d3e-8f40-a1b2c3d4e5f6",
  name: "tea.jpg",
  size: 1_234_567,
  mediaType: "image/jpeg",
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
const welcome: typeof Welcome.Encoded = {
  id: "c-1",
  topic: "Tea",
  seq: 9,
  first: 1,
  count: 1,
  members: [{ username: "ann", status: "online" }],
  presence: 4,
  names: ["ann"],
}

type Fields<Type extends ChannelEvent["type"]> = Omit<
  Extract<typeof ChannelEvent.Encoded, { readonly type: Type }>,
  "type"
>
/** An event, and what versions 1 and 2 say of it; undefined for nothing. */
type Told<Type extends ChannelEvent["type"]> = readonly [event: Fields<Type>, one?: object | undefined, two?: object]

/** Each kind of event there is: one more fails the type check until it is here. */
const events: { readonly [Type in ChannelEvent["type"]]: ReadonlyArray<Told<Type>> } = {
  Message: [
    [
      { seq: 3, id: "m-1", from: ann, content: "Tea?", timestamp },
      { type: "ChatMessage", from: "ann", content: "Tea?", timestamp: 1_700_000_000 },
      { type: "Message", channel, seq: 3, id: "m-1", from: "ann", user_id: "a-1", content: "Tea?", timestamp },
    ],
    [
      { seq: 3, id: "m-1", from: ann, content: "Tea?", file, timestamp },
      { type: "ChatMessage", from: "ann", content: "Tea? [file: tea.jpg, 1.2 MiB]", timestamp: 1_700_000_000 },
      {
        type: "Message",
        channel,
        seq: 3,
        id: "m-1",
        from: "ann",
        user_id: "a-1",
        content: "Tea?",
        file: { id: file.id, name: "tea.jpg", size: 1_234_567, media_type: "image/jpeg", sha256: file.sha256 },
        timestamp,
      },
    ],
    [
      { seq: 3, from: ann, content: "", file: { ...file, size: 512 }, timestamp },
      { type: "ChatMessage", from: "ann", content: "[file: tea.jpg, 512 B]", timestamp: 1_700_000_000 },
      {
        type: "Message",
        channel,
        seq: 3,
        from: "ann",
        user_id: "a-1",
        content: "",
        file: { id: file.id, name: "tea.jpg", size: 512, media_type: "image/jpeg", sha256: file.sha256 },
        timestamp,
      },
    ],
    [
      { seq: 3, from: ann, content: "from version 1", timestamp },
      { type: "ChatMessage", from: "ann", content: "from version 1", timestamp: 1_700_000_000 },
      { type: "Message", channel, seq: 3, from: "ann", user_id: "a-1", content: "from version 1", timestamp },
    ],
    // A node that missed it tells it as it is by then: the deletion follows in its place, which version 1 has no word for.
    [
      { seq: 3, id: "m-1", from: ann, content: "", deleted: true, timestamp },
      undefined,
      { type: "Message", channel, seq: 3, id: "m-1", from: "ann", user_id: "a-1", content: "", timestamp },
    ],
  ],
  Edited: [
    [
      { seq: 4, id: "e-1", target: 3, from: ann, content: "Coffee?", timestamp },
      undefined,
      {
        type: "Edited",
        channel,
        seq: 4,
        id: "e-1",
        target: 3,
        from: "ann",
        user_id: "a-1",
        content: "Coffee?",
        timestamp,
      },
    ],
  ],
  Deleted: [
    [
      { seq: 5, id: "d-1", target: 3, from: bob, timestamp },
      undefined,
      { type: "Deleted", channel, seq: 5, id: "d-1", target: 3, from: "bob", user_id: "b-2", timestamp },
    ],
  ],
  Reacted: [
    [
      { seq: 6, id: "r-1", target: 3, from: bob, reaction: "👍", on: false, timestamp },
      undefined,
      {
        type: "Reacted",
        channel,
        seq: 6,
        id: "r-1",
        target: 3,
        from: "bob",
        user_id: "b-2",
        reaction: "👍",
        on: false,
        timestamp,
      },
    ],
  ],
  ReadMarker: [
    [
      { user: bob, seq: 6, everybody: true },
      undefined,
      { type: "ReadMarker", channel, username: "bob", user_id: "b-2", seq: 6 },
    ],
  ],
  Offered: [
    [
      { transfer: "t-1", session: "tcp-1", from: ann, name: "tea.txt", size: 1024 },
      { type: "FileTransferRequest", filename: "tea.txt", size: 1024, from: "ann", transfer_id: "t-1" },
    ],
  ],
  Typing: [[{ user: bob }, undefined, { type: "UserTyping", channel, username: "bob", user_id: "b-2" }]],
  Presence: [
    [
      { version: 7, count: 2, joined: [present], left: ["bob"], changed: [present], full: false },
      undefined,
      { type: "Presence", channel, version: 7, count: 2, joined: [present], left: ["bob"], changed: [present] },
    ],
    [
      { version: 8, count: 700, joined: [], left: [], changed: [], full: false },
      undefined,
      { type: "Presence", channel, version: 8, count: 700 },
    ],
    [
      { version: 9, count: 0, joined: [], left: [], changed: [], full: true },
      undefined,
      { type: "Presence", channel, version: 9, count: 0, joined: [], full: true },
    ],
  ],
  WholePresence: [
    [
      { version: 9, count: 1, members: [present] },
      undefined,
      { type: "Presence", channel, version: 9, count: 1, joined: [present], full: true },
    ],
  ],
  Arrived: [[{ user: ann }, { type: "UserJoined", username: "ann" }]],
  Departed: [[{ user: ann }, { type: "UserLeft", username: "ann" }]],
  Gone: [[{ user: ann, connected: false }]],
  TopicChanged: [
    [
      { topic: "Coffee", by: ann },
      undefined,
      { type: "TopicChanged", channel, topic: "Coffee", by: "ann", by_id: "a-1" },
    ],
  ],
  Configured: [
    [
      { access: "readonly", archived: true, slowMode: 5000, durability: "disk", by: ann },
      undefined,
      {
        type: "ChannelChanged",
        channel,
        access: "readonly",
        archived: true,
        slow_mode: 5000,
        durability: "disk",
        by: "ann",
        by_id: "a-1",
      },
    ],
  ],
  Renamed: [
    [{ name: "attic", by: ann }, undefined, { type: "Renamed", channel, name: "attic", by: "ann", by_id: "a-1" }],
  ],
  RoleChanged: [
    [
      { user: bob, role: "moderator", by: ann },
      undefined,
      { type: "RoleChanged", channel, username: "bob", role: "moderator", by: "ann", by_id: "a-1" },
    ],
    [{ user: bob, by: ann }, undefined, { type: "RoleChanged", channel, username: "bob", by: "ann", by_id: "a-1" }],
  ],
  Kicked: [
    [
      { user: bob, by: ann, reason: "noise" },
      undefined,
      { type: "Kicked", channel, username: "bob", by: "ann", by_id: "a-1", reason: "noise" },
    ],
    [{ user: bob, by: ann }, undefined, { type: "Kicked", channel, username: "bob", by: "ann", by_id: "a-1" }],
  ],
  Entered: [[{ session: "s-1", request: 1, welcome }]],
  Exited: [[{ session: "s-1" }]],
  PutOut: [
    [
      { session: "s-1" },
      { type: "Error", code: 403, message: "You were put out of the channel" },
      { type: "Left", channel },
    ],
  ],
  Ended: [[{}, { type: "Error", code: 503, message: "The channel has ended" }, { type: "Left", channel }]],
}

const decode = Schema.decodeUnknownSync(ChannelEvent)
const all = Object.entries(events).flatMap(([type, cases]) =>
  (cases as ReadonlyArray<Told<ChannelEvent["type"]>>).map(
    ([fields, one, two]) => [type, { event: decode({ type, ...fields }), one, two }] as const,
  ),
)

/** As it is on the wire: fields have an order. */
const text = (frame: object | undefined) => JSON.stringify(frame)
const write1 = encoder(Messages.all)
const write2 = encoder(Frames.all)

const said1 = (event: ChannelEvent) => {
  const message = render1.event(event)
  if (message !== undefined) assert.strictEqual(text(message), text(write1(message)))
  return text(message)
}
const said2 = (event: ChannelEvent) => {
  const frame = render2.event(channel, event)
  if (frame !== undefined) assert.strictEqual(text(frame), text(write2(frame)))
  return text(frame)
}

describe("what happens in a channel", () => {
  it.each(all)("%s, in version 1", (_, { event, one }) => {
    assert.strictEqual(said1(event), text(one))
  })

  it.each(all)("%s, in version 2", (_, { event, two }) => {
    assert.strictEqual(said2(event), text(two))
  })

  const fieldsOf = new Map(Frames.all.map((frame) => [frame.fields.type.literal as string, Object.keys(frame.fields)]))

  it.prop("is said in the order of the schema, whatever it is", [Arbitrary.schema(ChannelEvent)], ([event]) => {
    const frame = render2.event(channel, event)
    if (frame === undefined) return
    assert.deepStrictEqual(
      Object.keys(frame),
      fieldsOf.get(frame.type)!.filter((field) => field in frame),
    )
  })

  it.prop("has nothing that the event should not have had", [Arbitrary.schema(ChannelEvent)], ([event]) => {
    const secret = { password_hash: "x" }
    const more: ChannelEvent = {
      ...event,
      ...secret,
      ...("from" in event ? { from: { ...event.from, ...secret } } : {}),
      ...("user" in event ? { user: { ...event.user, ...secret } } : {}),
      ...("by" in event ? { by: { ...event.by, ...secret } } : {}),
    }
    assert.strictEqual(text(render2.event(channel, more)), text(render2.event(channel, event)))
    assert.strictEqual(text(render1.event(more)), text(render1.event(event)))
  })
})

describe("what a user is told anywhere", () => {
  it("Invited, in version 2", () => {
    const event = Schema.decodeSync(UserEvent)({ type: "Invited", channel, by: ann })
    assert.strictEqual(text(render2.userEvent(event)), text({ type: "Invited", channel, by: "ann", by_id: "a-1" }))
  })
})

describe("who has entered a channel", () => {
  const joined = (more: Partial<typeof Welcome.Encoded>) => {
    const frame = render2.joined(2, channel, Schema.decodeSync(Welcome)({ ...welcome, ...more }))
    assert.strictEqual(text(frame), text(write2(frame)))
    return text(frame)
  }
  const members = welcome.members

  it("is told who is here, in version 1", () => {
    const { names } = Schema.decodeSync(Welcome)(welcome)
    assert.strictEqual(text(render1.userList(names)), text({ type: "UserList", users: ["ann"] }))
  })

  it("is told how it stands, in version 2: what is usual is left out", () => {
    const usual = {
      type: "Joined",
      ref: 2,
      channel,
      topic: "Tea",
      seq: 9,
      count: 1,
      members,
      presence: 4,
      id: welcome.id,
    }
    assert.strictEqual(joined({}), text(usual))
    assert.strictEqual(joined({ standing: { access: "public", archived: false, slowMode: 0 } }), text(usual))
    assert.strictEqual(
      joined({
        first: 5,
        history: "h-1",
        standing: { role: "owner", access: "private", archived: true, slowMode: 5000 },
      }),
      text({
        type: "Joined",
        ref: 2,
        channel,
        topic: "Tea",
        seq: 9,
        first: 5,
        role: "owner",
        access: "private",
        archived: true,
        slow_mode: 5000,
        count: 1,
        members,
        presence: 4,
        id: welcome.id,
        history: "h-1",
      }),
    )
  })
})

describe("errors", () => {
  const error = new RequestError({ reason: "RateLimited", retryAfter: Duration.millis(800), field: "content" })

  it("of a request, in both versions", () => {
    assert.strictEqual(text(render1.error(error)), text({ type: "Error", code: 429, message: "Too many requests" }))
    const frame = errorFrame(error, 6)
    assert.strictEqual(text(frame), text(write2(frame)))
    assert.deepInclude(frame, { ref: 6, code: 400, name: "RateLimited", retry_after: 800, field: "content" })
  })

  it.each([
    ["Draining", false, { type: "Error", code: 503, message: "The server is shutting down" }],
    ["Draining", true, { type: "Disconnect", reason: "The server is shutting down" }],
    ["Goodbye", false, { type: "Disconnect", reason: "Goodbye" }],
  ] as const)("that end a session: %s, bare: %s", (reason, bare, expected) => {
    const disconnect = new Disconnect({ reason, reconnectWithin: Duration.seconds(5) })
    assert.strictEqual(text(render1.goodbye(disconnect, bare)), text(expected))
    const frame = disconnectFrame(disconnect)
    assert.strictEqual(text(frame), text(write2(frame)))
    assert.strictEqual(frame.reason, reason)
  })
})
