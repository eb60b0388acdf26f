/** What one sets for oneself, in all tabs; whom one hears of, and what calls. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Page as Tab } from "playwright-core"
import { TestServer } from "../../src/testing/TestServer.ts"
import { close, command, dialog, enter, isReady } from "./Dialogs.ts"
import { another, becomes, open, password } from "./Person.ts"
import * as Site from "./Site.ts"

const minute = 60_000

const theme = (tab: Tab): Promise<string> =>
  tab.evaluate("document.documentElement.dataset.theme ?? 'system'") as Promise<string>

const settings = async (tab: Tab, name: string): Promise<void> => {
  await command(tab, "settings")
  await tab.getByRole("tab", { name }).click()
}

/** Says something, and waits until it has a place. */
const say = async (tab: Tab, text: string): Promise<void> => {
  if ((await tab.locator("dialog[open]").count()) > 0) await close(tab)
  await tab.locator(".composer textarea").fill(text)
  await tab.keyboard.press("Enter")
  await tab.locator(".message[data-key]", { hasText: "light" }).last().waitFor()
}

/** What the tabs of this browser hold for each other to know. */
const held = (tab: Tab): Promise<ReadonlyArray<string>> =>
  tab.evaluate("navigator.locks.query().then(({ held }) => held.map(({ name }) => name))") as Promise<
    ReadonlyArray<string>
  >

/** Instead of the browser's own, which no test can see. */
const recorder = `
  globalThis.shown = []
  globalThis.Notification = class {
    static permission = localStorage.getItem("test.permission") ?? "default"
    static requestPermission = async () => (Notification.permission = localStorage.getItem("test.answer") ?? "granted")
    constructor(title, { body, tag }) {
      shown.push({ title, body, tag })
      globalThis.last = this
    }
    close() {}
  }
  globalThis.tones = 0
  AudioContext.prototype.createOscillator = new Proxy(AudioContext.prototype.createOscillator, {
    apply: (target, self, given) => (tones++, Reflect.apply(target, self, given)),
  })`

