/** People of all protocols in one channel, who all speak at once: nobody misses a message, and all hear the same. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { lobby } from "../../src/domain/ChannelName.ts"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Grpc from "../grpc/grpcJs.ts"
import { member } from "../irc/scripted.ts"
import * as Mqtt from "../mqtt/world.ts"
import { member1, member2 } from "../suites/transportWorld.ts"

/** Somebody in the lobby, by whatever protocol. */
interface Person {
  readonly say: (text: string, id: string) => Effect.Effect<unknown, unknown>
  /** The text of the next message. */
  readonly next: Effect.Effect<string, unknown>
}

type Way = Effect.Effect<Person, unknown, Scope.Scope | TestServer>

const version2 = (client: TestClient.TestClient2): Person => ({
  say: (content, id) => client.send({ type: "Publish", channel: lobby, id, content }),
  next: Effect.map(client.until("Message"), ({ content }) => content),
})

const ways: Readonly<Record<string, Way>> = {
  version1: Effect.gen(function* () {
    const client = yield* member1(yield* TestServer, "version1")
    return {
      say: (content) => client.send({ type: "ChatMessage", from: "", content, timestamp: 0 }),
      next: Effect.map(client.until("ChatMessage"), ({ content }) => content),
    }
  }),
  tcp: Effect.gen(function* () {
    return version2(yield* member2(yield* TestServer, "tcp", lobby))
  }),
  websocket: Effect.gen(function* () {
    const { address } = yield* TestServer
    const client = yield* Effect.flatMap(Link.websocket()(address!), (link) =>
      TestClient.v2(link, { codecs: ["msgpack"] }),
    )
    yield* client.ask({ type: "Login", username: "websocket", password: "a password" }, "LoggedIn")
    yield* client.ask({ type: "Join", channel: lobby }, "Joined")
    return version2(client)
  }),
  irc: Effect.gen(function* () {
    const client = yield* member(yield* TestServer, "irc", ["echo-message", "server-time"])
    yield* client.ask(`JOIN #${lobby}`, / 366 /)
    return {
      say: (text) => client.send(`PRIVMSG #${lobby} :${text}`),
      next: Effect.map(client.until(/ PRIVMSG #lobby :/), (line) =>
        line.slice(line.indexOf(`#${lobby} :`) + lobby.length + 3),
      ),
    }
  }),
  mqtt: Effect.gen(function* () {
    const client = yield* Mqtt.connect({ username: "mqtt", protocolVersion: 5 })
    yield* client.subscribe(`natter/${lobby}`)
    return {
      say: (text) => client.publish(`natter/${lobby}`, text),
      next: Effect.map(client.next, ({ text }) => text),
    }
  }),
  grpc: Effect.gen(function* () {
    const client = yield* Grpc.chat
    const session = client.both("Session", yield* Grpc.signedIn(client, "grpc"))
    yield* Effect.addFinalizer(() => Effect.sync(() => session.end()))
    session.say({ ref: 1, join: { channel: lobby } })
    yield* session.until("joined")
    return {
      say: (content, id) => Effect.sync(() => session.say({ publish: { channel: lobby, id, content } })),
      next: Effect.map(session.until("message"), ({ content }) => String(content)),
    }
  }),
  olderMqtt: Effect.gen(function* () {
    const client = yield* Mqtt.connect({ username: "olderMqtt", protocolVersion: 4 })
    yield* client.subscribe(`natter/${lobby}`, { qos: 0 })
    return {
      say: (text) => client.publish(`natter/${lobby}`, text, { qos: 0 }),
      next: Effect.map(client.next, ({ text }) => text),
    }
  }),
}

/** Messages of each. */
const each = 20

it.live(
  "people of all protocols hear each other, in the same order",
  () =>
    Effect.gen(function* () {
      const people = yield* Effect.forEach(Object.entries(ways), ([name, way]) =>
        Effect.map(way, (person) => ({ name, ...person })),
      )
      const said = people.flatMap(({ name }) => Array.from({ length: each }, (_, at) => `${name} says ${at + 1}`))
      const saying = Effect.forEach(
        people,
        ({ name, say }) =>
          Effect.forEach(Array.from({ length: each }), (_, at) =>
            Effect.andThen(say(`${name} says ${at + 1}`, `${name}-${at}`), Effect.yieldNow),
          ),
        { concurrency: "unbounded", discard: true },
      )
      const hearing = Effect.forEach(people, ({ next }) => Effect.forEach(said, () => next), {
        concurrency: "unbounded",
      })
      const [, heard] = yield* Effect.all([saying, hearing], { concurrency: "unbounded" })
      const [first] = heard
      assert.deepStrictEqual(first!.toSorted(), said.toSorted())
      for (const [at, { name }] of people.entries()) {
        assert.deepStrictEqual(heard[at], first, name)
        // What one has said is in the order in which it was said.
        const own = first!.filter((text) => text.startsWith(`${name} says `))
        assert.deepStrictEqual(
          own,
          Array.from({ length: each }, (_, at) => `${name} says ${at + 1}`),
        )
      }
    }).pipe(Effect.scoped, Effect.provide(Mqtt.layer())),
  30_000,
)
