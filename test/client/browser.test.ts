import { assert, describe, it } from "@effect/vitest"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { join } from "node:path"
import { createContext, runInContext } from "node:vm"
import { TestServer } from "../../src/testing/TestServer.ts"
import { eventually } from "../suites/transportWorld.ts"
import { bundle } from "../browser/bundle.ts"
import * as Gateway from "./Gateway.ts"

const page = () => bundle(join(import.meta.dirname, "../browser/fixtures/page.ts"), "iife")

/** The globals of a browser, and no others. */
const browser = () => {
  const window: Record<string, unknown> = {
    WebSocket,
    TextEncoder,
    TextDecoder,
    URL,
    URLSearchParams,
    AbortController,
    AbortSignal,
    Blob,
    Event,
    EventTarget,
    MessageChannel,
    crypto,
    performance,
    console,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    queueMicrotask,
    structuredClone,
    // The buffers that a WebSocket delivers are made outside of the sandbox.
    ArrayBuffer,
    Uint8Array,
  }
  window.self = window
  window.window = window
  return createContext(window)
}

/** The page in a sandbox. What it makes is asked for by expressions, since its objects are of another realm. */
const open = (code: string) => {
  const window = browser()
  runInContext(code, window, { filename: "page.js" })
  return <A>(expression: string) =>
    Effect.map(
      Effect.promise(
        () => runInContext(`(async () => JSON.stringify(await ${expression}))()`, window) as Promise<string>,
      ),
      (json) => JSON.parse(json) as A,
    )
}

const arrive = (address: string, username: string) =>
  `page.arrive(${JSON.stringify({ address, username, codec: "json" })}).then((person) => page.people.set("${username}", person).size)`

describe("the client, in a browser", () => {
  it.live("is one script without anything of Node in it, and talks over a WebSocket", () =>
    Effect.gen(function* () {
      const { code, imports, nodeModules } = yield* Effect.promise(page)
      assert.deepStrictEqual([imports, nodeModules], [[], []])
      assert.isBelow(code.length, 500_000)

      const { address } = yield* TestServer
      const gateway = yield* Gateway.open({ service: address! })
      const ask = open(code)
      const heard = (name: string) => ask<ReadonlyArray<string>>(`page.people.get("${name}").heard`)
      for (const name of ["ann", "bob"]) yield* ask(arrive(`ws://127.0.0.1:${gateway.port}`, name))
      assert.strictEqual(yield* ask(`page.people.get("ann").say("grüße, bob 👋")`), 1)
      for (const name of ["ann", "bob"]) {
        yield* eventually(
          `${name} has heard it`,
          Effect.map(heard(name), ([first]) => first === "ann: grüße, bob 👋"),
        )
      }
      for (const name of ["ann", "bob"]) yield* ask(`page.people.get("${name}").close().then(() => 0)`)
      yield* eventually(
        "the page has closed its sockets",
        Effect.sync(() => gateway.open() === 0),
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))),
    ),
  )

  it.live("says in the library's words that there is nothing", () =>
    Effect.gen(function* () {
      const { code } = yield* Effect.promise(page)
      const ask = open(code)
      // Nothing listens on a port that was free a moment ago.
      const scope = yield* Scope.make()
      const server = yield* Scope.provide(NodeSocketServer.makeWebSocket({ host: "127.0.0.1", port: 0 }), scope)
      yield* Scope.close(scope, Exit.void)
      const { port } = server.address as { readonly port: number }
      for (const url of [`ws://127.0.0.1:${port}`, "ws://", "over there"]) {
        const report = yield* ask<object>(`page.refusal("${url}")`)
        assert.deepInclude(report, { tag: "ConnectError", reason: "Unreachable" }, url)
      }
    }),
  )
})
