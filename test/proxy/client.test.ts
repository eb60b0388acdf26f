import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as Client from "../../src/client/Client.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import type { Fault } from "../../src/proxy/Fault.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"
import type { ProxyState } from "../../src/proxy/ProxyState.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

const credentials = { username: "ann", password: Redacted.make("secret") }
const quiet = Layer.succeed(References.MinimumLogLevel, "None")
const service = TestServer.layerTcp({ tcp: { host: "127.0.0.1", port: 0 } }).pipe(Layer.provideMerge(quiet))
const backoff = { base: Duration.millis(5), cap: Duration.millis(20) }

/** What goes wrong, and how one sees in the proxy that it has. */
const faults: ReadonlyArray<readonly [Fault, seen: (state: ProxyState) => boolean]> = [
  [{ _tag: "Delay", by: Duration.millis(20), jitter: Duration.millis(20) }, () => true],
  [{ _tag: "Limit", bytesPerSecond: 5000 }, () => true],
  [{ _tag: "Stall" }, () => true],
  [{ _tag: "HalfOpen" }, ({ counters }) => counters.lost > 0],
  [{ _tag: "HalfOpen", on: "down" }, ({ counters }) => counters.lost > 0],
  // Bytes that were garbled on the way pass, too.
  [{ _tag: "Corrupt", probability: 1, on: "down" }, ({ counters }) => counters.opened > 1],
  [{ _tag: "Cut" }, ({ counters }) => counters.cut > 0],
  [{ _tag: "HalfClose", direction: "up" }, ({ counters }) => counters.ended > 0],
  [{ _tag: "HalfClose", direction: "down" }, ({ counters }) => counters.opened > 1],
]

describe("Natter's client, through the proxy", () => {
  for (const [fault, seen] of faults) {
    it.live(`says everything once in spite of ${JSON.stringify(fault)}`, () =>
      Effect.gen(function* () {
        const server = yield* TestServer
        const target = server.address ?? assert.fail("it listens")
        const proxy = yield* Proxy.make({ target })
        const client = yield* Client.make({ backoff, credentials }).pipe(Effect.provide(Tcp.layer(proxy.address)))
        const listener = yield* server.hub.connect({ name: "listener" })
        yield* listener.join("ops")
        yield* client.join("ops")
        yield* client.publish("ops", "before")
        const { id } = yield* proxy.apply({ fault })
        const talking = yield* Effect.forkChild(Effect.forEach(["one", "two"], (text) => client.publish("ops", text)))
        const wrong = Effect.map(proxy.state, seen)
        while (!(yield* wrong)) yield* Effect.sleep(1)
        if (fault._tag !== "Delay" && fault._tag !== "Limit") yield* Effect.ignore(proxy.remove(id))
        assert.deepStrictEqual(
          (yield* Fiber.join(talking)).map(({ seq }) => Number(seq)),
          [2, 3],
        )
        yield* proxy.removeAll
        const heard = yield* listener.events.pipe(
          Stream.filter((event) => event.type === "Message"),
          Stream.take(3),
          Stream.map(({ content }) => content),
          Stream.runCollect,
        )
        assert.deepStrictEqual(heard, ["before", "one", "two"])
      }).pipe(Effect.scoped, Effect.provide(service)),
    )
  }
})
