import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { frame } from "../../../src/protocol/Framing.ts"
import type { Link } from "../../../src/testing/Link.ts"
import * as TestClient from "../../../src/testing/TestClient.ts"
import { eventually, member1, member2, user2 } from "../../suites/transportWorld.ts"
import { deed, type Kind, type Server } from "./Kind.ts"

const times = (n: number) => Array.from({ length: n }, (_, at) => at)
const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))
const login = { type: "Login", username: "eve", password: "x" } as const

/** Only the neighbour is left. */
const gone = (server: Server) =>
  eventually(
    "it is gone",
    Effect.sync(() => server.sessions.count() === 1),
  )

/** Breaks off at some stage, again and again: whichever way the race goes, nothing may be left. */
const breakAt = (stage: string, reach: (server: Server, link: Link) => Effect.Effect<unknown, unknown>): Kind =>
  deed(`a connection that breaks ${stage}`, (server) =>
    Effect.gen(function* () {
      for (const _ of times(10)) {
        const link = yield* server.connect()
        yield* reach(server, link)
        yield* link.abort
      }
      yield* gone(server)
    }),
  )

const patience = { session: { loginTimeout: Duration.millis(80), frameTimeout: Duration.millis(40) } }

/** Ways to treat a connection. */
export const badLinks: ReadonlyArray<Kind> = [
  deed(
    "a connection on which nothing is said",
    (server) =>
      Effect.gen(function* () {
        const client = yield* server.client1
        assert.deepInclude(yield* client.expect("Error"), { code: 408, message: "Not signed in in time" })
        assert.deepStrictEqual(yield* client.ended, { clean: true })
      }),
    patience,
  ),
  deed("a connection that is closed at once", (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* client.link.end
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  ),
  breakAt("at once", () => Effect.void),
  breakAt("inside a frame", (_, link) => link.send(json(login).subarray(0, 17))),
  breakAt("while it signs in", (_, link) => link.send(json(login))),
  breakAt("when it is told that it is signed in", (_, link) => Effect.andThen(link.send(json(login)), link.pull)),
  breakAt("behind a message", (_, link) =>
    link.send(Buffer.concat([login, { type: "ChatMessage", from: "", content: "!", timestamp: 0 }].map(json))),
  ),
  breakAt("behind its goodbye", (_, link) => link.send(json({ type: "Disconnect", reason: "" }))),
  breakAt("behind what was no frame", (_, link) => link.send(new Uint8Array(4))),
  breakAt("while it joins channels", (_, link) =>
    link.send(
      Buffer.concat([
        json({ type: "Connect", client_id: "x", version: "2.0" }),
        json(login),
        ...times(20).map((n) => json({ type: "Join", channel: `c${n}` })),
      ]),
    ),
  ),
  breakAt("behind its own end", (_, link) => Effect.andThen(link.send(json(login)), link.end)),

  deed(
    "a connection that breaks while it is refused",
    (server) =>
      Effect.gen(function* () {
        // Takes the last place.
        yield* server.connect()
        for (const _ of times(10)) {
          const link = yield* server.connect()
          yield* link.abort
        }
        const there = Effect.sync(() => server.limits.open() === 2)
        yield* eventually("only those two are there", there)
      }),
    { connections: { total: 2 } },
  ),

  deed(
    "half a frame, and then nothing",
    (server) =>
      Effect.gen(function* () {
        const client = yield* user2(server, "eve")
        yield* client.sendRaw(json({ type: "ListChannels" }).subarray(0, 10))
        assert.deepInclude(yield* client.expect("Disconnect"), { reason: "FrameTimeout", reconnect: true })
        assert.deepStrictEqual(yield* client.ended, { clean: true })
      }),
    patience,
  ),
  deed(
    "half a length, and then nothing",
    (server) =>
      Effect.gen(function* () {
        const client = yield* member1(server, "eve")
        yield* client.sendRaw(new Uint8Array(2))
        assert.deepInclude(yield* client.expect("Error"), { code: 408 })
        assert.deepStrictEqual(yield* client.ended, { clean: true })
      }),
    patience,
  ),
  deed("half a frame, and then the end", (server) =>
    Effect.gen(function* () {
      const client = yield* user2(server, "eve")
      yield* client.sendRaw(json({ type: "ListChannels" }).subarray(0, 10))
      yield* client.link.end
      assert.deepInclude(yield* client.expect("Disconnect"), { reason: "MalformedFrame" })
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  ),
  deed(
    "a byte, and a byte, and a byte",
    (server) =>
      Effect.gen(function* () {
        const client = yield* member1(server, "eve")
        // A byte a millisecond, which is less than the slowest that is waited for.
        yield* client.sendRaw(Uint8Array.of(0, 0, 0xff, 0xff))
        const trickle = Effect.forever(Effect.andThen(client.sendRaw(Uint8Array.of(0x20)), Effect.sleep(1)))
        const answer = yield* Effect.raceFirst(
          Effect.andThen(Effect.ignore(trickle), Effect.never),
          // It is pinged meanwhile, since nobody can tell yet whether it is only slow.
          client.until("Error"),
        )
        assert.strictEqual(answer.message, "A frame was begun and not finished in time")
      }),
    patience,
  ),

  deed("somebody who reads nothing while others talk", (server) =>
    Effect.gen(function* () {
      yield* member2(server, "eve", "lobby")
      const ann = yield* member1(server, "ann")
      for (const n of times(10)) {
        yield* ann.send({ type: "ChatMessage", from: "", content: "x".repeat(10_000), timestamp: n })
        yield* ann.until("ChatMessage")
      }
    }),
  ),
  deed("a hundred connections that say nothing", (server) =>
    Effect.gen(function* () {
      for (const _ of times(100)) yield* server.connect()
      yield* eventually(
        "they are there",
        Effect.sync(() => server.limits.open() === 101),
      )
      const client = TestClient.v1(yield* server.connect())
      yield* client.send({ type: "Ping" })
      yield* client.expect("Pong")
    }),
  ),
]
