import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { between } from "../../src/domain/Direct.ts"
import type { RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { frame } from "../../src/protocol/Framing.ts"
import { calm, eventually, expectNothing, live, member1, nobodyLeft, user2, type World } from "./transportWorld.ts"

type Sent = typeof ClientFrame.Encoded

const publish = (channel: string, id: string, content = id): Sent => ({ type: "Publish", channel, id, content })
const join = (channel: string): Sent => ({ type: "Join", channel })

const refused = (client: TestClient2, request: Sent) =>
  Effect.map(client.ask(request, "Error"), ({ name }) => name as RequestErrorReason)

/** The next message, as who said what in which conversation. */
const heard = (client: TestClient2) =>
  Effect.map(client.expect("Message"), ({ channel, content, from, seq }) => ({ channel, seq, from, content }))

/** As it is, whatever its fields are. */
const frameOf = (request: object) => frame(Buffer.from(JSON.stringify(request)))

const guests = { ...calm, accounts: { mode: "guest" } } as const

/** Everybody but one user has gone. */
const alone = ({ hub }: TestServer["Service"]) =>
  eventually(
    "one user is left",
    Effect.map(hub.stats, ({ users }) => users === 1),
  )

const both = [
  { username: "ann", status: "online" },
  { username: "bob", status: "online" },
]

const talking = ({ layer }: World): void => {
  live("a word brings every session of both in, and each side says the other's name", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann, annToo] = [yield* user2(server, "ann"), yield* user2(server, "ann", { codecs: ["msgpack"] })]
      const [bob, bobToo] = [yield* user2(server, "Bob"), yield* user2(server, "Bob", { codecs: ["msgpack"] })]
      const joined = yield* ann.ask(join("@bOB"), "Joined")
      assert.deepInclude(joined, { channel: "@Bob", topic: "", seq: 0, count: 1 } as object)
      for (const other of [annToo, bob, bobToo]) yield* expectNothing(other)

      const said = yield* ann.ask(publish("@bob", "1"), "Published")
      assert.deepInclude(said, { channel: "@Bob", id: "1", seq: 1, durability: "memory" } as object)
      assert.deepStrictEqual<unknown>(yield* heard(ann), { channel: "@Bob", seq: 1, from: "ann", content: "1" })
      for (const [other, channel, count] of [
        [annToo, "@Bob", 1],
        [bob, "@ann", 2],
        [bobToo, "@ann", 2],
      ] as const) {
        const brought = yield* other.expect("Joined")
        assert.deepInclude(brought, { channel, seq: 0, count } as object)
        assert.notProperty(brought, "ref")
        assert.deepStrictEqual<unknown>(yield* heard(other), { channel, seq: 1, from: "ann", content: "1" })
      }

      // In it is in it: the other one need not join.
      yield* bob.ask(publish("@ANN", "2"), "Published")
      for (const [who, channel] of [
        [ann, "@Bob"],
        [annToo, "@Bob"],
        [bob, "@ann"],
        [bobToo, "@ann"],
      ] as const) {
        assert.deepStrictEqual<unknown>(yield* heard(who), { channel, seq: 2, from: "Bob", content: "2" })
      }
      yield* bob.send({ type: "Typing", channel: "@ann" })
      assert.deepInclude(yield* ann.expect("UserTyping"), { channel: "@Bob", username: "Bob" } as object)
      assert.strictEqual(yield* refused(ann, join("@Bob")), "AlreadyMember")
      for (const who of [bob, bobToo]) yield* expectNothing(who)
    }),
  )

  live("who leaves it is brought back by the next word", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      yield* ann.ask(join("@bob"), "Joined")
      yield* ann.ask(publish("@bob", "1"), "Published")
      yield* bob.expect("Joined")
      yield* heard(bob)
      assert.strictEqual((yield* bob.ask({ type: "Leave", channel: "@Ann" }, "Left")).channel, "@ann")
      assert.strictEqual(yield* refused(bob, publish("@ann", "2")), "NotMember")
      yield* ann.ask(publish("@bob", "2"), "Published")
      assert.deepInclude(yield* bob.expect("Joined"), { channel: "@ann", seq: 1, members: both } as object)
      assert.strictEqual((yield* heard(bob)).content, "2")
      assert.strictEqual((yield* server.hub.stats).memberships, 2)
    }),
  )

  live("what was said to somebody who was away waits in history, and is counted", layer(calm), (server) =>
    Effect.gen(function* () {
      const unread = (client: TestClient2) =>
        Effect.map(client.ask({ type: "ListUnread" }, "Unread"), ({ channels }) => channels as ReadonlyArray<unknown>)
      const history = (client: TestClient2, after: number) =>
        Effect.map(client.ask({ type: "History", channel: "@ann", after }, "HistoryPage"), ({ entries }) =>
          entries.map((entry) =>
            entry.type === "Message" ? `${entry.seq} ${entry.from} ${entry.content}` : entry.type,
          ),
        )
      yield* Effect.scoped(
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* unread(yield* user2(server, "bob")), [])
        }),
      )
      yield* nobodyLeft(server)
      const ann = yield* user2(server, "ann")
      yield* ann.ask(join("@bob"), "Joined")
      for (const id of ["1", "2"]) yield* ann.ask(publish("@bob", id), "Published")
      assert.deepStrictEqual(yield* unread(ann), [{ channel: "@bob", read: 0, last: 2, unread: 0 }])
      const bob = yield* user2(server, "bob")
      assert.deepStrictEqual(yield* unread(bob), [{ channel: "@ann", read: 0, last: 2, unread: 2 }])
      assert.strictEqual((yield* bob.ask(join("@ann"), "Joined")).seq, 2)
      assert.deepStrictEqual(yield* history(bob, 0), ["1 ann 1", "2 ann 2"])
      yield* bob.ask({ type: "Read", channel: "@ann", seq: 2 }, "Ok")
      assert.deepInclude(yield* bob.expect("ReadMarker"), { channel: "@ann", username: "bob", seq: 2 } as object)
      assert.deepStrictEqual(yield* unread(bob), [{ channel: "@ann", read: 2, last: 2, unread: 0 }])
      yield* ann.ask(publish("@bob", "3"), "Published")
      assert.strictEqual((yield* heard(bob)).content, "3")
      assert.deepStrictEqual(yield* unread(bob), [{ channel: "@ann", read: 2, last: 3, unread: 1 }])
    }),
  )

  live("a note to oneself reaches all one's sessions", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann, annToo, bob] = [yield* user2(server, "ann"), yield* user2(server, "ann"), yield* user2(server, "bob")]
      yield* ann.ask(join("@ann"), "Joined")
      yield* ann.ask(publish("@ann", "milk"), "Published")
      assert.strictEqual((yield* annToo.expect("Joined")).channel, "@ann")
      for (const who of [ann, annToo]) {
        assert.deepStrictEqual<unknown>(yield* heard(who), { channel: "@ann", seq: 1, from: "ann", content: "milk" })
      }
      yield* expectNothing(bob)
    }),
  )

  live("sessions that go leave nothing behind", layer(calm), (server) =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const [ann, bob] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
          yield* ann.ask(join("@bob"), "Joined")
          yield* ann.ask(publish("@bob", "1"), "Published")
          yield* bob.expect("Joined")
        }),
      )
      yield* nobodyLeft(server)
    }),
  )
}

