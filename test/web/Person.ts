/** Somebody who uses the page in a browser of their own, and what goes wrong there. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Browser, BrowserContext, BrowserContextOptions, Page as Tab } from "playwright-core"

export interface Person {
  readonly context: BrowserContext
  readonly tab: Tab
  /** What the browser has complained of: errors of scripts, and what its policy has refused. */
  readonly complaints: ReadonlyArray<string>
  /** Registers under this name, and is in. */
  readonly register: (name: string) => Promise<void>
  readonly signIn: (name: string) => Promise<void>
  readonly say: (text: string) => Promise<void>
  /** Waits until a message says this. */
  readonly sees: (text: string | RegExp) => Promise<void>
  /** What the messages say that are shown, in their order. */
  readonly said: () => Promise<ReadonlyArray<string>>
}

/** Waits until what is read becomes this. The page's policy lets nobody wait inside of it by a script in text. */
export const becomes = async <A>(read: () => Promise<A>, wanted: (found: A) => boolean): Promise<void> => {
  const began = performance.now()
  for (let found = await read(); !wanted(found); found = await read()) {
    if (performance.now() - began > 15_000) throw new Error(`it stays ${JSON.stringify(found)}`)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

export const password = "a long password"

/** Complaints that are none: what the service refuses, and that it is away, browsers write down. */
const expected = /Failed to load resource|ERR_CONNECTION|WebSocket connection to/

/** Watches over what goes wrong in a tab. */
const watch = (tab: Tab, complaints: Array<string>): void => {
  tab.on("console", (message) => {
    if (message.type() === "error" && !expected.test(message.text())) complaints.push(message.text())
  })
  tab.on("pageerror", ({ message, stack }) => complaints.push(`${message} ${stack}`))
}

const of = (context: BrowserContext, tab: Tab, complaints: Array<string>): Person => {
  const field = (label: string) => tab.getByLabel(label, { exact: true })
  const enter = async (name: string) => {
    await field("Your name").fill(name)
    await field("Password").fill(password)
    await tab.locator("button[type=submit]").click()
    await tab.locator(".composer textarea").waitFor()
  }
  const message = (text: string | RegExp) => tab.locator(".message:not(.unsent) .text", { hasText: text })
  return {
    context,
    tab,
    complaints,
    register: async (name) => {
      await tab.getByRole("button", { name: "I want an account" }).click()
      await field("Type it again").fill(password)
      await enter(name)
      await tab.locator(".notice", { hasText: "You are new here" }).getByRole("button").click()
    },
    signIn: enter,
    say: async (text) => {
      await tab.locator(".composer textarea").fill(text)
      await tab.keyboard.press("Enter")
    },
    sees: (text) => message(text).first().waitFor(),
    said: () => tab.locator(".message:not(.unsent) .text").allInnerTexts(),
  }
}

/** Opens the page in a browser that knows nothing of it. */
export const open = Effect.fnUntraced(function* (
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Effect.fn.Return<Person, never, Scope.Scope> {
  const context = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...options })),
    (context) => Effect.promise(() => context.close()),
  )
  // What some browsers tell of the system that they run on.
  yield* Effect.promise(() =>
    context.addInitScript(
      "Object.defineProperty(navigator, 'languages', { value: ['en@posix', ...navigator.languages] })",
    ),
  )
  return yield* another(context, url)
})

/** Another tab of the same browser. */
export const another = Effect.fnUntraced(function* (
  context: BrowserContext,
  url: string,
): Effect.fn.Return<Person, never, Scope.Scope> {
  const complaints: Array<string> = []
  const tab = yield* Effect.promise(async () => {
    const tab = await context.newPage()
    tab.setDefaultTimeout(15_000)
    watch(tab, complaints)
    await tab.goto(url)
    return tab
  })
  return of(context, tab, complaints)
})
