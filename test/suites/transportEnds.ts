import { assert, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { defaultBounds } from "../../src/hub/audience/Outbox.ts"
import { frame } from "../../src/protocol/Framing.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import {
  alone,
  calm,
  eventually,
  expectNothing,
  live,
  member1,
  member2,
  nextText,
  nobodyLeft,
  slowHistory,
  stoppable,
  user2,
  withServer,
  type World,
} from "./transportWorld.ts"

const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))
const login = { type: "Login", username: "ann", password: "a" } as const

/** Outboxes that hold more than the network does between both ends. */
const roomy = {
  hub: { ...calm.hub, publishing: undefined, outbox: { ...defaultBounds, bytes: 16 * 1024 * 1024 } },
  session: { frames: undefined },
}

/** Publishes eight megabytes. */
const publishMuch = Effect.fnUntraced(function* (speaker: TestClient2) {
  const content = "x".repeat(16_000)
  for (let n = 0; n < 500; n++) {
    yield* speaker.ask({ type: "Publish", channel: "den", id: `${n}`, content }, "Published")
    yield* speaker.expect("Message")
  }
})

const halfClosed = ({ layer, stream }: World): void => {
  live("who has said everything and closed its side gets every answer", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* server.client2()
      yield* ann.send(
        { type: "Login", ref: 1, username: "ann", password: "a" },
        { type: "Join", ref: 2, channel: "den" },
        { type: "Publish", ref: 3, channel: "den", id: "1", content: "bye" },
        { type: "ListChannels", ref: 4 },
      )
      yield* ann.link.end
      yield* ann.expect("LoggedIn")
      const types = new Set<string>()
      for (let n = 0; n < 4; n++) types.add((yield* ann.next).type)
      assert.deepStrictEqual(types, new Set(["Joined", "Channels", "Published", "Message"]))
      assert.deepStrictEqual(yield* ann.ended, { clean: true })
      yield* nobodyLeft(server)
    }),
  )

  live("in version 1 too", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* server.client1
      yield* ann.send(login, { type: "ChatMessage", from: "", content: "bye", timestamp: 0 })
      yield* ann.link.end
      yield* ann.expect("LoginResponse")
      yield* ann.expect("UserList")
      assert.strictEqual((yield* ann.expect("ChatMessage")).content, "bye")
      assert.deepStrictEqual(yield* ann.ended, { clean: true })
    }),
  )

  live("who says goodbye behind a message still hears that it is stored", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      yield* ann.send({ type: "Publish", channel: "den", id: "1", content: "bye" }, { type: "Disconnect" })
      yield* ann.expect("Published")
      assert.strictEqual((yield* ann.until("Disconnect")).reason, "Goodbye")
      assert.deepStrictEqual(yield* ann.ended, { clean: true })
    }),
  )

  live("everything that waits for it arrives, though its reader has closed the other side", layer(roomy), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      yield* publishMuch(ann)
      yield* bob.link.end
      for (let n = 1; n <= 500; n++) assert.strictEqual((yield* bob.expect("Message")).seq, n)
      assert.deepStrictEqual(yield* bob.ended, { clean: true })
    }),
  )

  // A message is whole or is none.
  if (stream) {
    live("who stops inside a frame is told so and closed", layer(), (server) =>
      Effect.gen(function* () {
        for (const [bytes, code] of [
          [json(login).subarray(0, 20), 400],
          [json(login).subarray(0, 2), 400],
        ] as const) {
          const client = yield* server.client1
          yield* client.sendRaw(bytes)
          yield* client.link.end
          assert.deepStrictEqual<unknown>(yield* client.expect("Error"), {
            type: "Error",
            code,
            message: "the connection ended inside a frame",
          })
          assert.deepStrictEqual(yield* client.ended, { clean: true })
        }
      }),
    )
  }

  it.live("waits for its answers, though storing takes its time", () =>
    Effect.gen(function* () {
      const disk = yield* Deferred.make<void>()
      yield* withServer(layer({ ...calm, history: slowHistory(disk) }), (server) =>
        Effect.gen(function* () {
          const bob = yield* user2(server, "bob")
          const ann = yield* member2(server, "ann", "den")
          yield* ann.send({ type: "Publish", channel: "den", id: "1", content: "bye" })
          yield* ann.link.end
          // When the server has answered another, later, it knows of the end.
          for (let n = 0; n < 3; n++) yield* expectNothing(bob)
          yield* Deferred.succeed(disk, undefined)
          yield* ann.expect("Published")
          yield* ann.expect("Message")
          assert.deepStrictEqual(yield* ann.ended, { clean: true })
        }),
      )()
    }),
  )

  it.live("but not for ever", () =>
    Effect.gen(function* () {
      const disk = yield* Deferred.make<void>()
      const settings = { ...calm, history: slowHistory(disk), session: { goodbyeTimeout: Duration.millis(50) } }
      yield* withServer(layer(settings), (server) =>
        Effect.gen(function* () {
          const ann = yield* member2(server, "ann", "den")
          yield* ann.send({ type: "Publish", channel: "den", id: "1", content: "bye" })
          yield* ann.link.end
          assert.deepStrictEqual(yield* ann.ended, { clean: true })
          yield* Deferred.succeed(disk, undefined)
        }),
      )()
    }),
  )
}

