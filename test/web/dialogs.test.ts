/** What opens over the page and beside it: by the keyboard, as axe-core sees it, on a phone, and what it does. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Page as Tab } from "playwright-core"
import { TestServer } from "../../src/testing/TestServer.ts"
import { messages as german } from "../../src/web/messages/de.ts"
import { type Messages, messages as start } from "../../src/web/messages/en.ts"
import { later } from "../../src/web/messages/later/en.ts"
import { violations } from "./axe.ts"
import { close, command, dialog, enter, hasFocus, heading, isReady } from "./Dialogs.ts"
import { becomes } from "./Person.ts"
import * as Site from "./Site.ts"

const minute = 60_000
const shots = process.env["SHOTS"]

const shot = async (tab: Tab, name: string) => {
  if (shots !== undefined) await tab.screenshot({ path: `${shots}/${name}.png` })
}

const isTooWide = (tab: Tab): Promise<boolean> =>
  tab.evaluate(
    "document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('dialog')].some((one) => one.scrollWidth > one.clientWidth)",
  ) as Promise<boolean>

/** Everything that opens, one after the other. */
const tour = async (tab: Tab, { commands }: Messages, each: (name: string) => Promise<void>): Promise<void> => {
  await tab.keyboard.press("Control+k")
  await tab.getByRole("option").first().waitFor()
  await each("palette")
  await close(tab)
  for (const [name, words] of [
    ["shortcuts", commands.shortcuts],
    ["browse", commands.browse],
    ["new-channel", commands.newChannel],
    ["new-direct", commands.newDirect],
    ["date", commands.date],
    ["settings", commands.settings],
    ["details", commands.details],
  ] as const) {
    await command(tab, words)
    await dialog(tab).locator("h2").waitFor()
    if (name === "browse") await tab.locator(".line-row").first().waitFor()
    if (name === "details") await tab.getByRole("tab").first().waitFor()
    await each(name)
    const tabs = await tab.getByRole("tab").count()
    for (let at = 1; at < tabs; at++) {
      await tab.getByRole("tab").nth(at).click()
      await tab.locator(".tab-panel .skeleton").waitFor({ state: "detached" })
      await each(`${name}-${at}`)
    }
    await close(tab)
  }
  await command(tab, commands.search)
  await tab.getByRole("searchbox").fill("soup")
  await tab.keyboard.press("Enter")
  await tab.locator(".hit").first().waitFor()
  await each("search")
  await tab.keyboard.press("Escape")
  await tab.getByRole("searchbox").waitFor({ state: "detached" })
}

const screen = { width: 1280, height: 720 }
const phone = { width: 320, height: 640 }

/**
 * Each opens everything once, the way that is named first, and then looks at it in all of these ways: going around takes
 * longer than looking.
 */
const tours = [
  {
    language: "en",
    words: { ...start, ...later },
    ways: [
      ["light", { colorScheme: "light", viewport: screen }],
      ["dark", { colorScheme: "dark", viewport: screen }],
      ["magnified", { colorScheme: "light", viewport: { width: 640, height: 400 } }],
      ["phone", { colorScheme: "light", viewport: phone }],
    ],
  },
  { language: "de", words: german, ways: [["german phone", { colorScheme: "light", viewport: phone }]] },
] as const

