import { assert, describe } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { frame } from "../../src/protocol/Framing.ts"
import type * as MemoryTransport from "../../src/testing/MemoryTransport.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import {
  calm,
  eventually,
  expectNothing,
  member1,
  member2,
  memory,
  nextText,
  slowHistory,
  timed,
  timedAlone,
  user2,
  withServer,
} from "../suites/transportWorld.ts"

const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))
const just = (time: Duration.Input) => Duration.subtract(Duration.fromInputUnsafe(time), Duration.millis(1))

describe("the time to sign in", () => {
  timed("is 10 s, whatever else is said", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      for (let n = 0; n < 9; n++) {
        yield* TestClock.adjust("1 second")
        yield* expectNothing(client)
      }
      yield* TestClock.adjust(just("1 second"))
      yield* expectNothing(client)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* nextText(client), '{"type":"Error","code":408,"message":"Not signed in in time"}')
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )

  timed("is 10 s in version 2, negotiation included", memory.layer(), (server) =>
    Effect.gen(function* () {
      const link = yield* server.connect()
      yield* TestClock.adjust("9 seconds")
      const client = yield* TestClient.v2(link)
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* client.expect("Disconnect"), { code: 4005, reason: "LoginTimeout", reconnect: true })
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )

  timed("is over for who has signed in", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* TestClock.adjust(just("10 seconds"))
      yield* client.send({ type: "Login", username: "ann", password: "a" })
      yield* client.until("UserList")
      yield* TestClock.adjust("2 seconds")
      yield* expectNothing(client)
    }),
  )

  timed("begins anew with whatever a client of the bare five messages says", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* client.send({ type: "Connect", client_id: "x", version: "1.0" })
      yield* client.expect("Connect")
      for (let n = 0; n < 5; n++) {
        yield* TestClock.adjust(just("10 seconds"))
        yield* client.send({ type: "Data", payload: [n] })
        yield* client.expect("Data")
      }
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* nextText(client), '{"type":"Disconnect","reason":"Not signed in in time"}')
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )
})

describe("the time for a frame", () => {
  const timeout = '{"type":"Error","code":408,"message":"A frame was begun and not finished in time"}'

  timed("is 10 s from its first byte", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* member1(server, "ann")
      yield* TestClock.adjust("5 seconds")
      yield* client.sendRaw(Uint8Array.of(0))
      yield* TestClock.adjust(just("10 seconds"))
      assert.strictEqual(server.sessions.count(), 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* nextText(client), timeout)
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )

  timed("is not renewed by a byte a second", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* member1(server, "ann")
      const message = json({ type: "ChatMessage", from: "", content: "slow", timestamp: 0 })
      for (let at = 0; at < 10; at++) {
        yield* client.sendRaw(message.subarray(at, at + 1))
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual(yield* nextText(client), timeout)
    }),
  )

  timed(
    "is given again while a slow link brings enough of it, and its peer knows that it is heard",
    memory.layer(),
    (server) =>
      Effect.gen(function* () {
        const client = yield* member2(server, "ann", "den")
        const content = "x".repeat(14_000)
        const message = json({ type: "Publish", ref: 5, channel: "den", id: "long", content })
        for (let at = 0; at < message.length; at += 1000) {
          yield* client.sendRaw(message.subarray(at, at + 1000))
          yield* TestClock.adjust("1 second")
        }
        yield* client.until("Ping")
        assert.strictEqual((yield* client.until("Published")).seq, 1)
      }),
  )

  timed("is not given again for less than 256 bytes a second, whenever that begins", memory.layer(), (server) =>
    Effect.gen(function* () {
      for (const [name, pieces, time] of [
        ["ann", [2559], 10],
        ["bob", [2560, 2559], 20],
        ["cid", [2560, 5000, 2560, 0], 40],
      ] as const) {
        const client = yield* member1(server, name)
        const message = json({ type: "ChatMessage", from: "", content: "x".repeat(15_000), timestamp: 0 })
        let at = 0
        for (const size of pieces) {
          yield* client.sendRaw(message.subarray(at, (at += size)))
          yield* TestClock.adjust("10 seconds")
        }
        assert.strictEqual(pieces.length * 10, time)
        assert.strictEqual((yield* client.until("Error")).message, "A frame was begun and not finished in time")
      }
    }),
  )

  timed("is each frame's own", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* member1(server, "ann")
      const ping = json({ type: "Ping" })
      // The end of one and the beginning of the next, again and again.
      yield* client.sendRaw(ping.subarray(0, 3))
      for (let n = 0; n < 5; n++) {
        yield* TestClock.adjust("9 seconds")
        yield* client.sendRaw(Buffer.concat([ping.subarray(3), ping.subarray(0, 3)]))
        yield* client.expect("Pong")
      }
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* nextText(client), timeout)
    }),
  )

  timed("does not run while nothing is begun", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* member1(server, "ann")
      for (let n = 0; n < 5; n++) {
        yield* TestClock.adjust("11 seconds")
        yield* client.sendRaw(json({ type: "Ping", sequence: n }))
        assert.strictEqual((yield* client.expect("Pong")).sequence, n)
      }
    }),
  )
})

