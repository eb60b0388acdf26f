import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { vi } from "vitest"
import * as Client from "../../src/client/Client.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { make as memoryDialer } from "../../src/testing/MemoryDialer.ts"

// Guests have no password that would have to be hashed in each run.
const world = TestServer.layerMemory({ accounts: { mode: "guest" } }).pipe(
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")),
)

/** One run in a channel of its own, whose connection is cut once. Every request in it has to succeed in the end. */
const conversation = (client: Client.Client, channel: string) =>
  Effect.gen(function* () {
    yield* client.join(channel)
    yield* client.setStatus("busy", channel)
    const said = yield* Effect.forEach(["one", "two", "three"], (text) => client.publish(channel, text), {
      concurrency: "unbounded",
    })
    yield* client.read(channel, 3)
    const { channels } = yield* client.channels(channel)
    yield* client.leave(channel)
    return { seqs: said.map(({ seq }) => Number(seq)), listed: channels.length }
  })

const cutEverywhere = (direction: "toServer" | "toClient") =>
  Effect.gen(function* () {
    const server = yield* TestServer
    const way = yield* memoryDialer
    const listener = yield* server.hub.connect({ name: "listener" })
    // The only one behind the runs' own: the list is of one length, however many there are by then.
    yield* listener.join("zoo")

    const once = Effect.fnUntraced(function* (at: number) {
      const channel = `cut-${String(at).padStart(4, "0")}`
      yield* listener.join(channel)
      const scope = yield* Scope.make()
      const client = yield* Client.make({
        credentials: { username: "ann", password: Redacted.make("secret") },
      }).pipe(Effect.provideService(Dialer, way.dialer), Scope.provide(scope))
      const before = way.passed()[direction]
      way.cutAfter(at, direction)
      const dials = way.dials()
      const talking = yield* Effect.forkChild(conversation(client, channel))
      while (talking.pollUnsafe() === undefined) yield* TestClock.adjust("10 seconds")
      const { listed, seqs } = yield* Fiber.join(talking)
      assert.deepStrictEqual(seqs, [1, 2, 3])
      assert.strictEqual(listed, 1)
      const heard = yield* listener.events.pipe(
        Stream.filter((event) => event.type === "Message"),
        Stream.take(3),
        Stream.map(({ content }) => content),
        Stream.runCollect,
      )
      assert.deepStrictEqual(heard, ["one", "two", "three"])
      const { seq } = yield* Effect.andThen(listener.leave(channel), listener.join(channel))
      assert.strictEqual(Number(seq), 3)
      yield* listener.leave(channel)
      const wasCut = way.dials() > dials
      yield* Scope.close(scope, Exit.void)
      return { wasCut, length: way.passed()[direction] - before }
    })

    let at = 0
    while ((yield* once(at)).wasCut) at++
    // The last one has just heard the goodbye.
    for (let turn = 0; turn < 100 && server.sessions.count() > 0; turn++) yield* Effect.yieldNow
    assert.strictEqual(server.sessions.count(), 0)
    return at
  }).pipe(Effect.scoped, Effect.provide(world))

// Some 1500 runs.
vi.setConfig({ testTimeout: 120_000 })

describe("Client, cut off at every byte of a conversation", () => {
  it.effect("on the way to the server: everything is done, once and in order", () =>
    Effect.gen(function* () {
      assert.isAbove(yield* cutEverywhere("toServer"), 400)
    }),
  )

  it.effect("on the way back: everything is done, once and in order", () =>
    Effect.gen(function* () {
      assert.isAbove(yield* cutEverywhere("toClient"), 800)
    }),
  )
})
