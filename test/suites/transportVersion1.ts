import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { frame } from "../../src/protocol/Framing.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { TestClient1 } from "../../src/testing/TestClient.ts"
import { expectNothing, live, member1, member2, nextText, type World } from "./transportWorld.ts"

const login = (username: string, password: string) => ({ type: "Login", username, password }) as const
const say = (content: string) => ({ type: "ChatMessage", from: "", content, timestamp: 0 }) as const

const answer = (client: TestClient1, frame: Message) => Effect.andThen(client.send(frame), nextText(client))

/** The next frames but for pings, which are answered. */
const answeringPings = (client: TestClient1, count: number) =>
  Effect.gen(function* () {
    const heard = []
    while (heard.length < count) {
      const frame = yield* client.next
      if (frame.type === "Ping") yield* client.send({ type: "Pong" })
      else heard.push(frame)
    }
    return heard
  })

/** The chapter's chat protocol, to the byte. */
const silence = (layer: World["layer"]): void => {
  const impatient = { session: { pingAfter: Duration.millis(50), pongWithin: Duration.seconds(1) } }
  live("the others hear UserLeft when it does not answer a ping", layer(impatient), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      // From the start: she may be asked before bob is there.
      const heard = yield* Effect.forkChild(answeringPings(ann, 2))
      const bob = yield* member1(server, "bob")
      assert.deepStrictEqual(yield* Fiber.join(heard), [
        { type: "UserJoined", username: "bob" },
        { type: "UserLeft", username: "bob" },
      ])
      yield* bob.until("Ping")
      assert.strictEqual(yield* nextText(bob), '{"type":"Error","code":408,"message":"No answer to a ping"}')
      assert.deepStrictEqual(yield* bob.ended, { clean: true })
    }),
  )
}

