import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { frame } from "../../src/protocol/Framing.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"
import * as MemoryTransport from "../../src/testing/MemoryTransport.ts"
import * as TestClient from "../../src/testing/TestClient.ts"

const goodbye = new Disconnect({ reason: "Goodbye" })

/** A client and the server's end of its link. */
const connected = Effect.sync(() => {
  const { connection, link } = MemoryTransport.make()
  const client = TestClient.v1(link)
  const say = (...messages: ReadonlyArray<Message>) =>
    connection.send(messages.map((message) => Encoding.server1.encode(message)))
  return { client, connection, say }
})

const failure = <A>(effect: Effect.Effect<A, { readonly message: string }>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

const impatient = Effect.provideService(TestClient.Patience, Duration.millis(10))

describe("a test client", () => {
  it.effect("reads what comes in its order, however it was written", () =>
    Effect.gen(function* () {
      const { client, connection, say } = yield* connected
      say({ type: "Pong" }, { type: "Pong", sequence: 1 })
      const text = Buffer.from('{"type":"UserLeft","username":"ann"}')
      connection.send([frame(text).subarray(0, 7)])
      connection.send([frame(text).subarray(7)])
      assert.deepStrictEqual(yield* client.next, { type: "Pong" })
      assert.strictEqual((yield* client.expect("Pong")).sequence, 1)
      assert.deepStrictEqual(Buffer.from(yield* client.nextBody), text)
    }),
  )

  it.effect("passes over what is not waited for", () =>
    Effect.gen(function* () {
      const { client, say } = yield* connected
      say({ type: "Ping" }, { type: "UserLeft", username: "ann" }, { type: "Pong" })
      assert.strictEqual((yield* client.until("UserLeft")).username, "ann")
      yield* client.expect("Pong")
    }),
  )

  it.effect("says what came instead", () =>
    Effect.gen(function* () {
      const { client, connection, say } = yield* connected
      say({ type: "Error", code: 400, message: "no" })
      assert.strictEqual(
        yield* failure(client.expect("Pong")),
        'expected Pong, but got {"type":"Error","code":400,"message":"no"}',
      )
      connection.send([frame(Buffer.from('{"type":"Pong","sequence":-1}'))])
      assert.match(yield* failure(client.next), /^not a frame of this protocol, Pong\.sequence: .*: \{"type":"Pong"/)
      say({ type: "Ping" })
      assert.strictEqual(yield* failure(client.ended), 'expected the end, but got {"type":"Ping"}')
    }),
  )

  it.effect("says when nothing comes, in real time whatever the clock", () =>
    Effect.gen(function* () {
      const { client } = yield* connected
      assert.strictEqual(yield* failure(client.expect("Pong")), "expected Pong, but nothing came within 10ms")
      assert.strictEqual(yield* failure(client.next), "expected a frame, but nothing came within 10ms")
      assert.strictEqual(yield* failure(client.ended), "expected the end, but the connection was still open after 10ms")
    }).pipe(impatient),
  )

  it.effect("says how the connection ended", () =>
    Effect.gen(function* () {
      const first = yield* connected
      yield* first.connection.close(goodbye).pipe(Effect.forkChild({ startImmediately: true }))
      assert.strictEqual(yield* failure(first.client.next), "expected a frame, but the connection was closed")
      assert.deepStrictEqual(yield* first.client.ended, { clean: true })
      const second = yield* connected
      yield* second.connection.abort
      assert.strictEqual(yield* failure(second.client.expect("Pong")), "expected Pong, but the connection broke")
      assert.deepStrictEqual(yield* second.client.ended, { clean: false })
    }),
  )

  it.effect("asks, and leaves what comes before the answer to be read", () =>
    Effect.gen(function* () {
      const { connection, link } = MemoryTransport.make()
      connection.send([
        Encoding.server1.encode({
          type: "Connect",
          client_id: "test",
          version: "2.0",
          codec: "msgpack",
          compression: null,
        }),
      ])
      const client = yield* TestClient.v2(link, { codecs: ["msgpack"] })
      const server = Encoding.server2("msgpack")
      const say = (...frames: ReadonlyArray<ServerFrame>) => connection.send(frames.map((sent) => server.encode(sent)))
      say({ type: "Ping", sequence: 1 }, { type: "Ok", ref: 7 }, { type: "Ok", ref: 1 }, { type: "Ping", sequence: 2 })
      assert.strictEqual((yield* client.ask({ type: "ListChannels" }, "Ok")).ref, 1)
      assert.strictEqual((yield* client.expect("Ping")).sequence, 1)
      assert.strictEqual((yield* client.expect("Ok")).ref, 7)
      assert.strictEqual((yield* client.expect("Ping")).sequence, 2)
      say({ type: "Ok", ref: 2 })
      assert.strictEqual(
        yield* failure(client.ask({ type: "ListChannels" }, "Channels")),
        'expected Channels, but got {"type":"Ok","ref":2}',
      )
    }),
  )
})
