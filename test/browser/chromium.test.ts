import { assert, describe, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as path from "node:path"
import { brotliCompressSync } from "node:zlib"
import type { Browser, Page as Tab } from "playwright-core"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Gateway from "../client/Gateway.ts"
import { eventually } from "../suites/transportWorld.ts"
import { type Bundle, bundle } from "./bundle.ts"
import * as Cable from "./Cable.ts"
import * as Chromium from "./Chromium.ts"
import type { Page } from "./fixtures/page.ts"
import * as PageServer from "./PageServer.ts"

declare const page: Page

/** A browser, and the script for a page in it. */
class World extends Context.Service<World, { readonly browser: Browser; readonly script: Bundle }>()("World") {
  static readonly layer = Layer.effect(
    World,
    Effect.gen(function* () {
      const script = yield* Effect.promise(() => bundle(path.join(import.meta.dirname, "fixtures/page.ts")))
      return { browser: yield* Chromium.open, script }
    }),
  )
}

/** A tab with the page in it, of an origin of its own. */
const open = Effect.gen(function* () {
  const { browser, script } = yield* World
  const origin = yield* PageServer.open(script.code)
  const tab = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newPage()),
    (tab) => Effect.promise(() => tab.close()),
  )
  yield* Effect.promise(() => tab.goto(origin))
  return { origin, tab }
})

type Arrival = Parameters<Page["arrive"]>[0]

/** Somebody who talks in the page. */
const person = Effect.fnUntraced(function* (tab: Tab, arrival: Arrival) {
  const ask = <A>(what: () => Promise<A>) => Effect.promise(what)
  yield* ask(() =>
    tab.evaluate(async (arrival) => {
      page.people.set(arrival.username, await page.arrive(arrival))
    }, arrival),
  )
  const { username } = arrival
  return {
    say: (content: string) =>
      ask(() => tab.evaluate(([name, content]) => page.people.get(name)!.say(content), [username, content] as const)),
    heard: ask(() => tab.evaluate((name) => page.people.get(name)!.heard, username)),
    states: ask(() => tab.evaluate((name) => page.people.get(name)!.states, username)),
    close: ask(() => tab.evaluate((name) => page.people.get(name)!.close(), username)),
  }
})

/** What a client goes through that comes back. */
const states = (because: string) => ["Online", `Away: ${because}`, `Returning: ${because}`, "Online"]

const service = TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

