import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { frame } from "../../../src/protocol/Framing.ts"
import type * as V1 from "../../../src/protocol/v1/Message.ts"
import * as Server2 from "../../../src/protocol/v2/ServerFrame.ts"
import type { TestClient1 } from "../../../src/testing/TestClient.ts"
import { calm, expectNothing, member1, member2, user2 } from "../../suites/transportWorld.ts"
import { body, closed, deed, error1, error2, goesOn, type Kind } from "./Kind.ts"

const times = (n: number) => Array.from({ length: n }, (_, at) => at)
const login = (username: string, password = `${username}'s`) => ({ type: "Login", username, password }) as const
const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))
const chat = { type: "ChatMessage", from: "eve", content: "!", timestamp: 0 } as const
const publish = { type: "Publish", channel: "den", id: "1", content: "!" } as const

/** Frames that are well-formed, from the wrong one or at the wrong time. */
export const badOrder: ReadonlyArray<Kind> = [
  body("a message before signing in", "stranger", JSON.stringify(chat), closed(error1(401, "Not authenticated"))),
  body(
    "a file before signing in",
    "stranger",
    '{"type":"FileChunk","transfer_id":"1","chunk_id":0,"data":[]}',
    closed(error1(401, "Not authenticated")),
  ),
  body(
    "a message from a client of the bare five messages",
    "bare",
    JSON.stringify(chat),
    closed({ type: "Disconnect" }),
  ),
  body(
    "a file nobody asked for",
    "signed in",
    '{"type":"FileChunk","transfer_id":"1","chunk_id":0,"data":[1]}',
    goesOn(error1(404, "No such file transfer")),
  ),
  body("an answer nobody asked for", "signed in", '{"type":"Pong","sequence":7}', goesOn()),
  body("a second login", "signed in", JSON.stringify(login("other")), goesOn(error1(409, "Already signed in"))),
  body(
    "a frame of version 2 in version 1",
    "signed in",
    '{"type":"Join","channel":"den"}',
    goesOn({ type: "Error", code: 400 }),
  ),
  body("a frame of version 1 in version 2", "version 2", JSON.stringify(chat), goesOn(error2("InvalidFrame", "type"))),
  body(
    "a negotiation in version 2",
    "version 2",
    '{"type":"Connect","client_id":"x","version":"1.0"}',
    goesOn(error2("InvalidFrame", "type")),
  ),
  body(
    "a negotiation after signing in",
    "signed in",
    '{"type":"Connect","client_id":"x","version":"2.0"}',
    goesOn(error1(409, "Already signed in")),
  ),
  body(
    "a second negotiation",
    "bare",
    '{"type":"Connect","client_id":"x","version":"2.0"}',
    goesOn({ type: "Error", code: 400 }),
  ),
  body(
    "a version from the future",
    "stranger",
    '{"type":"Connect","client_id":"x","version":"99.0"}',
    closed({ type: "Disconnect" }),
  ),
  body(
    "17 codecs to choose from",
    "stranger",
    JSON.stringify({ type: "Connect", client_id: "x", version: "2.0", codecs: times(17).map(String) }),
    closed({ type: "Error", code: 400 }),
  ),

  deed("everything only a server says, in version 1", (server) =>
    Effect.gen(function* () {
      const eve = yield* member1(server, "eve")
      const said: ReadonlyArray<V1.Message> = [
        { type: "LoginResponse", success: true, message: "", token: "nat_x" },
        { type: "UserJoined", username: "neighbour" },
        { type: "UserLeft", username: "neighbour" },
        { type: "UserList", users: [] },
        { type: "Error", code: 500, message: "" },
      ]
      for (const message of said) {
        yield* eve.send(message)
        assert.strictEqual((yield* eve.expect("Error")).code, 400)
      }
      yield* expectNothing(eve)
    }),
  ),

  deed("everything only a server says, in version 2", (server) =>
    Effect.gen(function* () {
      const eve = yield* user2(server, "eve")
      const own = new Set(["Ping", "Pong", "Disconnect"])
      const types = Server2.all.map((schema) => schema.fields.type.literal).filter((type) => !own.has(type))
      for (const type of types) {
        yield* eve.sendRaw(json({ type, channel: "den", ref: 1 }))
        assert.deepInclude(yield* eve.expect("Error"), { name: "InvalidFrame", field: "type", ref: 1 })
      }
      yield* expectNothing(eve)
    }),
  ),

  deed(
    "a channel one is not in: publish, leave, topic and typing",
    (server) =>
      Effect.gen(function* () {
        const ann = yield* member2(server, "ann", "den")
        const eve = yield* user2(server, "eve")
        yield* eve.send(publish, { type: "Leave", channel: "den" })
        yield* eve.send({ type: "SetTopic", channel: "den", topic: "!" }, { type: "Typing", channel: "den" })
        for (const _ of times(4)) assert.strictEqual((yield* eve.expect("Error")).name, "NotMember")
        yield* expectNothing(eve)
        yield* expectNothing(ann)
      }),
    calm,
  ),

  deed("a channel one has just left", (server) =>
    Effect.gen(function* () {
      const eve = yield* member2(server, "eve", "den")
      yield* eve.send({ type: "Leave", channel: "den" }, publish)
      // What she has seen of the channel may come before, and what is an answer leaves before what is told there.
      const seen = new Set<string>()
      while (!seen.has("Left") || !seen.has("NotMember")) {
        const frame = yield* eve.next
        seen.add(frame.type === "Error" ? frame.name : frame.type)
      }
      assert.isFalse(seen.has("Published"))
    }),
  ),

  deed(
    "129 channels",
    (server) =>
      Effect.gen(function* () {
        const eve = yield* user2(server, "eve")
        yield* eve.send(...times(129).map((n) => ({ type: "Join", channel: `c${n}` }) as const))
        const answers: Array<string> = []
        for (const _ of times(129)) {
          const frame = yield* eve.next
          answers.push(frame.type === "Error" ? frame.name : frame.type)
        }
        assert.strictEqual(answers.filter((answer) => answer === "Joined").length, 128)
        assert.strictEqual(answers.filter((answer) => answer === "TooManyMemberships").length, 1)
        assert.strictEqual((yield* server.hub.stats).memberships, 129)
      }),
    calm,
  ),

  deed("the same channel a hundred times", (server) =>
    Effect.gen(function* () {
      const eve = yield* user2(server, "eve")
      yield* eve.send(...times(100).map((ref) => ({ type: "Join", ref, channel: "den" }) as const))
      const joined: Array<string> = []
      while (joined.length < 100) {
        const frame = yield* eve.next
        if (frame.type !== "Presence") joined.push(frame.type === "Error" ? frame.name : frame.type)
      }
      assert.deepStrictEqual(new Set(joined), new Set(["Joined", "AlreadyMember"]))
      assert.strictEqual(joined.filter((answer) => answer === "Joined").length, 1)
      assert.strictEqual((yield* server.hub.stats).memberships, 2)
    }),
  ),

  deed("in and out of a channel a hundred times, without waiting", (server) =>
    Effect.gen(function* () {
      const eve = yield* user2(server, "eve")
      const inAndOut = [{ type: "Join", channel: "den" } as const, { type: "Leave", channel: "den" } as const]
      for (const _ of times(40)) yield* eve.send(...inAndOut)
      let left = 0
      while (left < 40) {
        const frame = yield* eve.next
        assert.notStrictEqual(frame.type, "Error")
        if (frame.type === "Left") left++
      }
      assert.strictEqual((yield* server.hub.stats).memberships, 1)
    }),
  ),

  deed("twenty logins to one name at the same moment", (server) =>
    Effect.gen(function* () {
      const clients = yield* Effect.forEach(times(20), () => server.client1)
      yield* Effect.forEach(clients, (client) => client.send(login("eve")), { concurrency: "unbounded" })
      const answers = yield* Effect.forEach(clients, (client) => client.expect("LoginResponse"))
      assert.strictEqual(answers.filter(({ success }) => success).length, 1)
      const refusals = answers.filter(({ success }) => !success).map(({ message }) => message)
      assert.deepStrictEqual(new Set(refusals), new Set(["Username already taken"]))
      assert.strictEqual((yield* server.hub.stats).users, 2)
    }),
  ),

  deed("ten logins on one connection without waiting", (server) =>
    Effect.gen(function* () {
      const eve = yield* server.client1
      yield* eve.send(...times(10).map((n) => login(`eve${n}`)))
      assert.isTrue((yield* eve.expect("LoginResponse")).success)
      let refused = 0
      while (refused < 9) if ((yield* eve.next).type === "Error") refused++
      assert.strictEqual((yield* server.hub.stats).users, 2)
    }),
  ),

  deed("more after goodbye", (server) =>
    Effect.gen(function* () {
      const eve = yield* member1(server, "eve")
      yield* eve.send({ type: "Disconnect", reason: "" }, chat, chat)
      yield* eve.expect("Disconnect")
      assert.deepStrictEqual(yield* eve.ended, { clean: true })
    }),
  ),

  deed("more after what was no frame", (server) =>
    Effect.gen(function* () {
      const eve = yield* member1(server, "eve")
      yield* eve.sendRaw(Buffer.concat([new Uint8Array(4), json(chat), json(chat)]))
      yield* eve.expect("Error")
      assert.deepStrictEqual(yield* eve.ended, { clean: true })
    }),
  ),

  deed("a made-up token, and a real one that was cut short", (server) =>
    Effect.gen(function* () {
      const ann = yield* server.client2()
      const { token } = yield* ann.ask(login("ann"), "LoggedIn")
      const eve = yield* server.client2()
      for (const forged of [
        "",
        "nat_",
        `nat_${"x".repeat(43)}`,
        token!.slice(0, -1),
        `${token!} `,
        token!.toUpperCase(),
      ]) {
        yield* eve.send({ type: "Authenticate", token: forged })
        assert.strictEqual((yield* eve.expect("Error")).name, "InvalidToken", forged)
      }
      yield* expectNothing(eve)
    }),
  ),

  deed("another's name in every field there is", (server) =>
    Effect.gen(function* () {
      const ann: TestClient1 = yield* member1(server, "ann")
      const eve = yield* member1(server, "eve")
      yield* ann.until("UserJoined")
      yield* eve.send({ type: "ChatMessage", from: "ann", content: "I am ann", timestamp: 4_102_444_800 })
      const { from, timestamp } = yield* ann.expect("ChatMessage")
      assert.strictEqual(from, "eve")
      assert.isBelow(timestamp, 4_102_444_800)
    }),
  ),
]
