import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { PasswordHash } from "../../src/accounts/PasswordHash.ts"
import { ChatServer } from "../../src/server/ChatServer.ts"
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"
import { storesLayer } from "../../src/server/Storage.ts"
import * as Link from "../../src/testing/Link.ts"
import { MemoryListener } from "../../src/testing/MemoryTransport.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import type { Listener } from "../../src/transport/Listener.ts"
import { ListenError } from "../../src/transport/ListenError.ts"
import * as TcpListener from "../../src/transport/tcp/TcpListener.ts"

const settings: ServerSettings = {
  ...defaults,
  storage: { ...defaults.storage, kind: "memory" },
  tcp: { ...defaults.tcp, port: 0 },
}
const cheapHashes = Layer.succeed(PasswordHash.Settings, {
  memory: 64,
  passes: 1,
  parallelism: 1,
  atOnce: 2,
  maxWaiting: 256,
})

const start = Effect.fnUntraced(function* (listeners: readonly [Listener, ...ReadonlyArray<Listener>]) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const layer = ChatServer.layerOn(settings, listeners).pipe(Layer.provide([storesLayer(settings), cheapHashes]))
  const { address, addresses } = Context.get(yield* Layer.buildWithScope(Layer.fresh(layer), scope), ChatServer)
  return { address, addresses, stop: Scope.close(scope, Exit.void) }
})

const signedIn = Effect.fnUntraced(function* (link: Link.Link, username: string) {
  const client = yield* TestClient.v2(link)
  yield* client.ask({ type: "Login", username, password: "secret" }, "LoggedIn")
  yield* client.ask({ type: "Join", channel: "den" }, "Joined")
  return client
})

const test = (title: string, body: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.provideService(Effect.scoped(Effect.suspend(body)), References.MinimumLogLevel, "None"))

describe("a service with several listeners", () => {
  test("is one service, whichever of them one comes by, and all of it is drained together", () =>
    Effect.gen(function* () {
      const memory = new MemoryListener()
      const { address, addresses, stop } = yield* start([
        TcpListener.make(settings.tcp),
        memory,
        TcpListener.make(settings.tcp),
      ])
      assert.deepStrictEqual(
        addresses.map(({ transport }) => transport),
        ["tcp", "memory", "tcp"],
      )
      assert.strictEqual(addresses[0].address, address)
      const [first, second] = [addresses[0].address, addresses[2]!.address]
      assert.notStrictEqual(first.port, second.port)

      const clients = [
        yield* signedIn(yield* Link.tcp(first), "ann"),
        yield* signedIn(yield* memory.connect(), "bob"),
        yield* signedIn(yield* memory.connect({ carries: "websocket" }), "cleo"),
        yield* signedIn(yield* Link.tcp(second), "dan"),
      ]
      yield* clients[0]!.send({ type: "Publish", channel: "den", id: "1", content: "hello" })
      for (const client of clients) assert.strictEqual((yield* client.until("Message")).content, "hello")

      const stopping = yield* Effect.forkChild(stop, { startImmediately: true })
      for (const client of clients) assert.strictEqual((yield* client.until("Disconnect")).reason, "Draining")
      for (const client of clients) assert.deepStrictEqual(yield* client.ended, { clean: true })
      yield* Fiber.join(stopping)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(memory.connect())))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Link.tcp(first))))
    }))

  test("does not start when one of them cannot be opened, and closes the others again", () =>
    Effect.gen(function* () {
      const taken = yield* start([TcpListener.make(settings.tcp)])
      const memory = new MemoryListener()
      const error = yield* Effect.flip(
        Effect.scoped(start([memory, TcpListener.make({ ...settings.tcp, port: taken.address.port })])),
      )
      assert.instanceOf(error, ListenError)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(memory.connect())))
    }))
})
