import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { frame } from "../../src/protocol/Framing.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { TestClient1, Terms } from "../../src/testing/TestClient.ts"
import { deflate } from "../../src/transport/Zlib.ts"
import { calm, expectNothing, live, member2, nextText, user2, type World } from "./transportWorld.ts"

const answer = (client: TestClient1, frame: Message) => Effect.andThen(client.send(frame), nextText(client))

/** The bare five messages of the chapter's "Working with Network Data". */
const networkData = ({ layer }: World): void => {
  live("a client of the bare five messages gets its answers", layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      const connect = { type: "Connect", client_id: "client-123", version: "1.0" } as const
      assert.strictEqual(yield* answer(client, connect), '{"type":"Connect","client_id":"client-123","version":"1.0"}')
      assert.strictEqual(yield* answer(client, { type: "Ping", sequence: 1 }), '{"type":"Pong","sequence":1}')
      assert.strictEqual(
        yield* answer(client, { type: "Data", payload: [5, 6, 7, 8] }),
        '{"type":"Data","payload":[5,6,7,8]}',
      )
      assert.strictEqual(
        yield* answer(client, { type: "Disconnect", reason: "Client shutting down" }),
        '{"type":"Disconnect","reason":"Goodbye"}',
      )
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )

  const impatient = { session: { loginTimeout: Duration.millis(50) } }
  live("one that says nothing is told so in its own words", layer(impatient), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* client.send({ type: "Connect", client_id: "x", version: "1.0" })
      yield* client.expect("Connect")
      assert.strictEqual(yield* nextText(client), '{"type":"Disconnect","reason":"Not signed in in time"}')
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )

  live("one that signs in after its Connect chats like any other", layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* client.send({ type: "Connect", client_id: "x", version: "1.0" })
      yield* client.expect("Connect")
      yield* client.send({ type: "Login", username: "ann", password: "a" })
      yield* client.expect("LoginResponse")
      yield* client.expect("UserList")
      yield* client.send({ type: "ChatMessage", from: "", content: "hello", timestamp: 0 })
      assert.strictEqual((yield* client.expect("ChatMessage")).from, "ann")
    }),
  )
}

const inOtherWords = ({ layer }: World): void => {
  live("compressed frames are smaller on the wire, small ones are left alone", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den", { compression: ["deflate"] })
      const content = Array.from({ length: 100 }, (_, n) => `word ${n * n}`).join(", ")
      yield* ann.ask({ type: "Publish", channel: "den", id: "1", content }, "Published")
      const large = yield* ann.nextBody
      assert.strictEqual(large[0], 1)
      assert.isBelow(large.byteLength, content.length)
      const plain = deflate.decompress(large.subarray(1), 65_536)
      assert.include(JSON.parse(Buffer.from(plain as Uint8Array).toString()), { type: "Message", content })
      yield* ann.ask({ type: "Publish", channel: "den", id: "2", content: "short" }, "Published")
      const small = yield* ann.nextBody
      assert.strictEqual(small[0], 0)
      assert.include(JSON.parse(Buffer.from(small.subarray(1)).toString()), { type: "Message", content: "short" })
    }),
  )

  live("what is sent behind a Connect is read as it asks, before the answer is known", layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      const connect = Buffer.from('{"type":"Connect","client_id":"x","version":"2.0","codecs":["msgpack"]}')
      const ping = Buffer.from("\x81\xa4type\xa4Ping", "latin1")
      yield* client.sendRaw(Buffer.concat([frame(connect), frame(ping)]))
      assert.deepInclude(yield* client.expect("Connect"), { codec: "msgpack" })
      assert.deepStrictEqual([...(yield* client.nextBody)], [...Buffer.from("\x81\xa4type\xa4Pong", "latin1")])
    }),
  )
}

/** What is asked for and what is chosen. */
const choices: ReadonlyArray<readonly [string, Terms, object]> = [
  ["version 2 is JSON", { version: "2.0" }, { version: "2.0", codec: "json", compression: null, capabilities: [] }],
  ["2.7 is answered with what is spoken here", { version: "2.7" }, { version: "2.0" }],
  ["a newer client may take less", { version: "9.0", min_version: "2.0" }, { version: "2.0" }],
  ["the client's first codec counts", { codecs: ["msgpack", "json"] }, { codec: "msgpack" }],
  ["unknown codecs are passed over", { codecs: ["xml", "msgpack"] }, { codec: "msgpack" }],
  ["no known codec is JSON", { codecs: ["xml"] }, { codec: "json" }],
  ["compression is for who asks", { compression: ["zstd", "deflate"] }, { compression: "deflate" }],
  ["unknown compression is none", { compression: ["zstd"] }, { compression: null }],
  ["common capabilities are named", { capabilities: ["typing", "telepathy"] }, { capabilities: ["typing"] }],
  [
    "the limits are said",
    {},
    { max_frame_bytes: 65_536, ping_after: 25_000, pong_within: 10_000, client_id: "test", type: "Connect" },
  ],
]