layer(Site.layer({ log: "None", hub: { publishing: undefined } }), { excludeTestServices: true, timeout: minute })(
  "settings",
  (it) => {
    it.effect(
      "are the same in all tabs, and after a reload",
      () =>
        Effect.gen(function* () {
          const { complaints, context, tab } = yield* enter("looks", "looks")
          const origin = yield* Site.origin
          const { hub } = yield* TestServer
          const { tab: second } = yield* another(context, `${origin}/c/looks`)
          yield* Effect.promise(async () => {
            await second.locator(".composer textarea").waitFor()
            await settings(tab, "This page")
            await tab.getByLabel("Dark").check()
            assert.strictEqual(await theme(tab), "dark")
            await becomes(
              () => theme(second),
              (found) => found === "dark",
            )
            await tab.getByLabel("Light").check()
            await becomes(
              () => theme(second),
              (found) => found === "light",
            )
            await second.reload()
            await second.locator(".composer textarea").waitFor()
            assert.strictEqual(await theme(second), "light")
            await say(tab, "light :tada: `:tada:`")
            await settings(tab, "This page")
            await tab.getByLabel("as emoji").uncheck()
            await say(second, "light :tada:")
            await tab.getByLabel("Deutsch").check()
            await tab.getByRole("dialog", { name: "Einstellungen" }).waitFor()
            await second.getByRole("button", { name: "Kanäle durchsehen" }).waitFor()
            assert.strictEqual(await second.locator("html").getAttribute("lang"), "de")
            await tab.reload()
            await tab.getByRole("textbox", { name: "Schreib an #looks" }).waitFor()
            assert.deepStrictEqual(complaints, [])
          })
          const { entries } = yield* (yield* hub.as({ name: "looks" })).history("looks")
          assert.deepStrictEqual(
            entries.flatMap((entry) => (entry.type === "Message" ? [entry.content] : [])),
            ["light 🎉 `:tada:`", "light :tada:"],
          )
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "have a status that the others see, with some words beside it",
      () =>
        Effect.gen(function* () {
          const { tab } = yield* enter("status", "status")
          const { tab: other } = yield* enter("status watcher", "status")
          yield* Effect.promise(async () => {
            await other.getByRole("button", { name: "Who is here" }).click()
            await settings(tab, "Status")
            await tab.getByLabel("Busy").check()
            await tab.getByLabel("What you are up to").fill("at lunch")
            await tab.keyboard.press("Enter")
            await tab.getByText("Saved.").waitFor()
            await close(tab)
            const line = other.getByRole("complementary").getByRole("listitem").filter({ hasText: "at lunch" })
            await line.getByRole("img", { name: "Busy" }).waitFor()
            await tab.locator(".self").getByText("at lunch").waitFor()
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "change the password, and end what was signed in elsewhere",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const { complaints, tab } = yield* enter("account", "account")
          const elsewhere = yield* open(browser, `${origin}/c/account`)
          const third = yield* open(browser, `${origin}/c/account`)
          yield* Effect.promise(async () => {
            for (const place of [elsewhere, third]) await place.signIn("account")
            await settings(tab, "Account")
            // One of the three is ended by itself.
            await becomes(
              () => tab.getByRole("button", { name: /^Sign out there/ }).count(),
              (count) => count === 2,
            )
            await tab
              .getByRole("button", { name: /^Sign out there/ })
              .first()
              .click()
            await becomes(
              () => tab.getByRole("button", { name: /^Sign out there/ }).count(),
              (count) => count === 1,
            )
            const form = dialog(tab)
            await form.getByLabel("Password now").fill("wrong")
            await form.getByLabel("New password").fill("another long password")
            await form.getByRole("button", { name: "Change the password" }).click()
            await form.getByText("That is not your password now.").waitFor()
            await form.getByLabel("Password now").fill(password)
            await form.getByRole("button", { name: "Change the password" }).click()
            await form.getByText("The password is changed.").waitFor()
            // Everywhere else one is out.
            for (const place of [elsewhere, third]) await place.tab.getByLabel("Your name").waitFor()
            await close(tab)
            await tab.reload()
            await tab.locator(".composer textarea").waitFor()
            assert.deepStrictEqual(
              complaints.filter((complaint) => !/status of 4/.test(complaint)),
              [],
            )
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "ask for notifications only when they are turned on, and say what to do where they are denied",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const { hub } = yield* TestServer
          const bob = yield* hub.connect({ name: "calling bob" })
          yield* bob.join("calls")
          const person = yield* open(browser, "about:blank")
          const { complaints, context, tab } = person
          yield* Effect.promise(async () => {
            await context.addInitScript(recorder)
            await tab.goto(`${origin}/c/calls`)
            await person.register("called")
            await isReady(tab)
            await tab.evaluate("localStorage.setItem('test.answer', 'denied')")
            await settings(tab, "Notifications")
            const box = tab.getByLabel("Notifications on the desktop")
            await box.click()
            await tab.getByText("does not let the page notify you").waitFor()
            assert.isFalse(await box.isChecked())
            await tab.evaluate("localStorage.setItem('test.answer', 'granted'); Notification.permission = 'default'")
            await close(tab)
            await settings(tab, "Notifications")
            await box.click()
            await becomes(
              () => box.isChecked(),
              (on) => on,
            )
            await tab.getByLabel("A sound").check()
            assert.strictEqual(await tab.evaluate("tones"), 2)
            await close(tab)
            // Somebody looks elsewhere.
            await tab.evaluate("document.hasFocus = () => false; dispatchEvent(new Event('blur'))")
            await becomes(
              () => held(tab),
              (names) => names.length === 0,
            )
          })
          const icon = (): Promise<string> =>
            tab.evaluate("document.querySelector('link[rel=icon]').href") as Promise<string>
          yield* bob.publish("calls", "not for anybody")
          yield* Effect.promise(async () => {
            await person.sees("not for anybody")
            await becomes(icon, (href) => href.startsWith("data:"))
            assert.deepStrictEqual(await tab.evaluate("shown"), [])
          })
          yield* bob.publish("calls", "where is @called\nnow?")
          yield* Effect.promise(async () => {
            await person.sees("where is")
            await becomes(
              () => tab.evaluate("shown") as Promise<ReadonlyArray<unknown>>,
              (shown) => shown.length > 0,
            )
            assert.deepStrictEqual(await tab.evaluate("shown"), [
              { title: "calling bob (#calls)", body: "where is @called now?", tag: "natter calls" },
            ])
            await becomes(
              () => tab.evaluate("tones") as Promise<number>,
              (tones) => tones === 4,
            )
            // Whoever looks at another tab is not called by this one.
            const second = await context.newPage()
            await second.goto(`${origin}/c/lobby`)
            await second.locator(".composer textarea").waitFor()
            await isReady(second)
            // It is known that somebody looks there, and the time is over in which there is one sound.
            await becomes(
              () => held(tab),
              (names) => names.length === 1 && names[0]!.endsWith(".seen"),
            )
          })
          yield* bob.publish("calls", "@called, look here")
          yield* Effect.promise(async () => {
            // One of the two makes the sound, whichever hears of it first.
            const second = context.pages().at(-1)!
            const tonesOf = (page: typeof tab) => page.evaluate("tones") as Promise<number>
            await becomes(
              async () => (await tonesOf(tab)) + (await tonesOf(second)),
              (tones) => tones === 6,
            )
            await person.sees("look here")
            // What this tab has asked for because of it is answered before.
            await held(tab)
            await second.close()
            await becomes(
              () => held(tab),
              (names) => names.length === 0,
            )
          })
          yield* bob.publish("calls", "@called, once more")
          yield* Effect.promise(async () => {
            await becomes(
              () => tab.evaluate("shown.length") as Promise<number>,
              (shown) => shown > 1,
            )
            assert.deepStrictEqual(await tab.evaluate("shown.map(({ body }) => body)"), [
              "where is @called now?",
              "@called, once more",
            ])
            // Whoever clicks on it is there, and it is read.
            await tab.evaluate("document.hasFocus = () => true")
            await tab.evaluate("last.onclick()")
            await tab.evaluate("dispatchEvent(new Event('focus'))")
            await becomes(icon, (href) => !href.startsWith("data:"))
            assert.deepStrictEqual(complaints, [])
          })
        }).pipe(Effect.scoped),
      minute,
    )
  },
)
