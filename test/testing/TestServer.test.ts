import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Client from "../../src/client/Client.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import { History } from "../../src/history/History.ts"
import { HistoryError } from "../../src/history/HistoryError.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import * as MemoryDialer from "../../src/testing/MemoryDialer.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { settle } from "../actor/fibers.ts"

const credentials = (username: string) => ({ username, password: Redacted.make("secret") })

/** History that fails: the service logs that as an error. */
const failing = Layer.effect(
  History,
  Effect.map(History, (history) => ({
    ...history,
    appendUnsafe: undefined,
    append: () => Effect.fail(new HistoryError({ reason: "Unavailable", operation: "test" })),
  })),
).pipe(Layer.provide(History.layerMemory))

/** What is logged while somebody comes, says something that cannot be stored, and the service ends. */
const logged = (settings: Settings, own: "All" | "None" = "All") =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel }) => void lines.push(logLevel))
    const visit = Effect.gen(function* () {
      const client = yield* Effect.flatMap(TestServer, (server) => server.client2())
      yield* client.ask({ type: "Login", username: "ann", password: "secret" }, "LoggedIn")
      yield* client.ask({ type: "Join", channel: "kitchen" }, "Joined")
      yield* client.ask({ type: "Publish", channel: "kitchen", id: "1", content: "hello" }, "Error")
    }).pipe(Effect.scoped)
    yield* visit.pipe(
      Effect.provide(TestServer.layerMemory({ history: failing, ...settings })),
      Effect.provideService(References.MinimumLogLevel, own),
      Effect.provide(Logger.layer([logger])),
    )
    return [...new Set(lines)].toSorted()
  })

describe("TestServer", () => {
  it.effect("logs errors only, unless it is asked for more", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* logged({}), ["Error"])
      assert.deepStrictEqual(yield* logged({}, "None"), [])
      assert.includeMembers([...(yield* logged({ log: "All" }))], ["Error", "Info"])
      assert.deepStrictEqual(yield* logged({ log: "None" }), [])
    }),
  )

  it.effect("has a hub for programs that need one", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const hub = yield* Hub
        const bot = yield* hub.connect({ name: "bot", events: false })
        yield* bot.entries("kitchen").pipe(
          Stream.filter((entry) => entry.type === "Message" && entry.user_id !== bot.user.id),
          Stream.runForEach(() => Effect.delay(bot.publish("kitchen", "in a moment"), "5 seconds")),
          Effect.forkScoped({ startImmediately: true }),
        )
      })
      yield* program
      yield* settle
      const ann = yield* Effect.flatMap(TestServer, (server) => server.client2())
      yield* ann.ask({ type: "Login", username: "ann", password: "secret" }, "LoggedIn")
      yield* ann.ask({ type: "Join", channel: "kitchen" }, "Joined")
      yield* ann.ask({ type: "Publish", channel: "kitchen", id: "1", content: "tea?" }, "Published")
      assert.strictEqual((yield* ann.until("Message")).from, "ann")
      yield* settle
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* ann.until("Message")).content, "in a moment")
    }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory())),
  )

  it.effect("is reached by the client on virtual time, which comes back when it is cut off", () =>
    Effect.gen(function* () {
      const { hub } = yield* TestServer
      const ann = yield* hub.connect({ name: "ann", events: false })
      yield* ann.join("kitchen")
      const memory = yield* MemoryDialer.make
      const bot = yield* Client.make({ credentials: credentials("bot") }).pipe(
        Effect.provideService(Dialer, memory.dialer),
      )
      const events = yield* bot.subscribe
      yield* bot.join("kitchen")
      const heard = yield* events.pipe(
        Stream.filter((event) => event.type === "Message"),
        Stream.take(2),
        Stream.map(({ content }) => content),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true }),
      )
      yield* ann.publish("kitchen", "one")
      yield* memory.cut
      yield* settle
      yield* ann.publish("kitchen", "two")
      yield* TestClock.adjust(Duration.minutes(1))
      assert.deepStrictEqual(yield* Fiber.join(heard), ["one", "two"])
      assert.strictEqual(memory.dials(), 2)
    }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory({ accounts: { mode: "guest" } }))),
  )

  it.effect("is reached by any number of clients over one layer", () =>
    Effect.gen(function* () {
      const names = ["ann", "bob", "cleo"]
      const clients = yield* Effect.forEach(names, (name) => Client.make({ credentials: credentials(name) }))
      for (const client of clients) yield* client.join("kitchen")
      const { hub } = yield* TestServer
      assert.strictEqual((yield* hub.stats).sessions, 3)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.provideMerge(MemoryDialer.layer, TestServer.layerMemory({ accounts: { mode: "guest" } }))),
    ),
  )
})
