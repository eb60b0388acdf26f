import { assert, describe, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as path from "node:path"
import { brotliCompressSync } from "node:zlib"
import type { Browser, Page as Tab } from "playwright-core"
import * as Client from "../../src/client/Client.ts"
import * as NodeDialer from "../../src/client/transport/NodeDialer.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Gateway from "../client/Gateway.ts"
import { eventually } from "../suites/transportWorld.ts"
import { type Bundle, bundle } from "./bundle.ts"
import * as Cable from "./Cable.ts"
import * as Chromium from "./Chromium.ts"
import type { Page } from "./fixtures/page.ts"
import * as PageServer from "./PageServer.ts"

declare const page: Page

/** A browser, and a site whose page talks to the service. */
class World extends Context.Service<
  World,
  { readonly browser: Browser; readonly script: Bundle; readonly origin: string }
>()("World") {
  static readonly layer = Layer.effect(
    World,
    Effect.gen(function* () {
      const script = yield* Effect.promise(() => bundle(path.join(import.meta.dirname, "fixtures/page.ts")))
      return { browser: yield* Chromium.open, script, origin: yield* PageServer.open(script) }
    }),
  )
}

/** A tab with the page in it. */
const open = Effect.fnUntraced(function* (origin: string) {
  const { browser } = yield* World
  const tab = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newPage()),
    (tab) => Effect.promise(() => tab.close()),
  )
  yield* Effect.promise(() => tab.goto(origin))
  return tab
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

/** The service lets in the page of this site. */
const service = Layer.unwrap(
  Effect.map(World, ({ origin }) => TestServer.layerTcp({ websocket: { origins: [origin] } })),
).pipe(Layer.provideMerge(World.layer), Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

const ways = [
  { name: "a WebSocket, in JSON", scheme: "ws", codec: "json" },
  { name: "a WebSocket, in MessagePack", scheme: "ws", codec: "msgpack" },
  // Events are text, whatever is asked for.
  { name: "Server-Sent Events", scheme: "http", codec: "msgpack" },
] as const

describe("a page in Chromium", () => {
  layer(service, { excludeTestServices: true, timeout: 60_000 })((it) => {
    it.effect("has a script of a size that a page can bear", () =>
      Effect.gen(function* () {
        const { script } = yield* World
        assert.deepStrictEqual([script.imports, script.nodeModules], [[], []])
        assert.isBelow(brotliCompressSync(script.code).byteLength, 52_000)
      }),
    )

    for (const { codec, name: way, scheme } of ways) {
      it.effect(`talks with others, over a cut, over ${way}`, () =>
        Effect.gen(function* () {
          const { address, sessions } = yield* TestServer
          const tab = yield* open((yield* World).origin)
          const cable = yield* Cable.open(address!)
          const [name, other] = [`ann over ${scheme} in ${codec}`, `bob over ${scheme} in ${codec}`]
          const bob = yield* Client.make({
            credentials: { username: other, password: Redacted.make("correct horse") },
          }).pipe(Effect.provide(NodeDialer.layer(address!)))
          yield* bob.join("lobby")
          const hearing = yield* bob.subscribe
          const ann = yield* person(tab, {
            address: `${scheme}://127.0.0.1:${cable.address.port}`,
            username: name,
            codec,
          })
          const hears = (content: string, from = other) =>
            eventually(
              `${name} hears ${content}`,
              Effect.map(ann.heard, (heard) => heard.includes(`${from}: ${content}`)),
            )

          yield* bob.publish("lobby", "grüße aus der Ferne 👋")
          yield* hears("grüße aus der Ferne 👋")
          const before = yield* ann.say("tea is ready")
          cable.cut()
          yield* bob.publish("lobby", "said while she was away")
          yield* hears("said while she was away")
          const after = yield* ann.say("back again")
          assert.strictEqual(after, before + 2)
          // The acknowledgement may be there before the event.
          yield* hears("back again", name)
          // Events are taken up where they broke, which the session does not notice.
          assert.deepStrictEqual(yield* ann.states, scheme === "http" ? ["Online"] : states("ConnectionLost"))
          const said = [
            `${other}: grüße aus der Ferne 👋`,
            `${name}: tea is ready`,
            `${other}: said while she was away`,
            `${name}: back again`,
          ]
          assert.deepStrictEqual(yield* ann.heard, said)
          const heard = yield* hearing.pipe(
            Stream.filter((event) => event.type === "Message"),
            Stream.map(({ content, from }) => `${from}: ${content}`),
            Stream.take(said.length),
            Stream.runCollect,
          )
          assert.deepStrictEqual(heard, said)
          yield* ann.close
          yield* eventually(
            "the page has left",
            Effect.sync(() => sessions.count() === 1),
          )
        }).pipe(Effect.scoped),
      )

      it.effect(`is told why it ends, over ${way}`, () =>
        Effect.gen(function* () {
          const { accounts, address } = yield* TestServer
          const tab = yield* open((yield* World).origin)
          const username = `eve over ${scheme} in ${codec}`
          const eve = yield* person(tab, { address: `${scheme}://127.0.0.1:${address!.port}`, username, codec })
          yield* accounts.disable(username)
          yield* eventually(
            "she knows",
            Effect.map(eve.states, (states) => states.length === 2),
          )
          assert.deepStrictEqual(yield* eve.states, ["Online", "Ended: AccountDisabled"])
        }).pipe(Effect.scoped),
      )
    }

    it.effect("comes back where a proxy says that it restarts", () =>
      Effect.gen(function* () {
        const { address } = yield* TestServer
        const tab = yield* open((yield* World).origin)
        const { close, port } = yield* Gateway.open({ service: address! })
        const ann = yield* person(tab, { address: `ws://127.0.0.1:${port}`, username: "ann", codec: "json" })
        close(1012)
        yield* eventually(
          "she is back",
          Effect.map(ann.states, (states) => states.length === 4),
        )
        assert.deepStrictEqual(yield* ann.states, states("Draining"))
      }).pipe(Effect.scoped),
    )

    it.effect("has an EventSource that goes on by itself behind a cut, and stops at the end", () =>
      Effect.gen(function* () {
        const { address, hub, sessions } = yield* TestServer
        const tab = yield* open((yield* World).origin)
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
      }).pipe(Effect.scoped, Effect.provide(TestServer.layerSse({}, { origins: ["*"] }))),
    )

    it.effect("sees the close codes that are documented", () =>
      Effect.gen(function* () {
        const { address } = yield* TestServer
        const tab = yield* open((yield* World).origin)
        const url = `ws://127.0.0.1:${address!.port}/ws`
        for (const [subprotocol, sent, code] of [
          ["natter.v2.json", ['{"type":"Disconnect"}'], 4510],
          ["natter.v2.msgpack", ["a text"], 1003],
          ["natter.v2.json", ["x".repeat(70_000)], 1009],
        ] as const) {
          const closed = yield* Effect.promise(() =>
            tab.evaluate(([url, subprotocol, sent]) => page.closed(url, subprotocol, sent), [
              url,
              subprotocol,
              [...sent],
            ] as const),
          )
          assert.strictEqual(closed.code, code, JSON.stringify(closed))
        }
      }).pipe(Effect.scoped),
    )

    it.effect("of another origin is not let in", () =>
      Effect.gen(function* () {
        const { address } = yield* TestServer
        const tab = yield* open(yield* PageServer.open((yield* World).script))
        const refusal = (address: string) =>
          Effect.promise(() => tab.evaluate((address) => page.refusal(address), address))
        for (const scheme of ["ws", "http"]) {
          const { message, ...refused } = yield* refusal(`${scheme}://127.0.0.1:${address!.port}`)
          assert.deepStrictEqual(refused, { tag: "ConnectError", reason: "Unreachable" }, scheme)
          assert.include(message, "from this page", scheme)
        }
        for (const written of ["wss://", "chat.example.org:8080"]) {
          assert.include((yield* refusal(written)).message, "write it as wss://host")
        }
      }).pipe(Effect.scoped),
    )
  })
})
