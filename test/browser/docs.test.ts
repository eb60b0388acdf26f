/** The page at /docs, as somebody uses it who wants to see what the API does. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Chromium from "./Chromium.ts"

layer(TestServer.layerTcp(), { excludeTestServices: true, timeout: 60_000 })("the page at /docs", (it) => {
  it.effect(
    "shows the API under its policy without a complaint, and asks the service",
    () =>
      Effect.gen(function* () {
        const { accounts, address } = yield* TestServer
        const ann = yield* accounts.add({ name: "ann", password: Redacted.make("a long password"), role: "member" })
        const { token } = yield* accounts.issueToken(ann)
        const browser = yield* Chromium.open
        yield* Effect.promise(async () => {
          const tab = await browser.newPage()
          const complaints: Array<string> = []
          tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
          tab.on("pageerror", ({ message }) => complaints.push(message))
          tab.on("requestfailed", (request) => complaints.push(request.url()))
          const origin = `http://127.0.0.1:${address!.port}`
          await tab.goto(`${origin}/docs`)
          await tab.locator("button.authorize").click()
          await tab.locator(".modal-ux input").fill(Redacted.value(token))
          await tab.locator(".modal-ux button[type=submit]").click()
          await tab.locator(".modal-ux .btn-done").click()

          /** Fills in one request and sends it. */
          const ask = async (summary: string, fields: Readonly<Record<string, string>>, body?: object) => {
            const block = tab.locator(".opblock", { has: tab.getByText(summary, { exact: true }) })
            await block.locator(".opblock-summary-control").click()
            await block.locator(".try-out__btn").click()
            for (const name in fields) await block.locator(`[data-param-name=${name}] input`).fill(fields[name]!)
            if (body !== undefined) await block.locator("textarea").fill(JSON.stringify(body))
            await block.locator(".execute").click()
            return block.locator(".live-responses-table .response").innerText()
          }
          assert.match(await ask("Make a channel and own it", {}, { channel: "küche" }), /^201/)
          assert.match(await ask("Say something", { channel: "küche" }, { content: "soup" }), /^201[^]*"seq": 1/)
          assert.match(
            await ask("One message, as it is now", { channel: "küche", seq: "1" }),
            /^200[^]*"content": "soup"/,
          )
          assert.deepStrictEqual(complaints, [])
          await tab.close()
        })
      }).pipe(Effect.scoped),
    60_000,
  )
})
