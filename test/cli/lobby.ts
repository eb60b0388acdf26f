import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"

/** A server, and somebody in its lobby. */
export interface Lobby {
  /** As it is written on the command line. */
  readonly address: string
  readonly server: TestServer["Service"]
  /** The next messages, as `who: what`. */
  readonly heard: (count: number) => Effect.Effect<ReadonlyArray<string>>
  readonly say: (text: string) => Effect.Effect<void>
  /** Done when everybody who came over a connection has left. */
  readonly emptied: Effect.Effect<void>
}

const lobby = Effect.gen(function* () {
  const server = yield* TestServer
  const listener = yield* server.hub.connect({ name: "listener" })
  yield* listener.join("lobby")
  return {
    address: `:${server.address!.port}`,
    server,
    heard: (count) =>
      listener.events.pipe(
        Stream.filter((event) => event.type === "Message"),
        Stream.map(({ content, from }) => `${from}: ${content}`),
        Stream.take(count),
        Stream.runCollect,
        Effect.orDie,
      ),
    emptied: Effect.callback((resume) => {
      const look = () => (server.sessions.count() === 0 ? resume(Effect.void) : void setImmediate(look))
      look()
    }),
    say: (text) => Effect.orDie(listener.publish("lobby", text)),
  } satisfies Lobby
})

/** A test against a server of its own. */
export const inLobby =
  <E>(test: (lobby: Lobby) => Effect.Effect<void, E, Scope.Scope>, settings?: Settings) =>
  () =>
    Effect.flatMap(lobby, test).pipe(
      Effect.scoped,
      Effect.provide(
        TestServer.layerTcp(settings).pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))),
      ),
    )