export const version1 = ({ cuts = false, isOneOfMany, layer, stream }: World): void => {
  live("a login is answered, told to the others, and followed by who is here", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* server.client1
      assert.match(
        yield* answer(ann, login("ann", "a")),
        /^\{"type":"LoginResponse","success":true,"message":"Login successful","token":"nat_[\w-]+"\}$/,
      )
      assert.strictEqual(yield* nextText(ann), '{"type":"UserList","users":["ann"]}')
      const bob = yield* server.client1
      yield* answer(bob, login("bob", "b"))
      assert.strictEqual(yield* nextText(bob), '{"type":"UserList","users":["ann","bob"]}')
      assert.strictEqual(yield* nextText(ann), '{"type":"UserJoined","username":"bob"}')
      yield* expectNothing(ann)
      yield* expectNothing(bob)
    }),
  )

  live("a name that is connected is taken; the connection may try another", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      const other = yield* server.client1
      assert.strictEqual(
        yield* answer(other, login("ann", "ann's")),
        '{"type":"LoginResponse","success":false,"message":"Username already taken","token":null}',
      )
      yield* other.send(login("bob", "b"))
      assert.isTrue((yield* other.expect("LoginResponse")).success)
      assert.deepStrictEqual((yield* other.expect("UserList")).users, ["ann", "bob"])
      assert.strictEqual((yield* ann.expect("UserJoined")).username, "bob")
    }),
  )

  live("a wrong password is refused, whether its owner is connected or not", layer(), (server) =>
    Effect.gen(function* () {
      const refusal = '{"type":"LoginResponse","success":false,"message":"Invalid credentials","token":null}'
      const ann = yield* member1(server, "ann")
      const thief = yield* server.client1
      assert.strictEqual(yield* answer(thief, login("ann", "guess")), refusal)
      yield* ann.send({ type: "Disconnect", reason: "" })
      yield* ann.until("Disconnect")
      assert.strictEqual(yield* answer(thief, login("ann", "another guess")), refusal)
    }),
  )

  live("a message reaches everybody, its sender too, with the server's from and timestamp", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      const bob = yield* member1(server, "bob")
      yield* ann.expect("UserJoined")
      const before = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      yield* ann.send({ type: "ChatMessage", from: "the queen", content: "hello — 你好 👋", timestamp: 7 })
      const text = yield* nextText(ann)
      const after = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      const match = /^\{"type":"ChatMessage","from":"ann","content":"hello — 你好 👋","timestamp":(\d+)\}$/.exec(text)
      assert.isNotNull(match, text)
      assert.isAtLeast(Number(match![1]), before)
      assert.isAtMost(Number(match![1]), after)
      assert.strictEqual(yield* nextText(bob), text)
    }),
  )

  live("messages keep their order, the same for everybody", layer({ hub: { publishing: undefined } }), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      const bob = yield* member1(server, "bob")
      yield* ann.expect("UserJoined")
      for (let n = 0; n < 20; n++) {
        yield* ann.send(say(`a${n}`))
        yield* bob.send(say(`b${n}`))
      }
      const heard = (client: TestClient1) =>
        Effect.forEach(Array.from({ length: 40 }), () => Effect.map(client.expect("ChatMessage"), (m) => m.content))
      const byAnn = yield* heard(ann)
      assert.deepStrictEqual(yield* heard(bob), byAnn)
      const of = (letter: string) => byAnn.filter((content) => content.startsWith(letter))
      assert.deepStrictEqual(
        of("a"),
        Array.from({ length: 20 }, (_, n) => `a${n}`),
      )
      assert.deepStrictEqual(
        of("b"),
        Array.from({ length: 20 }, (_, n) => `b${n}`),
      )
    }),
  )

  live("who speaks without signing in is told so and shown the door", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      const stranger = yield* server.client1
      assert.strictEqual(
        yield* answer(stranger, say("hello?")),
        '{"type":"Error","code":401,"message":"Not authenticated"}',
      )
      assert.deepStrictEqual(yield* stranger.ended, { clean: true })
      yield* expectNothing(ann)
    }),
  )

  live("a ping is answered, before signing in and after, with its sequence where it has one", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* server.client1
      assert.strictEqual(yield* answer(ann, { type: "Ping" }), '{"type":"Pong"}')
      yield* ann.send(login("ann", "a"))
      yield* ann.until("UserList")
      assert.strictEqual(yield* answer(ann, { type: "Ping" }), '{"type":"Pong"}')
      assert.strictEqual(yield* answer(ann, { type: "Ping", sequence: 0 }), '{"type":"Pong","sequence":0}')
      yield* ann.send({ type: "Pong" })
      yield* expectNothing(ann)
    }),
  )

  const ends = {
    "it closes its side": (client: TestClient1) => client.link.end,
    "its connection breaks": (client: TestClient1) => client.link.abort,
    "it says goodbye": (client: TestClient1) => client.send({ type: "Disconnect", reason: "tired" }),
    "it sends what is no frame": (client: TestClient1) =>
      client.sendRaw(stream ? new Uint8Array(4) : frame(Buffer.from("{"))),
  }
  for (const [how, end] of Object.entries(ends)) {
    live(`the others hear UserLeft when ${how}`, layer(), (server) =>
      Effect.gen(function* () {
        const ann = yield* member1(server, "ann")
        const bob = yield* member1(server, "bob")
        yield* ann.expect("UserJoined")
        yield* end(bob)
        assert.strictEqual(yield* nextText(ann), '{"type":"UserLeft","username":"bob"}')
        yield* member1(server, "bob")
        assert.strictEqual((yield* ann.expect("UserJoined")).username, "bob")
      }),
    )
  }

  if (!cuts) silence(layer)

  live("goodbye is answered, then the connection ends", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      assert.strictEqual(
        yield* answer(ann, { type: "Disconnect", reason: "tired" }),
        '{"type":"Disconnect","reason":"Goodbye"}',
      )
      assert.deepStrictEqual(yield* ann.ended, { clean: true })
    }),
  )

  live("what a server says, and what nobody does here, is refused and the session goes on", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      const unexpected = '{"type":"Error","code":400,"message":"A client does not send this frame here"}'
      for (const frame of [
        { type: "LoginResponse", success: true, message: "", token: null },
        { type: "UserJoined", username: "eve" },
        { type: "UserLeft", username: "ann" },
        { type: "UserList", users: [] },
        { type: "Error", code: 500, message: "" },
      ] as const) {
        assert.strictEqual(yield* answer(ann, frame), unexpected)
      }
      yield* ann.send({ type: "FileTransferRequest", filename: "a.txt", size: 3, from: "ann" })
      if (isOneOfMany === true) assert.match(yield* nextText(ann), /"code":409,"message":"Nobody at your node/)
      assert.strictEqual(yield* nextText(ann), '{"type":"FileTransferResponse","accept":false,"transfer_id":null}')
      const noTransfer = '{"type":"Error","code":404,"message":"No such file transfer"}'
      for (const frame of [
        { type: "FileChunk", transfer_id: "x", chunk_id: 0, data: [1, 2, 3] },
        { type: "FileTransferResponse", accept: true, transfer_id: "x" },
        { type: "FileTransferComplete", transfer_id: "x", success: true },
      ] as const) {
        assert.strictEqual(yield* answer(ann, frame), noTransfer)
      }
      const again = '{"type":"Error","code":409,"message":"Already signed in"}'
      assert.strictEqual(yield* answer(ann, login("ann", "ann's")), again)
      yield* expectNothing(ann)
    }),
  )

  live("an unknown type is refused and the session goes on", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      yield* ann.sendRaw(frame(Buffer.from('{"type":"Dance"}')))
      const { code, message } = yield* ann.expect("Error")
      assert.strictEqual(code, 400)
      assert.match(message, /^unknown type, expected one of Login, .*/)
      yield* expectNothing(ann)
    }),
  )

  live("text that no store holds is refused, and the session goes on", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      yield* ann.send(say("a\0b"))
      assert.strictEqual((yield* ann.expect("Error")).code, 400)
      yield* ann.send(say("ab"))
      assert.strictEqual((yield* ann.expect("ChatMessage")).content, "ab")
    }),
  )

  live("who may not be in the lobby is told so, with what that is, and not to come back", layer(), (server) =>
    Effect.gen(function* () {
      yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
      const root = yield* member2(server, "root", "lobby")
      const ann = yield* member1(server, "ann")
      yield* root.ask({ type: "Kick", channel: "lobby", username: "ann" }, "Ok")
      const putOut = '{"type":"Error","code":403,"message":"You were put out of the channel"}'
      assert.strictEqual(yield* nextText(ann), putOut)
      yield* ann.send(say("hello?"))
      assert.strictEqual(yield* nextText(ann), putOut)
      assert.deepStrictEqual(yield* ann.ended, { clean: true })
      yield* root.ask({ type: "Ban", channel: "lobby", username: "ann" }, "Ok")
      const again = yield* server.client1
      yield* again.send({ type: "Login", username: "ann", password: "ann's" })
      assert.isTrue((yield* again.expect("LoginResponse")).success)
      const banned = '{"type":"Error","code":403,"message":"You are banned from this channel"}'
      assert.strictEqual(yield* nextText(again), banned)
      assert.deepStrictEqual(yield* again.ended, { clean: true })
    }),
  )

  live("shares the lobby with version 2, each in its own words", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      const bob = yield* member2(server, "bob", "lobby")
      assert.strictEqual(yield* nextText(ann), '{"type":"UserJoined","username":"bob"}')
      yield* ann.send(say("from one"))
      const { timestamp: seconds } = yield* ann.expect("ChatMessage")
      // Among several nodes it gets an id, since it may have to be sent twice.
      const { id: _, timestamp, ...message } = yield* bob.until("Message")
      assert.deepStrictEqual<unknown>(message, {
        type: "Message",
        channel: "lobby",
        seq: 1,
        from: "ann",
        user_id: Option.getOrThrow(yield* server.accounts.find("ann")).id,
        content: "from one",
      })
      assert.strictEqual(Math.floor(timestamp / 1000), seconds)
      yield* bob.ask({ type: "Publish", channel: "lobby", id: "1", content: "from two" }, "Published")
      const { content, from } = yield* ann.expect("ChatMessage")
      assert.deepStrictEqual({ content, from }, { content: "from two", from: "bob" })
      yield* bob.ask({ type: "Leave", channel: "lobby" }, "Left")
      assert.strictEqual(yield* nextText(ann), '{"type":"UserLeft","username":"bob"}')
    }),
  )
}
