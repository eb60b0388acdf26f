import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { TestServer } from "../../src/testing/TestServer.ts"
import { examples, run } from "./examples.ts"

const [bot = ""] = examples("docs/CLIENT.md", "A bot")
const [saying = ""] = examples("docs/CLIENT.md", "Addresses")

const server = TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

describe("the guide to the client", () => {
  it.live("has a program for any address", () =>
    Effect.gen(function* () {
      const { address, hub } = yield* TestServer
      const ann = yield* hub.connect({ name: "ann" })
      yield* ann.join("lobby")
      for (const written of ["", "ws://", "http://"].map((over) => `${over}127.0.0.1:${address!.port}`)) {
        const hearing = ann.events.pipe(
          Stream.filter((event) => event.type === "Message"),
          Stream.take(1),
          Stream.runCollect,
        )
        const running = Effect.tryPromise(() => run(saying, { SERVER: written }))
        const [[heard]] = yield* Effect.all([hearing, running], { concurrency: 2 })
        assert.deepEqual([heard?.from, heard?.content], ["deploy", "version 2 is out"], written)
      }
    }).pipe(Effect.scoped, Effect.provide(server)),
  )

  it.live("has a bot that does what it says", () =>
    Effect.gen(function* () {
      const { address, hub } = yield* TestServer
      const ann = yield* hub.connect({ name: "ann" })
      yield* ann.join("lobby")
      const talking = ann.events.pipe(
        Stream.tap((event) =>
          event.type === "Presence" && event.joined?.some(({ username }) => username === "echo")
            ? Effect.asVoid(ann.publish("lobby", "hello"))
            : Effect.void,
        ),
        Stream.filter((event) => event.type === "Message"),
        Stream.map(({ content, from }) => `${from}: ${content}`),
        Stream.take(2),
        Stream.runCollect,
      )
      const running = Effect.tryPromise(() => run(bot, { PORT: String(address!.port) }))
      const [said, printed] = yield* Effect.all([talking, running], { concurrency: 2 })
      assert.deepStrictEqual(said, ["ann: hello", "echo: ann said hello"])
      assert.deepStrictEqual(printed, ["2 here"])
    }).pipe(Effect.scoped, Effect.provide(server)),
  )
})
