/** Files whose connection is cut, at many bytes of what is said. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { vi } from "vitest"
import * as Client from "../../src/client/Client.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { FileRecords } from "../../src/files/FileRecords.ts"
import { FileStore } from "../../src/files/FileStore.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { History } from "../../src/history/History.ts"
import { make as memoryDialer } from "../../src/testing/MemoryDialer.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { bytesOf, hashOf, roundTrip, sourceOf, collect } from "./files.ts"

vi.setConfig({ testTimeout: 60_000 })

// An upload whose answer was lost waits until it expires: there are as many of them as there are cuts there.
const world = TestServer.layerMemory({
  accounts: { mode: "guest" },
  files: { uploads: 1000 },
  hub: { publishing: undefined },
}).pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

const size = 80_000

const cutEverywhere = (direction: "toServer" | "toClient", codec: "json" | "msgpack", each: number) =>
  Effect.gen(function* () {
    const way = yield* memoryDialer
    const once = Effect.fnUntraced(function* (at: number) {
      const scope = yield* Scope.make()
      const client = yield* Client.make({
        credentials: { username: "ann", password: Redacted.make("secret") },
        codec,
        backoff: { base: Duration.millis(50), cap: Duration.millis(50) },
      }).pipe(Effect.provideService(Dialer, way.dialer), Scope.provide(scope))
      yield* client.join("lobby")
      const bytes = bytesOf(size + (at % 97))
      const dials = way.dials()
      way.cutAfter(at, direction)
      const { come, file } = yield* roundTrip(client, "lobby", bytes)
      assert.strictEqual(file.sha256, hashOf(bytes), `cut at ${at}`)
      assert.isTrue(come.equals(bytes), `cut at ${at}`)
      const wasCut = way.dials() > dials
      yield* Scope.close(scope, Exit.void)
      return wasCut
    })
    let count = 0
    while (yield* once(count * each)) count++
    return count
  }).pipe(Effect.scoped, Effect.provide(world))

describe.each(["json", "msgpack"] as const)("a file, its connection cut at many bytes, in %s", (codec) => {
  it.live("on the way to the server: it arrives all the same", () =>
    Effect.map(cutEverywhere("toServer", codec, 1999), (count) => assert.isAbove(count, 30)),
  )

  it.live("on the way back", () =>
    Effect.map(cutEverywhere("toClient", codec, 1999), (count) => assert.isAbove(count, 30)),
  )
})

/** What outlives a service that is started anew. */
const kept = Layer.mergeAll(FileRecords.layerMemory, FileStore.layerMemory)

describe("a service that is started anew", () => {
  it.live("goes on with an upload, and serves it", () =>
    Effect.gen(function* () {
      const stores = yield* Layer.build(kept)
      const others = yield* Layer.build(
        Layer.mergeAll(History.layerMemory, ChannelStore.layerMemory, AccountStore.layerMemory),
      )
      const service = TestServer.layerMemory({
        fileStore: Layer.succeedContext(stores),
        fileRecords: Layer.succeedContext(stores),
        history: Layer.succeedContext(others),
        channels: Layer.succeedContext(others),
        accountStore: Layer.succeedContext(others),
      })
      const bytes = bytesOf(4_000_000)
      let file = ""
      const credentials = { username: "ann", password: Redacted.make("secret") }
      yield* Effect.gen(function* () {
        const way = yield* memoryDialer
        const client = yield* Effect.provideService(Client.make({ credentials }), Dialer, way.dialer)
        yield* client.join("lobby")
        let safe = 0
        const sending = yield* Effect.forkChild(
          client.upload("lobby", sourceOf(bytes), {
            onStarted: (id) => (file = id),
            onProgress: (at) => void (safe = at),
          }),
        )
        while (safe === 0) yield* Effect.yieldNow
        yield* way.answer(false)
        yield* way.cut
        yield* Fiber.interrupt(sending)
      }).pipe(Effect.scoped, Effect.provide(Layer.fresh(service)))
      yield* Effect.gen(function* () {
        const way = yield* memoryDialer
        const client = yield* Effect.provideService(Client.make({ credentials }), Dialer, way.dialer)
        yield* client.join("lobby")
        const sent = yield* client.upload("lobby", sourceOf(bytes), { resume: file })
        assert.strictEqual(sent.sha256, hashOf(bytes))
        yield* client.publish("lobby", "", { file })
        const come = yield* Effect.scoped(Effect.flatMap(client.download("lobby", file), ({ bytes }) => collect(bytes)))
        assert.isTrue(come.equals(bytes))
      }).pipe(Effect.scoped, Effect.provide(Layer.fresh(service)))
    }).pipe(Effect.scoped),
  )
})