const caps = ({ layer }: World): void => {
  const small = layer({ connections: { total: 2, perAddress: 1 } })
  live("over the total the next is told so, until somebody leaves", small, (server) =>
    Effect.gen(function* () {
      const ann = yield* member1(server, "ann")
      yield* member1(server, "bob")
      const third = yield* server.client1
      assert.strictEqual(
        yield* nextText(third),
        '{"type":"Error","code":503,"message":"The server has no room for more connections"}',
      )
      assert.deepStrictEqual(yield* third.ended, { clean: true })
      yield* ann.link.abort
      yield* eventually(
        "there is room",
        Effect.sync(() => server.limits.open() === 1),
      )
      yield* member1(server, "cat")
    }),
  )

  live("one that is refused is heard out: it does not lose the reason to a reset", small, (server) =>
    Effect.gen(function* () {
      yield* member1(server, "ann")
      yield* member1(server, "bob")
      const third = yield* server.client1
      for (let n = 0; n < 100; n++) yield* third.send(login)
      assert.strictEqual((yield* third.expect("Error")).code, 503)
      assert.deepStrictEqual(yield* third.ended, { clean: true })
    }),
  )

  live("loopback is exempt from the limit per address", layer({ connections: { perAddress: 2 } }), (server) =>
    Effect.gen(function* () {
      for (const name of ["ann", "bob", "cat", "dan"]) yield* member1(server, name)
      assert.strictEqual(server.limits.open(), 4)
    }),
  )
}

const goodbyes = (layer: World["layer"]): void => {
  const window = layer({ ...calm, shutdown: { reconnectWithin: Duration.seconds(7) } })
  alone("a server that stops says so, with a window in which to come back", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(window)
      const one = yield* member1(server, "ann")
      const two = yield* member2(server, "bob", "den")
      const bare = yield* server.client1
      yield* bare.send({ type: "Connect", client_id: "x", version: "1.0" })
      yield* bare.expect("Connect")
      const stopping = yield* Effect.forkChild(stop)
      assert.strictEqual(yield* nextText(one), '{"type":"Error","code":503,"message":"The server is shutting down"}')
      assert.deepStrictEqual(yield* one.ended, { clean: true })
      assert.deepStrictEqual<unknown>(yield* two.until("Disconnect"), {
        type: "Disconnect",
        code: 4000,
        reason: "Draining",
        message: "The server is shutting down",
        reconnect: true,
        reconnect_within: 7000,
      })
      assert.deepStrictEqual(yield* two.ended, { clean: true })
      assert.strictEqual(yield* nextText(bare), '{"type":"Disconnect","reason":"The server is shutting down"}')
      assert.deepStrictEqual(yield* bare.ended, { clean: true })
      yield* Fiber.join(stopping)
      assert.strictEqual(server.sessions.count(), 0)
    }),
  )

  alone("what was queued leaves before the goodbye", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(layer({ hub: { ...calm.hub, publishing: undefined } }))
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      const content = "x".repeat(10_000)
      for (let n = 0; n < 50; n++) yield* ann.ask({ type: "Publish", channel: "den", id: `${n}`, content }, "Published")
      const stopping = yield* Effect.forkChild(stop)
      for (let n = 1; n <= 50; n++) assert.strictEqual((yield* bob.expect("Message")).seq, n)
      yield* bob.until("Disconnect")
      yield* bob.ended
      yield* ann.until("Disconnect")
      yield* ann.ended
      yield* Fiber.join(stopping)
    }),
  )
}

const draining = ({ cuts = false, layer, waits = true }: World): void => {
  if (!cuts) goodbyes(layer)

  if (waits) {
    alone("while it waits for the last ones, newcomers are told, too", () =>
      Effect.gen(function* () {
        const { server, stop } = yield* stoppable(layer())
        const slow = yield* member1(server, "ann")
        const stopping = yield* Effect.forkChild(stop)
        yield* slow.expect("Error")
        const late = yield* server.client1
        assert.strictEqual((yield* late.expect("Error")).code, 503)
        yield* late.ended
        yield* slow.ended
        yield* Fiber.join(stopping)
      }),
    )
  }

  alone("peers that break off while it drains are no trouble", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(layer())
      const peers = yield* Effect.forEach(Array.from({ length: 30 }), (_, n) => member1(server, `user${n}`))
      const stopping = yield* Effect.forkChild(stop, { startImmediately: true })
      for (const { link } of peers) yield* link.abort
      yield* Fiber.join(stopping)
      assert.strictEqual(server.sessions.count(), 0)
    }),
  )

  const hasty = {
    ...roomy,
    session: { ...roomy.session, goodbyeTimeout: Duration.millis(300) },
    shutdown: { grace: Duration.millis(600) },
  }
  alone("peers that never read cannot hold it up", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(layer(hasty))
      const ann = yield* member2(server, "ann", "den")
      // One has megabytes waiting for it, one nothing but the goodbye, one has not even signed in.
      yield* member2(server, "bob", "den")
      yield* member1(server, "cat")
      yield* server.connect()
      yield* publishMuch(ann)
      const [time] = yield* Effect.timed(stop)
      assert.isBelow(Duration.toMillis(time), 3000)
      assert.strictEqual(server.sessions.count(), 0)
    }),
  )
}

export const ends = (world: World): void => {
  halfClosed(world)
  caps(world)
  draining(world)
}