const refusing = ({ layer }: World): void => {
  live("nobody of that name is said so, whatever it looks like", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      // The fourth has a Cyrillic letter.
      for (const name of ["@nobody", "@@", "@@bob", "@bоb", "@ann,", "@ann,bob", "@bob&ann", "@bob.", "@#bob"]) {
        assert.strictEqual(yield* refused(ann, join(name)), "NoSuchUser", name)
      }
      for (const name of ["@", "@ bob", "@bob ", "@b\u200bob", "@b\u0000b", `@${"x".repeat(65)}`, " @bob", "#@bob"]) {
        yield* ann.sendRaw(frameOf({ type: "Join", channel: name }))
        assert.deepInclude(yield* ann.expect("Error"), { name: "InvalidFrame", field: "channel" }, name)
      }
      assert.strictEqual((yield* server.hub.stats).channels, 0)
    }),
  )

  live("a third has no way in, by any command and any name", layer(calm), (server) =>
    Effect.gen(function* () {
      const login = (name: string) => ({ type: "Login", username: name, password: `${name}'s` }) as const
      const [ann, bob] = [yield* server.client2(), yield* server.client2()]
      const ids = [
        (yield* ann.ask(login("ann"), "LoggedIn")).user_id,
        (yield* bob.ask(login("bob"), "LoggedIn")).user_id,
      ] as const
      const eve = yield* user2(server, "eve")
      yield* ann.ask(join("@bob"), "Joined")
      yield* ann.ask(publish("@bob", "secret"), "Published")
      yield* ann.expect("Message")
      yield* bob.expect("Joined")
      yield* bob.expect("Message")

      const known = between(...ids)
      for (const channel of [known.slice(0, 65), "@ann,bob", "@bob,ann", "@ann&bob", "@ann @bob"]) {
        assert.strictEqual(yield* refused(eve, join(channel)), "NoSuchUser", channel)
      }
      for (const channel of [known.slice(0, 65), "@ann", "@bob", "@ann,bob", "@eve"]) {
        const commands: ReadonlyArray<Sent> = [
          publish(channel, "1"),
          { type: "Leave", channel },
          { type: "SetTopic", channel, topic: "eve was here" },
        ]
        for (const command of commands) assert.strictEqual(yield* refused(eve, command), "NotMember", command.type)
        yield* eve.send({ type: "Typing", channel })
        assert.strictEqual((yield* eve.expect("Error")).name, "NotMember")
      }
      // The name that ann uses is another conversation for eve.
      assert.deepInclude(yield* eve.ask(join("@bob"), "Joined"), { seq: 0, count: 1, topic: "" } as object)
      yield* eve.send({ type: "Typing", channel: "@bob" })
      yield* ann.ask(publish("@bob", "another"), "Published")
      assert.strictEqual((yield* bob.expect("Message")).from, "ann")
      yield* expectNothing(eve)
      yield* expectNothing(bob)

      assert.deepStrictEqual((yield* eve.ask({ type: "ListChannels" }, "Channels")).channels, [])
      assert.deepStrictEqual((yield* ann.ask({ type: "ListChannels", after: "@a" }, "Channels")).channels, [])
    }),
  )

  live("it has no topic", layer(calm), (server) =>
    Effect.gen(function* () {
      const [ann] = [yield* user2(server, "ann"), yield* user2(server, "bob")]
      yield* ann.ask(join("@bob"), "Joined")
      assert.strictEqual(yield* refused(ann, { type: "SetTopic", channel: "@bob", topic: "tea" }), "NotSupported")
      assert.strictEqual(yield* refused(ann, publish("@bob", "1", "")), "EmptyMessage")
      yield* expectNothing(ann)
    }),
  )

  live("who is connected by version 1 only cannot be reached", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const bob = yield* member1(server, "bob")
      yield* ann.ask(join("@bob"), "Joined")
      assert.strictEqual(yield* refused(ann, publish("@bob", "1")), "Unreachable")
      yield* expectNothing(bob)
      // By version 2 as well, it can.
      const bobToo = yield* user2(server, "bob")
      assert.strictEqual((yield* ann.ask(publish("@bob", "2"), "Published")).seq, 1)
      yield* bobToo.expect("Joined")
      yield* expectNothing(bob)
    }),
  )

  live("a guest can be reached while it is there, and leaves nothing to the next", layer(guests), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      assert.strictEqual(yield* refused(ann, join("@bob")), "NoSuchUser")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const bob = yield* user2(server, "bob")
          yield* ann.ask(join("@bob"), "Joined")
          yield* ann.ask(publish("@bob", "1"), "Published")
          yield* bob.expect("Joined")
          assert.strictEqual((yield* heard(bob)).content, "1")
          yield* bob.ask({ type: "Leave", channel: "@ann" }, "Left")
        }),
      )
      yield* alone(server)
      assert.strictEqual(yield* refused(ann, publish("@bob", "2")), "NoSuchUser")
      const next = yield* user2(server, "bob")
      // He has no part in what was said before.
      assert.strictEqual((yield* next.ask(join("@ann"), "Joined")).seq, 0)
      const { entries } = yield* next.ask({ type: "History", channel: "@ann" }, "HistoryPage")
      assert.deepStrictEqual(entries, [])
      const { hits } = yield* next.ask({ type: "Search", text: "1" }, "SearchResult")
      assert.deepStrictEqual(hits, [])
      yield* expectNothing(next)
      // She speaks to whoever has the name now, in a conversation of their own.
      yield* ann.ask(publish("@bob", "3"), "Published")
      const said = yield* heard(next)
      assert.deepStrictEqual([said.content, Number(said.seq)], ["3", 1])
    }),
  )

  live("a guest can write to an account only while it is there", layer(guests), (server) =>
    Effect.gen(function* () {
      yield* server.accounts.add({ name: "bob", password: Redacted.make("bob's"), role: "member" })
      const ann = yield* user2(server, "ann")
      yield* ann.ask(join("@bob"), "Joined")
      assert.strictEqual(yield* refused(ann, publish("@bob", "1")), "NoSuchUser")
      const bob = yield* user2(server, "bob")
      yield* ann.ask(publish("@bob", "2"), "Published")
      yield* bob.expect("Joined")
      assert.strictEqual((yield* heard(bob)).content, "2")
    }),
  )

  live("what was said to a guest is found under its name, by who is in the conversation", layer(guests), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const bob = yield* user2(server, "bob")
      yield* ann.ask(join("@bob"), "Joined")
      yield* ann.ask(publish("@bob", "1", "tea at four"), "Published")
      yield* bob.expect("Joined")
      const found = (client: TestClient2, channel?: string) =>
        Effect.map(
          client.ask({ type: "Search", text: "tea", ...(channel === undefined ? {} : { channel }) }, "SearchResult"),
          ({ hits }) => hits.map(({ channel }) => String(channel)),
        )
      for (const [client, name] of [
        [ann, "@bob"],
        [bob, "@ann"],
      ] as const) {
        assert.deepStrictEqual(yield* found(client), [name])
        assert.deepStrictEqual(yield* found(client, name), [name])
      }
      yield* bob.ask({ type: "Leave", channel: "@ann" }, "Left")
      assert.deepStrictEqual(yield* found(bob), [])
    }),
  )

  live("an account that is disabled is nobody", layer(calm), (server) =>
    Effect.gen(function* () {
      yield* Effect.scoped(user2(server, "bob"))
      yield* server.accounts.disable("bob")
      yield* nobodyLeft(server)
      const ann = yield* user2(server, "ann")
      assert.strictEqual(yield* refused(ann, join("@bob")), "NoSuchUser")
    }),
  )
}

/** Between two users. */
export const direct = (world: World): void => {
  talking(world)
  refusing(world)
}
