import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import type { MemoryLink } from "../../src/testing/MemoryTransport.ts"
import { piecesOf } from "../../src/testing/MemoryTransport.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { calm, member2, memory, stoppable, timed, timedAlone, user2 } from "../suites/transportWorld.ts"

type Server = TestServer["Service"]

const content = "x".repeat(10_000)
const unlimited = { ...calm, hub: { ...calm.hub, publishing: undefined }, session: { frames: undefined } }
const capacity = 64 * 1024
const outboxBytes = 1024 * 1024

/** A member that reads nothing unless the test pulls at its link. */
const lazyMember = Effect.fnUntraced(function* (server: Server, username: string, split = piecesOf(1 << 20)) {
  const link = (yield* server.connect({ split })) as MemoryLink
  const client = yield* TestClient.v2(link)
  yield* client.ask({ type: "Login", username, password: "x" }, "LoggedIn")
  yield* client.ask({ type: "Join", channel: "den" }, "Joined")
  return { client, link }
})

/** Publishes so much, and sees that it is acknowledged and told at once: nobody else slows it down. */
const publish = Effect.fnUntraced(function* (speaker: TestClient.TestClient2, count: number, label: string) {
  for (let n = 0; n < count; n++) {
    yield* speaker.ask({ type: "Publish", channel: "den", id: `${label}${n}`, content }, "Published")
    yield* speaker.expect("Message")
  }
})

