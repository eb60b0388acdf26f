import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as Client from "../../../src/client/Client.ts"
import { connect } from "../../../src/client/ClientSession.ts"
import type { Dialer } from "../../../src/client/Dialer.ts"
import * as NodeWebSocket from "../../../src/client/transport/NodeWebSocket.ts"
import * as WebSocket from "../../../src/client/transport/WebSocket.ts"
import { catalog } from "../../../src/domain/Disconnect.ts"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { eventually } from "../../suites/transportWorld.ts"
import * as Gateway from "../Gateway.ts"

const credentials = (username: string) => ({ username, password: Redacted.make("secret") })
const service = TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

const gateway = (options: Partial<Gateway.GatewayOptions> = {}) =>
  Effect.flatMap(TestServer, ({ address }) => Gateway.open({ service: address!, ...options }))

const suite = (name: string, layer: (url: string) => Layer.Layer<Dialer>) =>
  describe(name, () => {
    it.live("carries a session in either codec", () =>
      Effect.gen(function* () {
        const { kinds, open, port, subprotocols } = yield* gateway()
        const { address, sessions } = yield* TestServer
        const talk = Effect.fnUntraced(function* (codec: "json" | "msgpack") {
          const ann = yield* Client.make({ credentials: credentials(`ann ${codec}`), codec })
          const events = yield* ann.subscribe
          yield* ann.join("lobby")
          const content = `grüße 👋 ${"x".repeat(3000)}`
          yield* ann.publish("lobby", content)
          const [heard] = yield* events.pipe(
            Stream.filter((event) => event.type === "Message"),
            Stream.take(1),
            Stream.runCollect,
          )
          assert.strictEqual(heard?.content, content)
        })
        for (const codec of ["json", "msgpack"] as const) {
          for (const at of [port, address!.port]) {
            yield* talk(codec).pipe(Effect.scoped, Effect.provide(layer(`ws://127.0.0.1:${at}`)))
          }
        }
        assert.deepStrictEqual(subprotocols, ["natter.v2.json", "natter.v2.msgpack"])
        assert.deepStrictEqual([...kinds], ["text", "binary"])
        yield* eventually(
          "it is closed",
          Effect.sync(() => open() === 0 && sessions.count() === 0),
        )
      }).pipe(Effect.scoped, Effect.provide(service)),
    )

    it.live("is told by the code why it was closed", () =>
      Effect.gen(function* () {
        const { close, port } = yield* gateway()
        for (const [code, words, expected] of [
          [4001, "", { reason: "SlowConsumer", message: catalog.SlowConsumer.message }],
          [4507, "Since it was lost", { reason: "TokenRevoked", message: "Since it was lost" }],
          [1012, "", { reason: "Draining", message: catalog.Draining.message }],
        ] as const) {
          const ended = yield* Effect.gen(function* () {
            const { events } = yield* connect()
            close(code, words)
            return yield* Effect.flip(Stream.runDrain(events))
          }).pipe(Effect.scoped, Effect.provide(layer(`ws://127.0.0.1:${port}/ws`)))
          assert.deepEqual({ reason: ended.reason, message: ended.message }, expected)
        }
      }).pipe(Effect.scoped, Effect.provide(service)),
    )

    it.live("is told by the code why it is not let in", () =>
      Effect.gen(function* () {
        const { port } = yield* gateway({ refuses: 4505 })
        const refused = yield* Effect.flip(Effect.scoped(connect())).pipe(
          Effect.provide(layer(`ws://127.0.0.1:${port}`)),
        )
        assert.deepInclude(refused, { _tag: "Disconnect", reason: "TooManyConnections" })
      }).pipe(Effect.scoped, Effect.provide(service)),
    )

    it.live("comes back behind a cut, and has missed nothing", () =>
      Effect.gen(function* () {
        const { cut, port } = yield* gateway()
        yield* Effect.gen(function* () {
          const backoff = { base: Duration.millis(1), cap: Duration.millis(1) }
          const bob = yield* Client.make({ credentials: credentials("bob"), backoff })
          const events = yield* bob.subscribe
          yield* bob.join("lobby")
          cut()
          yield* bob.publish("lobby", "said again")
          const [heard] = yield* events.pipe(
            Stream.filter((event) => event.type === "Message"),
            Stream.take(1),
            Stream.runCollect,
          )
          assert.deepEqual([heard?.content, Number(heard?.seq)], ["said again", 1])
        }).pipe(Effect.scoped, Effect.provide(layer(`ws://127.0.0.1:${port}`)))
      }).pipe(Effect.scoped, Effect.provide(service)),
    )

    it.live("fails where there is no such door", () =>
      Effect.gen(function* () {
        const { port } = yield* gateway()
        const fail = (url: string) => Effect.provide(Effect.flip(Effect.scoped(connect())), layer(url))
        const elsewhere = yield* fail(`ws://127.0.0.1:${port}/elsewhere`)
        const nowhere = yield* fail(`ws://127.0.0.1:1`)
        // The platform's own tells nobody what it has met.
        const tells = name === "a WebSocket of ws"
        assert.deepInclude(elsewhere, { _tag: "ConnectError", reason: tells ? "NotNatter" : "Unreachable" })
        assert.include(elsewhere.message, tells ? "answers with status 404" : "no WebSocket could be opened")
        assert.deepInclude(nowhere, { _tag: "ConnectError", reason: tells ? "Refused" : "Unreachable" })
      }).pipe(Effect.scoped, Effect.provide(service)),
    )
  })

suite("a WebSocket of the platform", WebSocket.layer)
suite("a WebSocket of ws", (url) => NodeWebSocket.layer(url))
