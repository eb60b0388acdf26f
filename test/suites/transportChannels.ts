import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { frame } from "../../src/protocol/Framing.ts"
import { catalog, type RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import { calm, expectNothing, idOf, live, member2, user2, type World } from "./transportWorld.ts"

type Sent = typeof ClientFrame.Encoded

const publish = (channel: string, id: string, content = id): Sent => ({ type: "Publish", channel, id, content })

/** What is refused, why, and which field is to blame. */
const refusals: ReadonlyArray<readonly [Sent | string, RequestErrorReason, field?: string]> = [
  [{ type: "Join", channel: "den" }, "AlreadyMember"],
  [{ type: "Leave", channel: "elsewhere" }, "NotMember"],
  [publish("elsewhere", "1"), "NotMember"],
  [{ type: "SetTopic", channel: "elsewhere", topic: "?" }, "NotMember"],
  [publish("den", "1", ""), "EmptyMessage", "content"],
  [publish("den", "1", "x".repeat(16_001)), "MessageTooLong"],
  [{ type: "Login", username: "ann", password: "ann's" }, "AlreadyAuthenticated"],
  [{ type: "Authenticate", token: "nat_x" }, "AlreadyAuthenticated"],
  ['{"type":"Dance","ref":REF}', "InvalidFrame", "type"],
  ['{"type":"Joined","ref":REF}', "InvalidFrame", "type"],
  ['{"ref":REF}', "InvalidFrame", "type"],
  ['{"type":"Join","ref":REF}', "InvalidFrame", "channel"],
  ['{"type":"Join","ref":REF,"channel":"#den"}', "InvalidFrame", "channel"],
  ['{"type":"Join","ref":REF,"channel":7}', "InvalidFrame", "channel"],
  ['{"type":"Join","ref":REF,"channel":"den","colour":"red"}', "InvalidFrame", "colour"],
  ['{"type":"Publish","ref":REF,"channel":"den","content":"hi"}', "InvalidFrame", "id"],
  ['{"type":"SetStatus","ref":REF,"status":"asleep"}', "InvalidFrame", "status"],
]

const commands = ({ layer }: World): void => {
  live("Join answers with the channel as it stands", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      yield* ann.ask({ type: "SetTopic", channel: "den", topic: "tea" }, "Ok")
      yield* ann.ask(publish("den", "1"), "Published")
      const bob = yield* user2(server, "bob")
      const { history, id, ...joined } = yield* bob.ask({ type: "Join", channel: "den" }, "Joined")
      assert.isString(history)
      assert.isString(id)
      assert.deepStrictEqual<unknown>(joined, {
        type: "Joined",
        ref: 2,
        channel: "den",
        topic: "tea",
        seq: 1,
        count: 2,
        members: [
          { username: "ann", status: "online" },
          { username: "bob", status: "online" },
        ],
        presence: 0,
      })
      yield* ann.ask(publish("den", "2"), "Published")
      assert.strictEqual((yield* bob.expect("Message")).seq, 2)
    }),
  )

  live("Publish is acknowledged and told to everybody, the sender too", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      const before = yield* Clock.currentTimeMillis
      const { timestamp, ...published } = yield* ann.ask(publish("den", "m-1", "hello"), "Published")
      assert.deepStrictEqual<unknown>(published, {
        type: "Published",
        ref: 3,
        channel: "den",
        id: "m-1",
        seq: 1,
        durability: "memory",
      })
      assert.isAtLeast(timestamp, before)
      assert.isAtMost(timestamp, yield* Clock.currentTimeMillis)
      const message = {
        type: "Message",
        channel: "den",
        seq: 1,
        id: "m-1",
        from: "ann",
        user_id: idOf(ann),
        content: "hello",
        timestamp,
      }
      assert.deepStrictEqual<unknown>(yield* ann.expect("Message"), message)
      assert.deepStrictEqual<unknown>(yield* bob.expect("Message"), message)
    }),
  )

  live("what is sent again gets its first answer and is told once", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      const { ref: _, ...first } = yield* ann.ask(publish("den", "x", "one"), "Published")
      const { ref: __, ...second } = yield* ann.ask(publish("den", "x", "two"), "Published")
      assert.deepStrictEqual(second, first)
      // The id is the sender's own: another's message may have the same.
      assert.strictEqual((yield* bob.ask(publish("den", "x", "three"), "Published")).seq, 2)
      const heard = [yield* bob.expect("Message"), yield* bob.expect("Message")]
      assert.deepStrictEqual(
        heard.map(({ content, seq }) => `${seq} ${content}`),
        ["1 one", "2 three"],
      )
      yield* expectNothing(bob)
    }),
  )

  live("a channel's places have no gaps, each channel has its own", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      yield* ann.ask({ type: "Join", channel: "attic" }, "Joined")
      for (let n = 1; n <= 4; n++) {
        assert.strictEqual((yield* ann.ask(publish("den", `d${n}`), "Published")).seq, n)
        assert.strictEqual((yield* ann.ask(publish("attic", `a${n}`), "Published")).seq, n)
      }
    }),
  )

  live("who leaves hears nothing more", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      assert.deepInclude(yield* bob.ask({ type: "Leave", channel: "den" }, "Left"), { ref: 3 })
      yield* ann.ask(publish("den", "1"), "Published")
      yield* expectNothing(bob)
      assert.strictEqual((yield* bob.ask({ type: "Join", channel: "den" }, "Joined")).seq, 1)
    }),
  )

  live("channels are listed by name, a page at a time, with topic and count", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const names = Array.from({ length: 101 }, (_, n) => `c${String(n).padStart(3, "0")}`)
      for (const channel of names) yield* ann.ask({ type: "Join", channel }, "Joined")
      yield* member2(server, "bob", "c000")
      yield* ann.ask({ type: "SetTopic", channel: "c000", topic: "first" }, "Ok")
      const page = yield* ann.ask({ type: "ListChannels" }, "Channels")
      assert.deepStrictEqual<ReadonlyArray<string>>(
        page.channels.map(({ channel }) => channel),
        names.slice(0, 100),
      )
      assert.deepStrictEqual<unknown>(page.channels[0], { channel: "c000", topic: "first", count: 2 })
      assert.strictEqual<string | undefined>(page.next, "c099")
      const last = yield* ann.ask({ type: "ListChannels", after: "c099" }, "Channels")
      assert.deepStrictEqual<unknown>(last.channels, [{ channel: "c100", topic: "", count: 1 }])
      assert.isUndefined(last.next)
    }),
  )

  live("a topic is told to the members", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      yield* ann.ask({ type: "SetTopic", channel: "den", topic: "tea at five" }, "Ok")
      const changed = { type: "TopicChanged", channel: "den", topic: "tea at five", by: "ann", by_id: idOf(ann) }
      assert.deepStrictEqual<unknown>(yield* bob.expect("TopicChanged"), changed)
      assert.deepStrictEqual<unknown>(yield* ann.expect("TopicChanged"), changed)
    }),
  )

  live("typing is told to the others", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      yield* ann.send({ type: "Typing", channel: "den" }, { type: "Typing", channel: "den" })
      assert.deepStrictEqual<unknown>(yield* bob.expect("UserTyping"), {
        type: "UserTyping",
        channel: "den",
        username: "ann",
        user_id: idOf(ann),
      })
      // Not twice within two seconds, and not to oneself.
      yield* ann.ask(publish("den", "1"), "Published")
      yield* bob.expect("Message")
      yield* ann.expect("Message")
      yield* expectNothing(ann)
    }),
  )

  live("an answer carries the ref of its request, whatever it is", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const refs = [0, 7, 2 ** 32, Number.MAX_SAFE_INTEGER]
      yield* ann.send(...refs.map((ref): Sent => ({ type: "ListChannels", ref })))
      for (const ref of refs) assert.strictEqual((yield* ann.expect("Channels")).ref, ref)
      yield* ann.send({ type: "ListChannels" })
      assert.notProperty(yield* ann.expect("Channels"), "ref")
    }),
  )

  live("what is refused says so by the catalog, names the field, and the session goes on", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      let ref = 100
      for (const [request, reason, field] of refusals) {
        ref++
        if (typeof request === "string") yield* ann.sendRaw(frame(Buffer.from(request.replace("REF", String(ref)))))
        else yield* ann.send({ ...request, ref } as Sent)
        const error = yield* ann.expect("Error")
        const { code, retryable } = catalog[reason]
        assert.deepInclude(error, { ref, code, name: reason, retryable }, JSON.stringify(request))
        assert.strictEqual(error.field, field, JSON.stringify(request))
      }
      yield* expectNothing(ann)
    }),
  )

  live("nothing but signing in, pings and goodbye is for strangers", layer(calm), (server) =>
    Effect.gen(function* () {
      const stranger = yield* server.client2()
      const requests: ReadonlyArray<Sent> = [
        { type: "Join", channel: "den" },
        { type: "Leave", channel: "den" },
        publish("den", "1"),
        { type: "SetTopic", channel: "den", topic: "" },
        { type: "ListChannels" },
        { type: "SetStatus", status: "away" },
        { type: "Typing", channel: "den" },
      ]
      yield* stranger.send(...requests)
      for (const _ of requests) assert.deepInclude(yield* stranger.expect("Error"), { name: "NotAuthenticated" })
      yield* expectNothing(stranger)
    }),
  )

  const crowded = layer({ hub: { ...calm.hub, maxChannels: 2, maxMemberships: 2 } })
  live("a session can be in so many channels, the server can have so many", crowded, (server) =>
    Effect.gen(function* () {
      const join = (client: TestClient2, channel: string) => client.ask({ type: "Join", channel }, "Joined")
      const ann = yield* member2(server, "ann", "one")
      yield* join(ann, "two")
      yield* ann.send({ type: "Join", channel: "three" })
      assert.deepInclude(yield* ann.expect("Error"), { name: "TooManyMemberships", retryable: false })
      const bob = yield* member2(server, "bob", "one")
      yield* bob.send({ type: "Join", channel: "three" })
      assert.deepInclude(yield* bob.expect("Error"), { name: "TooManyChannels", retryable: true })
      yield* join(bob, "two")
    }),
  )
}

