/** The page for everybody: by keys alone, heard, on a phone, magnified, from right to left, in the dark. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Page as Tab } from "playwright-core"
import { TestServer } from "../../src/testing/TestServer.ts"
import { violations } from "./axe.ts"
import { hasFocus } from "./Dialogs.ts"
import { becomes, open, password } from "./Person.ts"
import * as Site from "./Site.ts"

const minute = 60_000

/** Whether something is wider than the window. */
const isTooWide = (tab: Tab): Promise<boolean> =>
  tab.evaluate("document.documentElement.scrollWidth > innerWidth") as Promise<boolean>

const focused = (tab: Tab): Promise<string> =>
  tab.evaluate(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? ''",
  ) as Promise<string>

layer(Site.layer({ log: "None", hub: { publishing: undefined } }), { excludeTestServices: true, timeout: minute })(
  "the page is for everybody",
  (it) => {
    it.effect(
      "axe finds nothing, in either theme",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const { hub } = yield* TestServer
          for (const colorScheme of ["light", "dark"] as const) {
            const name = `axe ${colorScheme}`
            const ann = yield* open(browser, `${origin}/c/den`, { colorScheme })
            yield* Effect.promise(async () => {
              await ann.tab.getByLabel("Your name").waitFor()
              assert.deepStrictEqual(await violations(ann.tab), [])
              await ann.register(name)
            })
            const bob = yield* hub.connect({ name: `bob ${colorScheme}` })
            yield* bob.join("den")
            yield* bob.publish("den", `hello @${name}, **see** \`code\`\n> a quote\n- a list\n\nhttps://example.org`)
            const { seq } = yield* bob.publish("den", "```\ncode\n```")
            yield* bob.react("den", seq, "👍")
            yield* Effect.promise(async () => {
              await ann.tab.locator(".reaction").first().waitFor()
              await ann.tab.getByRole("button", { name: "Who is here" }).click()
              await ann.tab.locator(".message").first().hover()
              assert.deepStrictEqual(await violations(ann.tab), [])
              await ann.tab.getByRole("button", { name: "React", exact: true }).click()
              assert.deepStrictEqual(await violations(ann.tab), [])
              await ann.tab.keyboard.press("Escape")
              await ann.tab.locator(".message-head button").last().click()
              await ann.tab.getByRole("button", { name: "Mention" }).waitFor()
              assert.deepStrictEqual(await violations(ann.tab), [])
              await ann.tab.keyboard.press("Escape")
              await ann.tab.locator("a.entry").first().click({ button: "right" })
              await ann.tab.getByText("Notify me of").waitFor()
              assert.deepStrictEqual(await violations(ann.tab), [])
              await ann.tab.keyboard.press("Escape")
              await ann.say("/nothing of the kind")
              await ann.tab.getByText("There is no /nothing").waitFor()
              await ann.tab.locator(".composer textarea").fill("/")
              await ann.tab.getByRole("option").first().waitFor()
              assert.deepStrictEqual(await violations(ann.tab), [])
            })
          }
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "axe finds nothing while a page waits for its scripts, or for the service",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          for (const page of ["/c/den", "/admin"]) {
            for (const waitsFor of ["**/assets/*.js", "**/api/**"]) {
              const ann = yield* open(browser, "about:blank")
              yield* Effect.promise(async () => {
                // What is asked for is not answered before the test is over.
                await ann.context.route(waitsFor, () => {})
                await ann.tab.goto(`${origin}${page}`, { waitUntil: "commit" })
                await ann.tab.locator("[aria-busy=true]").waitFor()
                if (waitsFor === "**/api/**") await ann.tab.locator("#page > :not(.waiting)").waitFor()
                assert.deepStrictEqual(await violations(ann.tab), [], `${page} waits for ${waitsFor}`)
              })
            }
          }
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "by keys alone one comes in, talks, changes and reacts to messages, and goes elsewhere",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const ann = yield* open(browser, `${origin}/c/den`)
          yield* Effect.promise(async () => {
            const { keyboard } = ann.tab
            const tabTo = async (wanted: RegExp, key = "Tab") => {
              for (let presses = 0; presses < 60; presses++) {
                await keyboard.press(key)
                if (wanted.test(await focused(ann.tab))) return
              }
              throw new Error(`${wanted} is not reached by ${key}`)
            }
            await ann.tab.getByLabel("Your name").waitFor()
            await tabTo(/I want an account/)
            await keyboard.press("Enter")
            await ann.tab.getByLabel("Your name").focus()
            await keyboard.type("keys")
            await keyboard.press("Tab")
            await keyboard.type("a long password")
            await keyboard.press("Tab")
            await keyboard.type("a long password")
            await keyboard.press("Enter")
            await ann.tab.locator(".composer textarea").waitFor()
            await becomes(
              () => focused(ann.tab),
              (label) => /Write to/.test(label),
            )
            await keyboard.type("one")
            await keyboard.press("Enter")
            await keyboard.type("two")
            await keyboard.press("Enter")
            await ann.sees("one")
            await ann.sees("two")
            // Backwards from the field to the last message, and up to the one before.
            await tabTo(/\btwo$/, "Shift+Tab")
            await keyboard.press("ArrowUp")
            await becomes(
              () => focused(ann.tab),
              (label) => /one/.test(label),
            )
            await tabTo(/^React$/)
            await keyboard.press("Enter")
            await hasFocus(ann.tab.getByRole("searchbox", { name: "Search" }))
            await keyboard.type("tada")
            await keyboard.press("Enter")
            await ann.tab.getByRole("button", { name: "keys reacted with 🎉" }).waitFor()
            await tabTo(/Write to #den/)
            await keyboard.press("ArrowUp")
            await hasFocus(ann.tab.getByRole("textbox", { name: "Edit" }))
            await keyboard.type("!")
            await keyboard.press("Enter")
            await ann.sees("two!")
            assert.deepStrictEqual(ann.complaints, [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "fits a phone, and twice the size of everything",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          for (const [name, viewport] of [
            ["phone", { width: 320, height: 640 }],
            ["magnified", { width: 640, height: 400 }],
          ] as const) {
            const ann = yield* open(browser, `${origin}/c/den`, { viewport })
            yield* Effect.promise(async () => {
              assert.isFalse(await isTooWide(ann.tab))
              await ann.register(name)
              await ann.say(`a long-word-${"x".repeat(200)} and\n\`\`\`\n${"code ".repeat(100)}\n\`\`\``)
              await ann.sees("a long-word")
              assert.isFalse(await isTooWide(ann.tab))
              await ann.tab.getByRole("button", { name: "Show the conversations" }).click()
              await ann.tab
                .getByRole("link", { name: /lobby|den/ })
                .first()
                .click()
              await ann.tab.getByRole("button", { name: "Who is here" }).click()
              assert.isFalse(await isTooWide(ann.tab))
              await ann.tab.getByRole("complementary").getByRole("button", { name: "Close" }).click()
              assert.deepStrictEqual(await violations(ann.tab), [])
            })
          }
          // A finger points at nothing: what one can do with a message is there once it is touched, and covers nothing of it.
          const { say, sees, tab } = yield* open(browser, `${origin}/c/den`, {
            viewport: { width: 390, height: 844 },
            hasTouch: true,
            isMobile: true,
            permissions: ["clipboard-read", "clipboard-write"],
          })
          yield* Effect.promise(async () => {
            await tab.getByLabel("Your name").fill("magnified")
            await tab.getByLabel("Password").fill(password)
            // The middle of the window is where a message is, once one is in.
            await tab.locator("button[type=submit]").tap()
            await sees("a long-word")
            await say("```ts\nlet soup = 1\n```")
            await sees("let soup")
            const actions = tab.locator(".message-actions")
            const message = tab.locator(".message", { hasText: "let soup" })
            await tab.touchscreen.tap(195, 420)
            await tab.locator(".composer textarea").tap()
            await actions.waitFor({ state: "detached" })
            // A touch that a busy machine hears late is a long one, which is for something else.
            await becomes(
              async () => {
                await message.locator("code").tap()
                return actions.getByRole("button", { name: "Reply" }).count()
              },
              (count) => count === 1,
            )
            await becomes(
              async () => {
                await message.getByRole("button", { name: "Copy", exact: true }).tap()
                return tab.evaluate("navigator.clipboard.readText()") as Promise<string>
              },
              (text) => text === "let soup = 1",
            )
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "shows text from right to left as it is read, and keeps names apart from it",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const ann = yield* open(browser, `${origin}/c/مرحبا`)
          yield* Effect.promise(async () => {
            await ann.register("سارة")
            await ann.say("مرحبا بالجميع, hello")
            await ann.sees("مرحبا بالجميع")
            const direction = await ann.tab
              .locator(".message .text p")
              .first()
              .evaluate((text) => String(Reflect.get(Reflect.get(globalThis, "getComputedStyle")(text), "direction")))
            assert.strictEqual(direction, "rtl")
            assert.isFalse(await isTooWide(ann.tab))
          })
        }).pipe(Effect.scoped),
      minute,
    )
  },
)
