import { it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import type { UserId } from "../../src/domain/User.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import * as Link from "../../src/testing/Link.ts"
import { piecesOf } from "../../src/testing/MemoryTransport.ts"
import { History } from "../../src/history/History.ts"
import { Patience, type TestClient1, type TestClient2, type Terms } from "../../src/testing/TestClient.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { exact } from "./exactly.ts"

/** A transport under test: the whole service, reachable by it. */
export interface World {
  readonly name: string
  /** Whether bytes arrive as they were sent, so that a frame can be wrong or unfinished; otherwise messages do. */
  readonly stream: boolean
  /** Whether text alone is carried: frames are JSON there, whatever a client would like. */
  readonly textOnly?: boolean
  /** Whether the server waits at the end until the client has closed its side, too. Default: it does. */
  readonly waits?: boolean
  /** Whether clients are cut all the time and come back: that takes a server that is there, to which it is a sign of life. */
  readonly cuts?: boolean
  /** Whether its peers have addresses. Default: they have. */
  readonly addressed?: boolean
  /** Whether the service has other nodes, at which nobody is in the suite. */
  readonly isOneOfMany?: boolean
  readonly layer: (settings?: Settings) => Layer.Layer<TestServer, unknown>
}

/** As long as with the service itself: a busy machine must not cut a goodbye short. */
export const unhurried = (settings: Settings = {}): Settings => ({
  ...settings,
  session: { goodbyeTimeout: defaults.session.goodbyeTimeout, ...settings.session },
})

export const memory: World = {
  name: "memory",
  stream: true,
  layer: (settings) => exact(TestServer.layerMemory(unhurried(settings))),
}
export const tcp: World = {
  name: "TCP",
  stream: true,
  layer: (settings) => exact(TestServer.layerTcp(unhurried(settings))),
}

export const websocket: World = {
  name: "a WebSocket",
  stream: false,
  layer: (settings) => exact(TestServer.layerTcp(unhurried(settings), Link.websocket())),
}

/** Memory again, with every channel behind encode and decode, as if it were on another node. */
export const encodedChannels: World = {
  name: "memory, to channels behind encode and decode",
  stream: true,
  layer: (settings) =>
    exact(TestServer.layerMemory(unhurried({ ...settings, hub: { ...settings?.hub, encodeChannels: true } }))),
}

/** A WebSocket behind its handshake: each frame is a message, in either direction. */
export const inMessages: World = {
  name: "memory, in messages",
  stream: false,
  layer: (settings) => exact(TestServer.layerMemory(unhurried(settings), { carries: "websocket" })),
}

/** Over HTTP: events one way, posts the other. A reader that has gone does not come back. */
export const sse: World = {
  name: "Server-Sent Events",
  stream: false,
  textOnly: true,
  waits: false,
  layer: (settings) => exact(TestServer.layerSse(unhurried(settings), { resume: Duration.zero }), { textOnly: true }),
}

/** The response is cut behind each frame, and resumed. */
export const sseInPieces: World = {
  name: "Server-Sent Events, resumed behind each of them",
  stream: false,
  textOnly: true,
  waits: false,
  cuts: true,
  layer: (settings) => exact(TestServer.layerSse(unhurried(settings), roomyMemory, { cuts: true }), { textOnly: true }),
}
const roomyMemory = { memory: 16 * 1024 * 1024 }

/** Byte by byte at first; all of a large piece that way would take the test's time. */
const frayed = (bytes: Uint8Array) => [...piecesOf(1)(bytes.subarray(0, 200)), ...piecesOf(999)(bytes.subarray(200))]

/** Every small frame, and the beginning of every large one, arrives byte by byte. */
export const byteByByte: World = {
  name: "memory, byte by byte",
  stream: true,
  layer: (settings) => exact(TestServer.layerMemory(unhurried(settings), { split: frayed })),
}

type Server = TestServer["Service"]
type Body<R = never> = (server: Server) => Effect.Effect<void, unknown, R | Scope.Scope>

/** What the service logs is not the test's. */
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

/** Runs the test against a server of its own; its clients have gone before the server closes. */
export const withServer =
  (layer: Layer.Layer<TestServer, unknown>, body: Body): (() => Effect.Effect<void, unknown>) =>
  () =>
    Effect.scoped(Effect.flatMap(TestServer, body)).pipe(Effect.provide(layer), quietly)

/** Who waits in real time for what is sent in real time does so for longer than a busy machine stands still. */
const patiently = Effect.provideService(Patience, Duration.seconds(15))

/** A test in real time. */
export const live = (title: string, layer: Layer.Layer<TestServer, unknown>, body: Body) =>
  it.live(title, () => patiently(withServer(layer, body)()))

/** A test on the test clock. */
export const timed = (title: string, layer: Layer.Layer<TestServer, unknown>, body: Body) =>
  it.effect(title, withServer(layer, body))

/** A test in real time that starts its server itself. */
export const alone = (title: string, body: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => quietly(Effect.scoped(Effect.suspend(body))))

/** A test on the test clock that starts its server itself. */
export const timedAlone = (title: string, body: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.effect(title, () => quietly(Effect.scoped(Effect.suspend(body))))

/** A server that the test stops itself, while its clients are there. */
export const stoppable = (layer: Layer.Layer<TestServer, unknown>) =>
  Effect.gen(function* () {
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
    const server = Context.get(yield* Layer.buildWithScope(layer, scope), TestServer)
    return { server, stop: Scope.close(scope, Exit.void) }
  })

/** The channels of a test change their presence when it says so, and tell nobody in between. */
export const calm: Settings = {
  hub: { presence: { grace: Duration.hours(1), coalesce: Duration.hours(1), countOnlyAbove: 500 } },
}

/** A version 1 client that has signed in and read its greeting. */
export const member1 = Effect.fnUntraced(function* (server: Server, username: string) {
  const client: TestClient1 = yield* server.client1
  yield* client.send({ type: "Login", username, password: `${username}'s` })
  yield* client.expect("LoginResponse")
  yield* client.expect("UserList")
  return client
})

const ids = new WeakMap<TestClient2, UserId>()

/** Whose client it is. */
export const idOf = (client: TestClient2): UserId => ids.get(client)!

/** A version 2 client that has signed in. */
export const user2 = Effect.fnUntraced(function* (server: Server, username: string, terms?: Terms) {
  const client: TestClient2 = yield* server.client2(terms)
  const { user_id } = yield* client.ask({ type: "Login", username, password: `${username}'s` }, "LoggedIn")
  ids.set(client, user_id)
  return client
})

/** A version 2 client that has signed in and joined a channel. */
export const member2 = Effect.fnUntraced(function* (server: Server, username: string, channel: string, terms?: Terms) {
  const client = yield* user2(server, username, terms)
  yield* client.ask({ type: "Join", channel }, "Joined")
  return client
})

/** The next frame as it is on the wire. */
export const nextText = (client: TestClient1 | TestClient2) =>
  Effect.map(client.nextBody, (body) => Buffer.from(body).toString())

/** Sends a ping, and finds that nothing else has come before its answer. */
export const expectNothing = Effect.fnUntraced(function* (client: TestClient1 | TestClient2) {
  // Both versions write it the same, and one type for both clients has no name.
  const either = client as TestClient1
  yield* either.send({ type: "Ping", sequence: 4_000_000_000 })
  yield* either.expect("Pong")
})

/** Never within this real time. */
class NeverSo extends Data.TaggedError("NeverSo")<{ readonly message: string }> {}

const patience = Duration.seconds(10)

/** The event loop has gone round once. */
export const nextTurn: Effect.Effect<void> = Effect.callback((resume) => {
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})

/** Looks again in every turn of the event loop until it is so. */
export const eventually = (what: string, isSo: Effect.Effect<boolean, unknown>): Effect.Effect<void, unknown> => {
  const look: Effect.Effect<void, unknown> = Effect.flatMap(isSo, (so) =>
    so ? Effect.void : Effect.andThen(nextTurn, look),
  )
  return Effect.timeoutOrElse(look, {
    duration: patience,
    orElse: () => Effect.fail(new NeverSo({ message: `never so: ${what}` })),
  }).pipe(Effect.provideService(Clock.Clock, Clock.Clock.defaultValue()))
}

/** Nobody is connected any more, and nothing is left of who was. */
export const nobodyLeft = (server: Server) =>
  eventually(
    "nobody is connected",
    Effect.map(
      server.hub.stats,
      ({ memberships, sessions, users }) =>
        users + sessions + memberships + server.sessions.count() + server.limits.open() === 0,
    ),
  )

/** History that is as slow as the test wants it to be: nothing is stored until the latch opens. */
export const slowHistory = (stored: Deferred.Deferred<void>) =>
  Layer.effect(
    History,
    Effect.map(History, (history) =>
      History.of({
        ...history,
        appendUnsafe: undefined,
        append: (channel, messages) => Effect.andThen(Deferred.await(stored), history.append(channel, messages)),
      }),
    ),
  ).pipe(Layer.provide(History.layerMemory))
