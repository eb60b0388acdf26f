import { assert, describe, it } from "@effect/vitest"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { isBuiltin } from "node:module"
import { join, resolve } from "node:path"
import { createContext, runInContext } from "node:vm"
import { build, type Rolldown } from "vite"
import { TestServer } from "../../src/testing/TestServer.ts"
import { eventually } from "../suites/transportWorld.ts"
import * as Gateway from "./Gateway.ts"

const source = resolve("src/client")
const entry = "\0page"

/** The script of a page that uses the library. The test passes `report` in. */
const page = `
  import * as Effect from "effect/Effect"
  import * as Redacted from "effect/Redacted"
  import * as Stream from "effect/Stream"
  import { Client, ClientSession } from ${JSON.stringify(join(source, "index.ts"))}
  import { WebSocket } from ${JSON.stringify(join(source, "websocket.ts"))}

  const credentials = (username) => ({ username, password: Redacted.make("secret") })

  globalThis.talk = (url) =>
    Effect.gen(function* () {
      const bob = yield* ClientSession.connect({ minVersion: 2 })
      yield* bob.signIn(credentials("bob"))
      yield* bob.join("lobby")
      const ann = yield* Client.make({ credentials: credentials("ann") })
      const events = yield* ann.subscribe
      yield* ann.join("lobby")
      const { seq } = yield* ann.publish("lobby", "grüße, bob 👋")
      const said = Stream.filter((event) => event.type === "Message")
      const heard = (events) => events.pipe(said, Stream.take(1), Stream.runCollect)
      const [own] = yield* heard(events)
      const [message] = yield* heard(bob.events)
      return JSON.stringify({ seq, own: own.content, heard: message.content, from: message.from })
    }).pipe(Effect.scoped, Effect.provide(WebSocket.layer(url)), Effect.runPromise)

  globalThis.fail = (url) =>
    Effect.runPromise(Effect.flip(Effect.scoped(Effect.provide(ClientSession.connect(), WebSocket.layer(url)))))
      .then(({ _tag, reason }) => JSON.stringify({ _tag, reason }))
`

/** The page as one script, as a browser gets it. */
const bundle = Effect.promise(async () => {
  const nodeModules: Array<string> = []
  const result = (await build({
    configFile: false,
    logLevel: "error",
    plugins: [
      {
        name: "page",
        enforce: "pre",
        resolveId: (id) => {
          // Vite would replace it by an empty module.
          if (isBuiltin(id) || id.startsWith("@effect/platform-node")) nodeModules.push(id)
          return id === "page" ? entry : undefined
        },
        load: (id) => (id === entry ? page : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      rolldownOptions: { input: "page", output: { format: "iife" } },
    },
  })) as Rolldown.RolldownOutput
  const [chunk, ...others] = result.output
  assert.lengthOf(others, 0)
  return { code: chunk.code, imports: [...chunk.imports, ...chunk.dynamicImports], nodeModules }
})

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

describe("the client, in a browser", () => {
  it.live("is one script without anything of Node in it, and talks over a WebSocket", () =>
    Effect.gen(function* () {
      const { code, imports, nodeModules } = yield* bundle
      assert.deepStrictEqual(imports, [])
      assert.deepStrictEqual(nodeModules, [])
      assert.isBelow(code.length, 500_000)

      const { address } = yield* TestServer
      const { open, port } = yield* Gateway.open({ service: address! })
      const window = browser()
      runInContext(code, window, { filename: "page.js" })
      const talk = runInContext("talk", window) as (url: string) => Promise<string>
      const report = yield* Effect.promise(() => talk(`ws://127.0.0.1:${port}`))
      assert.deepStrictEqual(JSON.parse(report), {
        seq: 1,
        own: "grüße, bob 👋",
        heard: "grüße, bob 👋",
        from: "ann",
      })
      yield* eventually(
        "the page has closed its sockets",
        Effect.sync(() => open() === 0),
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))),
    ),
  )

  it.live("says in the library's words that there is nothing", () =>
    Effect.gen(function* () {
      const { code } = yield* bundle
      const window = browser()
      runInContext(code, window, { filename: "page.js" })
      const fail = runInContext("fail", window) as (url: string) => Promise<string>
      // Nothing listens on a port that was free a moment ago.
      const scope = yield* Scope.make()
      const server = yield* Scope.provide(NodeSocketServer.makeWebSocket({ host: "127.0.0.1", port: 0 }), scope)
      yield* Scope.close(scope, Exit.void)
      const { port } = server.address as { readonly port: number }
      for (const url of [`ws://127.0.0.1:${port}`, "ws://", "over there"]) {
        const report = yield* Effect.promise(() => fail(url))
        assert.deepStrictEqual(JSON.parse(report), { _tag: "ConnectError", reason: "Unreachable" }, url)
      }
    }),
  )
})
