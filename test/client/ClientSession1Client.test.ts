import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Client from "../../src/client/Client.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import * as Natter from "../cli/NatterProcess.ts"
import { eventually } from "../suites/transportWorld.ts"
import { type ChapterServer, open } from "./ChapterServer.ts"

const client = (server: ChapterServer, username: string) =>
  Effect.provide(
    Client.make({
      credentials: { username, password: Redacted.make("password") },
      backoff: { base: Duration.millis(20), cap: Duration.millis(100) },
    }),
    Tcp.layer(server.address),
  )

describe("what is built on connections, to the chapter's server", () => {
  it.live("a client stays: it comes back to the lobby, and talks on", () =>
    Effect.gen(function* () {
      const server = yield* open()
      const ann = yield* client(server, "ann")
      const events = yield* ann.subscribe
      yield* ann.join("lobby")
      yield* ann.publish("lobby", "one")
      assert.deepInclude(yield* ann.state, { _tag: "Online", version: 1 })
      yield* server.kick
      const { total } = server.connections
      yield* eventually(
        "it is back",
        Effect.sync(() => server.connections.total === total + 2),
      )
      const second = yield* ann.publish("lobby", "two")
      assert.strictEqual(second.durability, "memory")
      const told = yield* events.pipe(
        Stream.map((event) => (event.type === "Message" ? event.content : event.type)),
        Stream.take(4),
        Stream.runCollect,
      )
      assert.deepStrictEqual(told, ["Joined", "one", "Joined", "two"])
    }).pipe(Effect.scoped),
  )

  it.live("a client does not say again what may have been heard", () =>
    Effect.gen(function* () {
      const server = yield* open({ instead: (content) => (content === "lost" ? [] : undefined) })
      const ann = yield* client(server, "ann")
      yield* ann.join("lobby")
      const publishing = yield* Effect.forkChild(Effect.flip(ann.publish("lobby", "lost")))
      yield* eventually(
        "it was said",
        Effect.sync(() => server.came.includes("ChatMessage")),
      )
      yield* server.kick
      assert.deepInclude(yield* Fiber.join(publishing), { _tag: "Unconfirmed" })
      yield* ann.publish("lobby", "next")
      assert.lengthOf(
        server.came.filter((type) => type === "ChatMessage"),
        2,
      )
    }).pipe(Effect.scoped),
  )

  it.live("natter send is heard", () =>
    Effect.gen(function* () {
      const server = yield* open()
      const bob = yield* client(server, "bob")
      const events = yield* bob.subscribe
      yield* bob.join("lobby")
      const { port } = server.address
      const sent = yield* Effect.promise(() =>
        Natter.run(["send", `127.0.0.1:${port}`, "--name", "ann", "tea", "is ready"], {
          env: { NATTER_PASSWORD: "password" },
        }),
      )
      assert.deepInclude(sent, { code: 0, stdout: "", stderr: "" })
      const [message] = yield* events.pipe(
        Stream.filter((event) => event.type === "Message"),
        Stream.take(1),
        Stream.runCollect,
      )
      assert.deepInclude(message, { from: "ann", content: "tea is ready" } as never)
    }).pipe(Effect.scoped),
  )
})
