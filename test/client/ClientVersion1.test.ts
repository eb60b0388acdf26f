import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Client from "../../src/client/Client.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import * as ChapterServer from "./ChapterServer.ts"
import { make as memoryDialer } from "../../src/testing/MemoryDialer.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

const credentials = (username: string) => ({ username, password: Redacted.make("password") })
const soon = { base: Duration.millis(20), cap: Duration.millis(20) }

const online = (client: Client.Client) =>
  client.states.pipe(
    Stream.filter(({ _tag }) => _tag === "Online"),
    Stream.runHead,
  )

const away = (client: Client.Client) =>
  client.states.pipe(
    Stream.filter(({ _tag }) => _tag !== "Online"),
    Stream.runHead,
  )

describe("Client, to a server that knows only version 1", () => {
  it.live("talks, comes back into the lobby, and says each message once", () =>
    Effect.gen(function* () {
      const server = yield* ChapterServer.open()
      const tcp = Tcp.layer(server.address)
      const ann = yield* Effect.provide(Client.make({ credentials: credentials("ann"), backoff: soon }), tcp)
      const bob = yield* Effect.provide(Client.make({ credentials: credentials("bob"), backoff: soon }), tcp)
      const heard = yield* bob.subscribe
      const state = yield* ann.state
      assert(state._tag === "Online")
      assert.strictEqual(state.version, 1)
      yield* ann.join("lobby")
      yield* bob.join("lobby")
      yield* ann.publish("lobby", "before")
      yield* server.kick
      yield* Effect.all([away(ann), away(bob)])
      yield* Effect.all([online(ann), online(bob)])
      const { seq } = yield* ann.publish("lobby", "after")
      assert.strictEqual(Number(seq), 0)
      const said = yield* heard.pipe(
        Stream.filter((event) => event.type === "Message"),
        Stream.map(({ content }) => content),
        Stream.take(2),
        Stream.runCollect,
      )
      assert.deepStrictEqual(said, ["before", "after"])
      assert.strictEqual(server.came.filter((type) => type === "ChatMessage").length, 2)
    }).pipe(Effect.scoped),
  )

  it.live("does not say again what may have been heard", () =>
    Effect.gen(function* () {
      const server = yield* ChapterServer.open({ instead: (content) => (content === "lost" ? [] : undefined) })
      const ann = yield* Effect.provide(
        Client.make({ credentials: credentials("ann"), backoff: soon }),
        Tcp.layer(server.address),
      )
      yield* ann.join("lobby")
      const publishing = yield* Effect.forkChild(Effect.flip(ann.publish("lobby", "lost")))
      while (!server.came.includes("ChatMessage")) yield* Effect.promise(() => new Promise(setImmediate))
      yield* server.kick
      assert.strictEqual((yield* Fiber.join(publishing))._tag, "Unconfirmed")
      yield* ann.publish("lobby", "found")
      assert.strictEqual(server.came.filter((type) => type === "ChatMessage").length, 2)
    }).pipe(Effect.scoped),
  )
})

describe("Client, to a server that has no history", () => {
  it.live("says of everything that is new that the server does not do it, and goes on", () =>
    Effect.gen(function* () {
      const server = yield* ChapterServer.open()
      const ann = yield* Effect.provide(
        Client.make({ credentials: credentials("ann"), backoff: soon }),
        Tcp.layer(server.address),
      )
      const events = yield* ann.subscribe
      yield* ann.join("lobby", { after: 0 })
      const asked: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        ann.history("lobby"),
        Stream.runDrain(ann.entries("lobby")),
        ann.search("tea"),
        ann.unread,
        ann.read("lobby", 1),
        ann.edit("lobby", 1, "tea"),
        ann.delete("lobby", 1),
        ann.react("lobby", 1, "👍"),
        ann.createChannel("ops"),
        ann.configure("lobby", { slowMode: 1000 }),
        ann.rename("lobby", "ops"),
        ann.invite("lobby", "bob"),
        ann.setRole("lobby", "bob", "owner"),
        ann.kick("lobby", "bob"),
        ann.ban("lobby", { username: "bob" }),
        ann.unban("lobby", { username: "bob" }),
        ann.mute("lobby", "bob"),
        ann.unmute("lobby", "bob"),
        ann.block("bob"),
        ann.unblock("bob"),
        ann.blocked,
        ann.describe("lobby"),
        ann.audit("lobby"),
      ]
      const reasons = yield* Effect.forEach(asked, (request) =>
        Effect.map(Effect.flip(request), (error) => (error as { readonly reason?: string }).reason),
      )
      assert.deepStrictEqual([...new Set(reasons)], ["NotSupported"])
      yield* ann.publish("lobby", "hello")
      const heard = yield* events.pipe(
        Stream.filter(({ type }) => type === "Message" || type === "Missed"),
        Stream.runHead,
      )
      assert(heard._tag === "Some")
      assert.deepInclude(heard.value, { type: "Message", content: "hello" })
    }).pipe(Effect.scoped),
  )
})

describe("Client, to a server that has spoken version 2", () => {
  it.effect("does not take one that closes the door for an old one", () =>
    Effect.gen(function* () {
      const way = yield* memoryDialer
      const ann = yield* Client.make({ credentials: credentials("ann") }).pipe(
        Effect.provideService(Dialer, way.dialer),
      )
      const dials = way.dials()
      way.cutAfter(0, "toServer")
      yield* way.cut
      yield* away(ann)
      yield* ann.retry
      // The connection breaks before the server answers: one dial, and none for version 1.
      yield* ann.states.pipe(
        Stream.filter((state) => state._tag === "Away" && state.attempt === 1),
        Stream.runHead,
      )
      assert.strictEqual(way.dials(), dials + 1)
    }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory())),
  )
})
