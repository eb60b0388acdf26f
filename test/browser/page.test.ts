/** The service's own page, in a browser that keeps to its policy. What people do in it is tested elsewhere. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestServer } from "../../src/testing/TestServer.ts"
import { builtPage } from "../web/builtPage.ts"
import * as Chromium from "./Chromium.ts"

/** What somebody could try who got something into the page, and what came of it. */
const attempts = `(async () => {
  const opens = (url) =>
    new Promise((done) => {
      const socket = new WebSocket(url, ["natter.v2.json"])
      socket.onopen = () => done("open")
      socket.onerror = () => done("refused")
    })
  const attempt = (what) => {
    try {
      what()
      return "done"
    } catch (error) {
      return error.name
    }
  }
  const inline = document.createElement("script")
  const said = {
    markup: attempt(() => (document.createElement("p").innerHTML = "<b>a</b>")),
    code: attempt(() => (inline.textContent = "globalThis.ran = true")),
    policy: attempt(() => trustedTypes.createPolicy("mine", {})),
  }
  inline.append("globalThis.ran = true")
  document.head.append(inline)
  return {
    ...said,
    own: await opens("ws://" + location.host + "/ws"),
    foreign: await opens("ws://127.0.0.1:9/ws"),
    elsewhere: await fetch("http://127.0.0.1:9/").then(
      () => "answered",
      () => "refused",
    ),
    status: (await fetch("/api/v1/session")).status,
    ran: "ran" in globalThis,
  }
})()`

const service = Layer.unwrap(
  Effect.map(Effect.promise(builtPage), (folder) => TestServer.layerTcp({ page: { enabled: true, folder } })),
)

layer(service, { excludeTestServices: true, timeout: 60_000 })("the page in Chromium", (it) => {
  it.effect(
    "starts under its policy without a complaint, at each of its addresses",
    () =>
      Effect.gen(function* () {
        const { address } = yield* TestServer
        const browser = yield* Chromium.open
        yield* Effect.promise(async () => {
          const tab = await browser.newPage()
          const complaints: Array<string> = []
          tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
          tab.on("pageerror", ({ message }) => complaints.push(message))
          tab.on("response", (response) => response.status() >= 400 && complaints.push(response.url()))
          const origin = `http://127.0.0.1:${address!.port}`
          for (const path of ["/", "/admin", "/c/kitchen", "/c/kitchen/12"]) {
            await tab.goto(origin + path, { waitUntil: "load" })
            // What was shown before the script ran is gone.
            await tab.locator(".waiting").waitFor({ state: "detached" })
          }
          // Whoever is not signed in is told so by the service, which the browser writes down.
          assert.deepStrictEqual(
            complaints.filter((complaint) => !/401|\/api\/v1\/session$/.test(complaint)),
            [],
          )
          await tab.close()
        })
      }).pipe(Effect.scoped),
    60_000,
  )

  it.effect(
    "shows something before its scripts are there, and says what to do without any",
    () =>
      Effect.gen(function* () {
        const { address } = yield* TestServer
        const browser = yield* Chromium.open
        yield* Effect.promise(async () => {
          const origin = `http://127.0.0.1:${address!.port}`
          const waiting = await browser.newPage()
          await waiting.route("**/*.js", () => {})
          await waiting.goto(origin, { waitUntil: "commit" })
          assert.include(await waiting.locator(".waiting").innerText(), "loading")
          await waiting.close()
          const context = await browser.newContext({ javaScriptEnabled: false })
          const plain = await context.newPage()
          await plain.goto(origin)
          assert.include(await plain.locator("body").innerText(), "needs JavaScript")
          await context.close()
        })
      }).pipe(Effect.scoped),
    60_000,
  )

  it.effect(
    "can reach the service that it is from, and nothing that is brought in can do anything",
    () =>
      Effect.gen(function* () {
        const { address } = yield* TestServer
        const browser = yield* Chromium.open
        yield* Effect.promise(async () => {
          const tab = await browser.newPage()
          await tab.goto(`http://127.0.0.1:${address!.port}/`)
          const found = await tab.evaluate(attempts)
          assert.deepStrictEqual(found, {
            own: "open",
            foreign: "refused",
            elsewhere: "refused",
            status: 401,
            markup: "TypeError",
            code: "TypeError",
            policy: "TypeError",
            ran: false,
          })
          await tab.close()
        })
      }).pipe(Effect.scoped),
    60_000,
  )
})