describe("a peer that reads slowly", () => {
  timed(
    "is given up when nothing was read for 10 s, and told why if it still listens",
    memory.layer(unlimited),
    (server) =>
      Effect.gen(function* () {
        const speaker = yield* member2(server, "ann", "den")
        const { client, link } = yield* lazyMember(server, "bob")
        yield* publish(speaker, 10, "m")
        assert.isAbove(link.unread(), capacity)
        yield* TestClock.adjust(Duration.millis(9_999))
        assert.strictEqual((yield* server.hub.stats).users, 2)
        yield* TestClock.adjust(1)
        assert.strictEqual((yield* server.hub.stats).users, 1)
        // What had left comes first, without a gap; what had not is for later, from history.
        let next = yield* client.next
        for (let seq = 1; next.type === "Message"; seq++) {
          assert.strictEqual(next.seq, seq)
          next = yield* client.next
        }
        assert.deepInclude(next, {
          code: 4001,
          reason: "SlowConsumer",
          message: "Nothing was read for 10s",
          reconnect: true,
        })
        assert.deepStrictEqual(yield* client.ended, { clean: true })
      }),
  )

  timed("is cut when it does not even read that", memory.layer(unlimited), (server) =>
    Effect.gen(function* () {
      const speaker = yield* member2(server, "ann", "den")
      const { client } = yield* lazyMember(server, "bob")
      yield* publish(speaker, 10, "m")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(server.sessions.count(), 2)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(server.sessions.count(), 1)
      assert.deepStrictEqual(yield* client.ended, { clean: false })
    }),
  )

  timed("may take its time, as long as it reads at all", memory.layer(unlimited), (server) =>
    Effect.gen(function* () {
      const speaker = yield* member2(server, "ann", "den")
      const { client, link } = yield* lazyMember(server, "bob", piecesOf(1))
      yield* publish(speaker, 10, "m")
      // A byte in 9 seconds, and now and then a sign of life.
      for (let n = 0; n < 20; n++) {
        yield* TestClock.adjust("9 seconds")
        const [byte] = yield* link.pull
        assert.isDefined(byte)
        for (const alive of [client, speaker]) yield* alive.send({ type: "Pong" })
      }
      assert.strictEqual((yield* server.hub.stats).users, 2)
    }),
  )

  for (const [how, readsOn] of [
    ["reads nothing", false],
    ["reads a byte a second", true],
  ] as const) {
    timed(
      `and ${how} holds its outbox's bound in memory, no more, and then is out`,
      memory.layer(unlimited),
      (server) =>
        Effect.gen(function* () {
          const speaker = yield* member2(server, "ann", "den")
          const neighbour = yield* member2(server, "cat", "den")
          const { client, link } = yield* lazyMember(server, "bob", piecesOf(1))
          const listening = yield* Effect.forkChild(
            Effect.forEach(Array.from({ length: 150 }), () => neighbour.expect("Message")),
            { startImmediately: true },
          )
          let most = 0
          for (let n = 0; n < 150; n++) {
            yield* publish(speaker, 1, `m${n}-`)
            most = Math.max(most, link.unread())
            if (readsOn && (yield* server.hub.stats).users === 3) {
              yield* link.pull
              yield* TestClock.adjust("1 second")
              for (const alive of [client, neighbour, speaker]) yield* alive.send({ type: "Pong" })
            }
          }
          // What has left the server for good, and what still waits in it.
          assert.isAtMost(most, capacity + outboxBytes)
          assert.strictEqual((yield* server.hub.stats).users, 2)
          const heard = yield* Fiber.join(listening)
          assert.deepStrictEqual<ReadonlyArray<number>>(
            heard.map(({ seq }) => seq),
            Array.from({ length: 150 }, (_, n) => n + 1),
          )
        }),
    )
  }

  timed("that catches up in time misses nothing", memory.layer(unlimited), (server) =>
    Effect.gen(function* () {
      const speaker = yield* member2(server, "ann", "den")
      const { client } = yield* lazyMember(server, "bob")
      let expected = 1
      for (let round = 0; round < 5; round++) {
        yield* publish(speaker, 50, `r${round}-`)
        yield* TestClock.adjust("8 seconds")
        for (let n = 0; n < 50; n++) assert.strictEqual((yield* client.expect("Message")).seq, expected++)
        for (const alive of [client, speaker]) yield* alive.send({ type: "Pong" })
      }
    }),
  )

  timed("loses what is ephemeral first: typing, then presence", memory.layer(unlimited), (server) =>
    Effect.gen(function* () {
      const speaker = yield* member2(server, "ann", "den")
      const { client } = yield* lazyMember(server, "bob")
      yield* speaker.send({ type: "Typing", channel: "den" })
      yield* client.expect("UserTyping")
      yield* publish(speaker, 60, "m")
      yield* TestClock.adjust("3 seconds")
      yield* speaker.send({ type: "Typing", channel: "den" })
      yield* publish(speaker, 1, "last")
      for (let n = 1; n <= 61; n++) assert.strictEqual((yield* client.next).type, "Message")
      yield* TestClock.adjust("3 seconds")
      yield* speaker.send({ type: "Typing", channel: "den" })
      yield* client.expect("UserTyping")
    }),
  )
})

describe("a server that drains", () => {
  const stopAfter = (time: Duration.Input, settings: Parameters<typeof memory.layer>[0]) =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(memory.layer(settings))
      const speaker = yield* member2(server, "ann", "den")
      // One has its outbox full and reads nothing, one has read everything but will not the goodbye, one is cut off.
      yield* lazyMember(server, "bob")
      const { link } = yield* lazyMember(server, "cat")
      yield* publish(speaker, 20, "m")
      yield* user2(server, "dan")
      yield* link.cut
      const stopping = yield* Effect.forkChild(stop, { startImmediately: true })
      yield* TestClock.adjust(Duration.subtract(Duration.fromInputUnsafe(time), Duration.millis(1)))
      assert.isUndefined(stopping.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(stopping)
      assert.strictEqual(server.sessions.count(), 0)
      assert.strictEqual(server.limits.open(), 0)
    })

  timedAlone("waits for peers that never read as long as a goodbye may take", () => stopAfter("5 seconds", unlimited))

  timedAlone("and not longer than the grace time, whatever a goodbye may take", () =>
    stopAfter("20 seconds", { ...unlimited, session: { ...unlimited.session, goodbyeTimeout: Duration.minutes(1) } }),
  )
})