/** Where text alone is carried there is no choice. */
const choicesOfText: typeof choices = [
  ...choices.filter(([, { codecs, compression }]) => codecs === undefined && compression === undefined),
  ["every codec is JSON", { codecs: ["msgpack"] }, { version: "2.0", codec: "json" }],
  ["nothing is compressed", { compression: ["deflate"] }, { version: "2.0", compression: null }],
]

export const negotiation = (world: World): void => {
  const { layer, textOnly = false } = world
  networkData(world)

  live("what is chosen is answered", layer(), (server) =>
    Effect.forEach(
      textOnly ? choicesOfText : choices,
      Effect.fnUntraced(function* ([title, terms, chosen]) {
        const client = yield* server.client1
        yield* client.send({ type: "Connect", client_id: "test", version: "2.0", ...terms })
        assert.deepInclude(yield* client.expect("Connect"), chosen, title)
      }),
      { discard: true },
    ),
  )

  const uncompressed = layer({ session: { compressor: undefined } })
  live("without a compressor nothing is compressed", uncompressed, (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* client.send({ type: "Connect", client_id: "x", version: "2.0", compression: ["deflate"] })
      assert.deepInclude(yield* client.expect("Connect"), { compression: null })
    }),
  )

  for (const version of ["0.9", "3.0", "two", ""]) {
    live(`version ${JSON.stringify(version)} is refused and the connection closed`, layer(), (server) =>
      Effect.gen(function* () {
        const client = yield* server.client1
        yield* client.send({ type: "Connect", client_id: "x", version })
        assert.match((yield* client.expect("Disconnect")).reason, /spoken here|must look like/)
        assert.deepStrictEqual(yield* client.ended, { clean: true })
      }),
    )
  }

  const encodings = [
    { codecs: ["json"], compression: [] },
    { codecs: ["msgpack"], compression: [] },
    { codecs: ["json"], compression: ["deflate"] },
    { codecs: ["msgpack"], compression: ["deflate"] },
  ]
  live("everybody hears the same, however it is written", layer(calm), (server) =>
    Effect.gen(function* () {
      const members = yield* Effect.forEach(encodings, (terms, n) => member2(server, `user${n}`, "den", terms))
      // Compresses well, yet not beyond the allowed ratio.
      const content = Array.from({ length: 100 }, (_, n) => `${n} 你好 👋 ${n * n}`).join(", ")
      for (const [n, speaker] of members.entries()) {
        const { seq } = yield* speaker.ask({ type: "Publish", channel: "den", id: `${n}`, content }, "Published")
        assert.strictEqual(seq, n + 1)
        for (const member of members) {
          const heard: object = yield* member.expect("Message")
          assert.deepInclude(heard, { seq, from: `user${n}`, content })
        }
      }
    }),
  )

  if (!textOnly) inOtherWords(world)

  live("is done once", layer(), (server) =>
    Effect.gen(function* () {
      const bare = yield* server.client1
      const connect = { type: "Connect", client_id: "x", version: "1.0" } as const
      yield* bare.send(connect, { ...connect, version: "2.0" })
      yield* bare.expect("Connect")
      assert.strictEqual((yield* bare.expect("Error")).code, 400)
      yield* expectNothing(bare)
      const chat = yield* server.client1
      yield* chat.send({ type: "Login", username: "ann", password: "a" })
      yield* chat.until("UserList")
      yield* chat.send(connect)
      assert.strictEqual((yield* chat.expect("Error")).code, 409)
      const two = yield* user2(server, "bob")
      yield* two.sendRaw(frame(Buffer.from('{"type":"Connect","client_id":"x","version":"2.0","ref":5}')))
      assert.deepInclude(yield* two.expect("Error"), { code: 100, ref: 5, field: "type" })
      yield* expectNothing(two)
    }),
  )
}
