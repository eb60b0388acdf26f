/** What tests do with what opens over the page. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { BrowserContextOptions, Locator, Page as Tab } from "playwright-core"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { becomes, open, type Person } from "./Person.ts"
import * as Site from "./Site.ts"

/** Somebody new, who is in a channel, with everything loaded that comes later. */
export const enter = Effect.fnUntraced(function* (
  name: string,
  channel: string,
  options: BrowserContextOptions = {},
): Effect.fn.Return<Person, never, TestServer | Site.Chrome | Scope.Scope> {
  const browser = yield* Site.Chrome
  const origin = yield* Site.origin
  const person = yield* open(browser, `${origin}/c/${channel}`, options)
  yield* Effect.promise(async () => {
    await person.register(name)
    await isReady(person.tab)
  })
  return person
})

/** Until keys are listened to. */
export const isReady = async (tab: Tab): Promise<void> => {
  await becomes(
    async () => {
      if ((await dialog(tab).count()) === 0) await tab.keyboard.press("Control+k")
      return dialog(tab).count()
    },
    (count) => count === 1,
  )
  await close(tab)
}

export const dialog = (tab: Tab) => tab.locator("dialog[open]")

export const close = async (tab: Tab): Promise<void> => {
  await tab.keyboard.press("Escape")
  await dialog(tab).waitFor({ state: "detached" })
}

/** Does something by the palette. */
export const command = async (tab: Tab, text: string): Promise<void> => {
  await tab.keyboard.press("Control+k")
  await tab.getByRole("combobox").fill(`>${text}`)
  await tab.keyboard.press("Enter")
}

export const heading = (tab: Tab): Promise<string> => tab.locator("main h1 bdi").innerText()

/** Waits until somebody would write there. */
export const hasFocus = (field: Locator): Promise<void> =>
  becomes(
    async () => (await field.and(field.page().locator(":focus")).count()) === 1,
    (found) => found,
  )