/** What comes while time passes, with the milliseconds after which it came. */
const listen = Effect.fnUntraced(function* (client: TestClient.TestClient1, time: Duration.Input) {
  const heard: Array<readonly [after: number, text: string]> = []
  const begin = yield* Clock.currentTimeMillis
  const listening = yield* nextText(client).pipe(
    Effect.flatMap((text) => Effect.map(Clock.currentTimeMillis, (now) => void heard.push([now - begin, text]))),
    Effect.forever,
    Effect.forkChild({ startImmediately: true }),
  )
  yield* TestClock.adjust(time)
  yield* Fiber.interrupt(listening)
  return heard
})

describe("the heartbeat", () => {
  timed("pings first after 12.5 to 25 s of silence, each session at another moment", memory.layer(), (server) =>
    Effect.gen(function* () {
      const times = new Set<number>()
      for (let n = 0; n < 20; n++) {
        const client = yield* member1(server, `user${n}`)
        const [first] = yield* listen(client, "25 seconds")
        assert.strictEqual(first?.[1], '{"type":"Ping"}')
        times.add(first![0])
        yield* client.link.abort
        yield* eventually(
          "it is gone",
          Effect.sync(() => server.sessions.count() === 0),
        )
      }
      assert.isAtLeast(Math.min(...times), 12_500)
      assert.isAbove(Math.max(...times), 18_000)
      assert.isAbove(times.size, 15)
    }),
  )

  timed("then pings after 25 s of silence, and any frame counts as life", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* user2(server, "ann")
      const first = yield* Effect.forkChild(client.expect("Ping"), { startImmediately: true })
      while (first.pollUnsafe() === undefined) yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(first)).sequence, 1)
      yield* client.send({ type: "Pong", sequence: 1 })
      // Somebody who speaks is not asked.
      for (let n = 0; n < 6; n++) {
        yield* TestClock.adjust("20 seconds")
        yield* client.ask({ type: "ListChannels" }, "Channels")
      }
      yield* TestClock.adjust(just("25 seconds"))
      yield* expectNothing(client)
      yield* TestClock.adjust(just("25 seconds"))
      yield* client.send({ type: "Typing", channel: "den" })
      yield* client.expect("Error")
      yield* TestClock.adjust("25 seconds")
      assert.strictEqual((yield* client.expect("Ping")).sequence, 2)
      // Not a pong, but life.
      yield* TestClock.adjust(just("10 seconds"))
      yield* client.send({ type: "Ping", sequence: 9 })
      assert.strictEqual((yield* client.expect("Pong")).sequence, 9)
      yield* TestClock.adjust(1)
      yield* expectNothing(client)
    }),
  )

  timed("gives up on who does not answer within 10 s", memory.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* member1(server, "ann")
      const [ping, error, ...more] = yield* listen(client, "35 seconds")
      assert.strictEqual(ping?.[1], '{"type":"Ping"}')
      assert.strictEqual(error?.[1], '{"type":"Error","code":408,"message":"No answer to a ping"}')
      assert.strictEqual(error![0] - ping![0], 10_000)
      assert.isEmpty(more)
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )

  timed("finds a link that is dead at both ends within 35 s", memory.layer(), (server) =>
    Effect.gen(function* () {
      const neighbour = yield* member1(server, "ann")
      const link = (yield* server.connect()) as MemoryTransport.MemoryLink
      const client = TestClient.v1(link)
      yield* client.send({ type: "Login", username: "bob", password: "b" })
      yield* client.until("UserList")
      yield* link.cut
      yield* TestClock.adjust("22 seconds")
      assert.strictEqual(server.sessions.count(), 2)
      yield* neighbour.send({ type: "Pong" })
      yield* TestClock.adjust("13 seconds")
      assert.strictEqual((yield* neighbour.until("UserLeft")).username, "bob")
      assert.deepInclude(yield* server.hub.stats, { users: 1, sessions: 1, memberships: 1 })
      // The reason is still on its way, for as long as a goodbye may take.
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(server.sessions.count(), 1)
    }),
  )
})

describe("a server that takes its time", () => {
  timedAlone("does not blame the peer for it", () =>
    Effect.gen(function* () {
      const disk = yield* Deferred.make<void>()
      yield* withServer(memory.layer({ ...calm, history: slowHistory(disk) }), (server) =>
        Effect.gen(function* () {
          const ann = yield* member2(server, "ann", "den")
          yield* ann.send({ type: "Publish", channel: "den", id: "1", content: "to a slow disk" })
          const bob = yield* user2(server, "bob")
          const list = json({ type: "ListChannels", ref: 2 })
          // The channel answers when the disk has, and then the rest of what was begun is read.
          yield* bob.sendRaw(Buffer.concat([json({ type: "Join", ref: 1, channel: "den" }), list.subarray(0, 9)]))
          for (let n = 0; n < 9; n++) {
            yield* TestClock.adjust("10 seconds")
            yield* ann.send({ type: "Pong" })
          }
          yield* bob.sendRaw(list.subarray(9))
          yield* Deferred.succeed(disk, undefined)
          assert.strictEqual((yield* bob.expect("Joined")).ref, 1)
          assert.strictEqual((yield* bob.until("Channels")).ref, 2)
        }),
      )()
    }),
  )
})