const presence = ({ layer }: World): void => {
  const brisk = layer({
    hub: { presence: { grace: Duration.millis(30), coalesce: Duration.millis(10), countOnlyAbove: 2 } },
  })
  live("who comes, changes and goes is told in diffs", brisk, (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const own = yield* ann.expect("Presence")
      assert.deepInclude(own, { version: 1, count: 1 })
      const bob = yield* member2(server, "bob", "den")
      assert.deepStrictEqual<unknown>(yield* ann.expect("Presence"), {
        type: "Presence",
        channel: "den",
        version: 2,
        count: 2,
        joined: [{ username: "bob", status: "online" }],
      })
      yield* bob.ask({ type: "SetStatus", status: "away", text: "lunch" }, "Ok")
      assert.deepStrictEqual<unknown>(yield* ann.expect("Presence"), {
        type: "Presence",
        channel: "den",
        version: 3,
        count: 2,
        changed: [{ username: "bob", status: "away", text: "lunch" }],
      })
      yield* bob.link.abort
      assert.deepStrictEqual<unknown>(yield* ann.expect("Presence"), {
        type: "Presence",
        channel: "den",
        version: 4,
        count: 1,
        left: ["bob"],
      })
    }),
  )

  live("a large channel only counts", brisk, (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      yield* member2(server, "bob", "den")
      const cat = yield* user2(server, "cat")
      const joined = yield* cat.ask({ type: "Join", channel: "den" }, "Joined")
      assert.deepInclude(joined, { count: 3 })
      assert.isEmpty(joined.members)
      let last = yield* ann.expect("Presence")
      while (last.count < 3) last = yield* ann.expect("Presence")
      assert.notProperty(last, "joined")
      yield* cat.ask({ type: "Leave", channel: "den" }, "Left")
      // Small again: everybody is named.
      assert.deepStrictEqual<unknown>(
        { ...(yield* ann.expect("Presence")), version: 0 },
        {
          type: "Presence",
          channel: "den",
          version: 0,
          count: 2,
          full: true,
          joined: [
            { username: "ann", status: "online" },
            { username: "bob", status: "online" },
          ],
        },
      )
    }),
  )

  live("who comes back within the grace time never went", layer(calm), (server) =>
    Effect.gen(function* () {
      yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      yield* bob.ask({ type: "Leave", channel: "den" }, "Left")
      const { count, presence } = yield* bob.ask({ type: "Join", channel: "den" }, "Joined")
      assert.deepStrictEqual({ count, presence }, { count: 2, presence: 0 })
    }),
  )
}

export const channels = (world: World): void => {
  commands(world)
  presence(world)
}