describe("a page in Chromium", () => {
  layer(Layer.merge(World.layer, service), { excludeTestServices: true, timeout: 60_000 })((it) => {
    it.effect("has a script of a size that a page can bear", () =>
      Effect.gen(function* () {
        const { script } = yield* World
        assert.deepStrictEqual([script.imports, script.nodeModules], [[], []])
        assert.isBelow(brotliCompressSync(script.code).byteLength, 75_000)
      }),
    )

    for (const codec of ["json", "msgpack"] as const) {
      it.effect(`talks with others, over a cut, in ${codec}`, () =>
        Effect.gen(function* () {
          const { address, hub } = yield* TestServer
          const { origin, tab } = yield* open
          const gateway = yield* Gateway.open({ service: address!, origins: [origin] })
          const cable = yield* Cable.open({ host: "127.0.0.1", port: gateway.port })
          const [name, other] = [`ann in ${codec}`, `bob in ${codec}`]
          const bob = yield* hub.connect({ name: other })
          yield* bob.join("lobby")
          const ann = yield* person(tab, { address: `ws://127.0.0.1:${cable.address.port}`, username: name, codec })
          const hears = (content: string) =>
            eventually(
              `${name} hears ${content}`,
              Effect.map(ann.heard, (heard) => heard.includes(`${other}: ${content}`)),
            )

          yield* bob.publish("lobby", "grüße aus der Ferne 👋")
          yield* hears("grüße aus der Ferne 👋")
          const before = yield* ann.say("tea is ready")
          cable.cut()
          yield* bob.publish("lobby", "said while she was away")
          yield* hears("said while she was away")
          const after = yield* ann.say("back again")
          assert.strictEqual(after, before + 2)
          assert.deepStrictEqual(yield* ann.states, states("ConnectionLost"))
          assert.deepStrictEqual(yield* ann.heard, [
            `${other}: grüße aus der Ferne 👋`,
            `${name}: tea is ready`,
            `${other}: said while she was away`,
            `${name}: back again`,
          ])
          yield* ann.close
          yield* eventually(
            "it is closed",
            Effect.sync(() => gateway.open() === 0),
          )
        }).pipe(Effect.scoped),
      )
    }

    it.effect("is told why it was closed, and why it is not let in", () =>
      Effect.gen(function* () {
        const { address } = yield* TestServer
        const { origin, tab } = yield* open
        const { close, port } = yield* Gateway.open({ service: address!, origins: [origin] })
        const ann = yield* person(tab, { address: `ws://127.0.0.1:${port}`, username: "ann", codec: "json" })
        close(4001)
        yield* eventually(
          "she is back",
          Effect.map(ann.states, (states) => states.length === 4),
        )
        assert.deepStrictEqual(yield* ann.states, states("SlowConsumer"))

        const { tab: stranger } = yield* open
        const refusal = (tab: Tab, address: string) =>
          Effect.promise(() => tab.evaluate((address) => page.refusal(address), address))
        const { message, ...refused } = yield* refusal(stranger, `ws://127.0.0.1:${port}`)
        assert.deepStrictEqual(refused, { tag: "ConnectError", reason: "Unreachable" })
        assert.include(message, "lets none in by this path or from this page")
        for (const written of ["wss://", "chat.example.org:8080"]) {
          assert.include(
            (yield* refusal(tab, written)).message,
            "write it as wss://host, ws://host:port or https://host",
          )
        }
      }).pipe(Effect.scoped),
    )

    const events = TestServer.layerSse({}, { origins: ["*"] })

    it.effect("talks over Server-Sent Events, and a cut is none to the session", () =>
      Effect.gen(function* () {
        const { address, hub } = yield* TestServer
        const { tab } = yield* open
        const cable = yield* Cable.open(address!)
        const bob = yield* hub.connect({ name: "bob" })
        yield* bob.join("lobby")
        const url = `http://127.0.0.1:${cable.address.port}`
        const ann = yield* person(tab, { address: url, username: "ann", codec: "msgpack" })
        yield* ann.say("tea is ready 👋")
        cable.cut()
        yield* bob.publish("lobby", "said while she was away")
        yield* eventually(
          "all is heard",
          Effect.map(ann.heard, ({ length }) => length === 2),
        )
        yield* ann.say("back again")
        assert.deepStrictEqual(yield* ann.heard, [
          "ann: tea is ready 👋",
          "bob: said while she was away",
          "ann: back again",
        ])
        assert.deepStrictEqual(yield* ann.states, ["Online"])
        yield* ann.close
      }).pipe(Effect.scoped, Effect.provide(events)),
    )

    it.effect("has an EventSource that goes on by itself behind a cut, and stops at the end", () =>
      Effect.gen(function* () {
        const { address, hub, sessions } = yield* TestServer
        const { tab } = yield* open
        const cable = yield* Cable.open(address!)
        const bob = yield* hub.connect({ name: "bob" })
        yield* bob.join("lobby")
        const url = `http://127.0.0.1:${cable.address.port}/sse`
        const login = { type: "Login", username: "ann", password: "a" }
        yield* Effect.promise(() =>
          tab.evaluate(([url, frames]) => page.listen(url, frames), [
            url,
            [login, { type: "Join", channel: "lobby" }],
          ] as const),
        )
        const heard = Effect.promise(() => tab.evaluate(() => page.source!))
        const said = (count: number) =>
          eventually(
            `${count} are heard`,
            Effect.map(heard, ({ messages }) => messages.length === count),
          )
        yield* eventually(
          "she is there",
          Effect.map(heard, ({ frames }) => frames.includes("Joined")),
        )
        yield* bob.publish("lobby", "one")
        yield* said(1)
        cable.cut()
        yield* bob.publish("lobby", "two")
        yield* bob.publish("lobby", "three")
        yield* said(3)
        assert.deepStrictEqual((yield* heard).messages, ["one", "two", "three"])
        assert.deepStrictEqual((yield* heard).opened, [false, true])
        yield* Effect.promise(() => tab.evaluate(([url]) => page.post(url, [{ type: "Disconnect" }]), [url] as const))
        yield* eventually(
          "it is told why",
          Effect.map(heard, ({ closed }) => closed === 4510),
        )
        assert.strictEqual(sessions.count(), 0)
      }).pipe(Effect.scoped, Effect.provide(events)),
    )
  })
})
