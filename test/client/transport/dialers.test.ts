import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { connect } from "../../../src/client/ClientSession.ts"
import { Dialer } from "../../../src/client/Dialer.ts"
import * as Tcp from "../../../src/client/transport/Tcp.ts"
import * as WebSocket from "../../../src/client/transport/WebSocket.ts"
import * as MemoryDialer from "../../../src/testing/MemoryDialer.ts"
import { TestServer } from "../../../src/testing/TestServer.ts"

const addressOf = <E>(layer: Layer.Layer<Dialer, E>) =>
  Effect.map(Dialer, ({ address }) => address).pipe(Effect.provide(layer))

describe("the ways to a server", () => {
  it.effect("say where they lead, as people write it", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* addressOf(Tcp.layer({ host: "::1", port: 7777 })), "[::1]:7777")
      assert.strictEqual(yield* addressOf(WebSocket.layer("wss://chat.example.org/ws")), "wss://chat.example.org/ws")
    }),
  )

  it.live("fail over a URL that is none", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(connect())).pipe(Effect.provide(WebSocket.layer("no url")))
      assert.deepInclude(error, { _tag: "ConnectError", reason: "Unreachable" })
    }),
  )

  it.live("of a program's own need to say nothing of how one talks over a byte stream", () =>
    Effect.gen(function* () {
      const { address, socket } = (yield* MemoryDialer.make).dialer
      const session = yield* Effect.provideService(connect(), Dialer, { address, socket })
      assert.strictEqual(session.version, 2)
    }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory())),
  )

  it.live("close a WebSocket properly with the scope", () =>
    Effect.gen(function* () {
      const closed: Array<unknown> = []
      class Fake extends EventTarget {
        readonly url: string
        readyState = 1
        constructor(url: string) {
          super()
          this.url = url
        }
        close(code: number) {
          closed.push(this.url, code)
        }
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const before = globalThis.WebSocket
          globalThis.WebSocket = Fake as never
          return before
        }),
        (before) => Effect.sync(() => void (globalThis.WebSocket = before)),
      )
      const scope = yield* Scope.make()
      const { socket } = yield* Effect.provide(Dialer, WebSocket.layer("ws://here"))
      yield* Scope.provide(
        Effect.flatMap(socket, ({ reader }) => reader),
        scope,
      )
      assert.deepStrictEqual(closed, [])
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(closed, ["ws://here/ws", 1000])
    }).pipe(Effect.scoped),
  )
})