layer(Site.layer({ log: "None", hub: { publishing: undefined } }), { excludeTestServices: true, timeout: minute })(
  "what opens over the page",
  (it) => {
    it.effect(
      "has nothing that axe finds, in either theme, and fits a phone and twice the size",
      () =>
        Effect.gen(function* () {
          for (const { language, words, ways } of tours) {
            const [[, opened]] = ways
            const { complaints, say, sees, tab } = yield* enter(`tour ${language}`, `tour-${language}`, opened)
            yield* Effect.promise(async () => {
              await say("the soup is ready, where is the soup")
              await sees("soup")
              if (language !== "en") {
                await tab.evaluate(`localStorage.setItem('natter.language', '${language}')`)
                await tab.reload()
                await isReady(tab)
              }
              await tour(tab, words, async (view) => {
                for (const [name, { colorScheme, viewport }] of ways) {
                  await tab.emulateMedia({ colorScheme })
                  await tab.setViewportSize(viewport)
                  await shot(tab, `${view}-${name}`)
                  assert.deepStrictEqual(await violations(tab), [], `${view}, ${name}`)
                  await becomes(
                    async () => ((await isTooWide(tab)) ? `${view}, ${name} is too wide` : ""),
                    (wrong) => wrong === "",
                  )
                }
                await tab.emulateMedia({ colorScheme: opened.colorScheme })
                await tab.setViewportSize(opened.viewport)
              })
              assert.deepStrictEqual(complaints, [])
            })
          }
        }).pipe(Effect.scoped),
      4 * minute,
    )

    it.effect(
      "the palette goes to channels and people and does things, by keys alone",
      () =>
        Effect.gen(function* () {
          const { hub } = yield* TestServer
          const bob = yield* hub.connect({ name: "palette bob" })
          yield* bob.join("palette-bobs-place")
          const { complaints, tab } = yield* enter("palette", "palette-home")
          yield* Effect.promise(async () => {
            const field = tab.locator(".composer textarea")
            await field.focus()
            await tab.keyboard.press("Control+k")
            const box = tab.getByRole("combobox")
            await box.waitFor()
            // What it points at is what is chosen, and the arrows go around.
            const chosen = async () => tab.locator(`[id="${await box.getAttribute("aria-activedescendant")}"]`)
            assert.strictEqual(await (await chosen()).getAttribute("aria-selected"), "true")
            const first = await (await chosen()).innerText()
            await tab.keyboard.press("ArrowDown")
            assert.notStrictEqual(await (await chosen()).innerText(), first)
            await tab.keyboard.press("ArrowUp")
            assert.strictEqual(await (await chosen()).innerText(), first)
            // Around last: channels that come meanwhile are added below.
            await tab.keyboard.press("ArrowUp")
            assert.notStrictEqual(await (await chosen()).innerText(), first)
            await close(tab)
            await hasFocus(field)
            // A channel in which one is not, by letters of its name.
            await tab.keyboard.press("Control+k")
            await box.fill("bobs")
            await tab.getByRole("option", { name: /bobs-place/ }).waitFor()
            await tab.keyboard.press("Enter")
            await becomes(
              () => heading(tab),
              (name) => name === "palette-bobs-place",
            )
            await hasFocus(field)
            // Somebody who is there.
            await tab.keyboard.press("Control+k")
            await box.fill("@palette b")
            // Who is there is known a moment after one has come in.
            await tab.getByRole("option", { name: "palette bob" }).waitFor()
            await tab.keyboard.press("Enter")
            await becomes(
              () => heading(tab),
              (name) => name === "palette bob",
            )
            await command(tab, "settings")
            await tab.getByRole("dialog", { name: "Settings" }).waitFor()
            await close(tab)
            await tab.keyboard.press("Control+k")
            await box.fill("no such thing anywhere")
            await tab.getByRole("option", { name: /Search the messages/ }).waitFor()
            await box.fill("#no such thing anywhere")
            await tab.getByText("Nothing fits").waitFor()
            assert.deepStrictEqual(complaints, [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "shortcuts move among conversations, and letters are letters where one writes",
      () =>
        Effect.gen(function* () {
          const { hub } = yield* TestServer
          const { complaints, tab } = yield* enter("keys", "k-one")
          const origin = yield* Site.origin
          for (const channel of ["k-two", "k-three"]) {
            yield* Effect.promise(async () => {
              await tab.goto(`${origin}/c/${channel}`)
              await tab.locator(".composer textarea").waitFor()
              await isReady(tab)
            })
          }
          const bob = yield* hub.connect({ name: "keys bob" })
          yield* bob.join("k-one")
          const is = (wanted: string) =>
            becomes(
              () => heading(tab),
              (name) => name === wanted,
            )
          yield* Effect.promise(async () => {
            await is("k-three")
            await tab.getByRole("link", { name: /k-one/ }).waitFor()
            await tab.keyboard.press("Alt+ArrowUp")
            await is("k-one")
            await tab.keyboard.press("Alt+ArrowDown")
            await is("k-three")
            await tab.keyboard.press("Alt+ArrowDown")
            await is("k-two")
          })
          yield* bob.publish("k-one", "news")
          yield* Effect.promise(async () => {
            await tab.locator(".entry.unread", { hasText: "k-one" }).waitFor()
            await tab.keyboard.press("Alt+Shift+ArrowUp")
            await is("k-one")
            // Letters where one writes.
            const field = tab.locator(".composer textarea")
            await field.focus()
            await tab.keyboard.type("did i?")
            assert.strictEqual(await field.inputValue(), "did i?")
            assert.strictEqual(await dialog(tab).count(), 0)
            await field.fill("")
            // What there is can be asked for there, too, and by a button.
            const list = tab.getByRole("dialog", { name: "Shortcuts" })
            await tab.keyboard.press("Control+/")
            await list.getByText("/join NAME").waitFor()
            await close(tab)
            await tab.getByRole("button", { name: "Shortcuts" }).click()
            await list.waitFor()
            await close(tab)
            // Whoever has clicked goes on writing; whoever uses keys alone goes on from there.
            await hasFocus(field)
            await tab.getByRole("button", { name: "Who is here" }).click()
            await hasFocus(field)
            await tab.getByRole("button", { name: "Settings" }).focus()
            await tab.keyboard.press("Enter")
            await dialog(tab).waitFor()
            await close(tab)
            await hasFocus(tab.getByRole("button", { name: "Settings" }))
            // And elsewhere they go there, unless they are to be shortcuts.
            await tab.locator(".message").last().focus()
            await tab.keyboard.type("did i?")
            assert.strictEqual(await field.inputValue(), "did i?")
            await field.fill("")
            await tab.keyboard.press("Control+/")
            await tab.getByLabel("Letters alone are shortcuts").check()
            await close(tab)
            await tab.locator(".message").last().focus()
            await tab.keyboard.press("?")
            await list.waitFor()
            await close(tab)
            await tab.locator(".message").last().focus()
            await tab.keyboard.press("Control+/")
            await hasFocus(field)
            // Escape closes what is beside it, then all is read.
            await tab.keyboard.press("Control+Shift+F")
            await tab.getByRole("searchbox").waitFor()
            await tab.keyboard.press("Escape")
            await tab.getByRole("searchbox").waitFor({ state: "detached" })
            await hasFocus(field)
            assert.deepStrictEqual(complaints, [])
          })
        }).pipe(Effect.scoped),
      minute,
    )
  },
)
