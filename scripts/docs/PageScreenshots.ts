/**
 * Pictures of the page: `npm run screenshots:page` takes new ones into docs/screenshots/page, of each view in both themes,
 * in a Chromium of its own, against a service of its own. docs/PAGE.md shows them. They are looked at, not compared: each
 * machine draws letters a little differently.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Page as Tab } from "playwright-core"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Chromium from "../../test/browser/Chromium.ts"
import { builtPage } from "../../test/web/builtPage.ts"

const folder = path.join(import.meta.dirname, "../../docs/screenshots/page")

const service = Layer.unwrap(
  Effect.map(Effect.promise(builtPage), (built) =>
    TestServer.layerTcp({ page: { enabled: true, folder: built }, hub: { publishing: undefined }, log: "Error" }),
  ),
)

const password = "a long password"

const wide = { width: 1200, height: 780 }
const phone = { width: 380, height: 760 }

/** What is said, so that there is something to see. */
const talk: ReadonlyArray<readonly [who: string, text: string]> = [
  ["grace", "Good morning! The new build is out: https://example.org/natter/releases"],
  ["grace", "It has:\n- search by **who**, where and when\n- files that arrive\n- `npm run bench:page`"],
  ["kenji", "Well done! I try it on the staging machines right away."],
  ["bob", "Finally! I looked for that menu for *weeks*."],
  ["kenji", "Works here:\n```sh\nnatter serve --port 7777 --data /var/lib/natter\n```"],
  ["grace", "@ann, could you have a look at the notes before noon?"],
]

const program = Effect.gen(function* () {
  const { accounts, address, hub } = yield* TestServer
  for (const [name, role] of [
    ["ann", "admin"],
    ["bob", "member"],
    ["grace", "member"],
    ["kenji", "member"],
  ] as const) {
    yield* accounts.add({ name, password: Redacted.make(password), role })
  }
  const person = Effect.fnUntraced(function* (name: string, ...channels: ReadonlyArray<string>) {
    const session = yield* hub.connect({ name })
    yield* Effect.forkScoped(Stream.runDrain(session.events))
    for (const channel of channels) yield* session.join(channel)
    return session
  })
  const operator = yield* hub.connect({ name: "operator", role: "admin" })
  yield* Effect.forkScoped(Stream.runDrain(operator.events))
  for (const [channel, topic, access] of [
    ["kitchen", "Tea at four, in the big kitchen", "public"],
    ["ops", "What runs, and what does not", "private"],
    ["design", "Screens and words", "public"],
  ] as const) {
    yield* operator.createChannel(channel, { topic, access })
    yield* operator.join(channel)
    yield* operator.setRole(channel, "ann", "owner")
  }
  const people = {
    bob: yield* person("bob", "kitchen", "lobby", "design"),
    grace: yield* person("grace", "kitchen", "lobby"),
    kenji: yield* person("kenji", "kitchen"),
  }
  yield* people.grace.setStatus("busy", "on a call")
  yield* people.kenji.setStatus("away")

  const browser = yield* Chromium.open
  const origin = `http://127.0.0.1:${address!.port}`
  fs.mkdirSync(folder, { recursive: true })
  const context = yield* Effect.promise(() =>
    browser.newContext({ viewport: wide, locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" }),
  )
  const tab = yield* Effect.promise(() => context.newPage())

  /** In both themes. */
  const shot = (name: string, of: Tab = tab) =>
    Effect.promise(async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        await of.emulateMedia({ colorScheme })
        // Drawn anew in full.
        await of.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200)))")
        await of.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) })
      }
      await of.emulateMedia({ colorScheme: "light" })
    }).pipe(Effect.andThen(Console.error(name)))

  yield* Effect.promise(async () => {
    await tab.goto(origin)
    await tab.getByLabel("Your name").fill("ann")
  })
  yield* shot("door")
  yield* Effect.promise(async () => {
    await tab.getByLabel("Password").fill(password)
    await tab.locator("button[type=submit]").click()
    await tab.locator(".composer textarea").waitFor()
  })
  const goTo = (channel: string) =>
    Effect.promise(async () => {
      await tab.goto(`${origin}/c/${channel}`)
      await tab.locator(".composer textarea").waitFor()
    })
  yield* goTo("design")
  yield* people.bob.publish("design", "The new colours are in.")
  yield* goTo("ops")
  yield* goTo("kitchen")
  let answered: number | undefined
  for (const [who, text] of talk) {
    const replyTo = text.startsWith("Finally!") ? answered : undefined
    const said = yield* people[who as keyof typeof people].publish("kitchen", text, { replyTo })
    if (text.startsWith("It has")) answered = said.seq
    if (text.startsWith("Good morning")) {
      yield* people.bob.react("kitchen", said.seq, "❤️")
      yield* people.kenji.react("kitchen", said.seq, "❤️")
      yield* people.bob.react("kitchen", said.seq, "😄")
    }
  }
  yield* people.bob.join("@ann")
  yield* people.bob.publish("@ann", "Do you come to lunch?")
  yield* people.bob.publish("lobby", "Is anybody from the office here?")
  yield* Effect.promise(async () => {
    // A reader of the screen is told of it as well.
    await tab.getByText("before noon?").first().waitFor()
    await tab.locator(".composer textarea").fill("In a minute, @grace")
    await tab.keyboard.press("Enter")
    await tab.getByRole("button", { name: "Who is here" }).click()
    await tab.locator(".message", { hasText: "Finally!" }).hover()
  })
  yield* shot("chat")
  const over = (
    name: string,
    open: () => Promise<void>,
    close: () => Promise<void> = () => tab.keyboard.press("Escape"),
  ) =>
    Effect.gen(function* () {
      yield* Effect.promise(open)
      yield* shot(name)
      yield* Effect.promise(close)
    })
  yield* over("palette", async () => {
    await tab.keyboard.press("Control+k")
    await tab.getByRole("combobox").waitFor()
  })
  const dialog = (name: string, button: string) =>
    over(name, async () => {
      await tab.getByRole("button", { name: button, exact: true }).first().click()
      await tab.getByRole("dialog").waitFor()
    })
  yield* dialog("settings", "Settings")
  yield* dialog("details", "About this channel")
  yield* dialog("browse", "Browse channels")
  yield* dialog("direct", "New direct message")
  yield* dialog("date", "Go to a date")
  yield* dialog("shortcuts", "Shortcuts and commands")
  yield* over("person", async () => {
    await tab.getByRole("button", { name: "grace" }).first().click()
    await tab.getByRole("button", { name: "Write to grace" }).waitFor()
  })
  yield* over("menu", async () => {
    await tab.getByRole("link", { name: /design/ }).click({ button: "right" })
    await tab.getByRole("button", { name: "Leave" }).waitFor()
  })
  yield* over("reactions", async () => {
    await tab.locator(".message", { hasText: "Works here" }).hover()
    await tab.getByRole("button", { name: "React", exact: true }).click()
    await tab.getByRole("dialog").waitFor()
  })
  yield* Effect.promise(async () => {
    await tab.keyboard.press("Control+Shift+F")
    await tab.getByRole("complementary").getByRole("searchbox").fill("before from:grace")
    await tab.keyboard.press("Enter")
    await tab.locator(".panel mark").first().waitFor()
  })
  yield* shot("search")
  const small = yield* Effect.promise(async () => {
    const small = await context.newPage()
    await small.setViewportSize(phone)
    await small.goto(`${origin}/c/kitchen`)
    await small.getByText("before noon?").waitFor()
    return small
  })
  yield* shot("phone", small)
  yield* Effect.promise(() => small.getByRole("button", { name: "Show the conversations" }).click())
  yield* shot("phone-list", small)
  yield* Effect.promise(() => tab.goto(`${origin}/admin`))
  // Something for the graphs to show.
  yield* Effect.forever(
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const busy = 20 + Math.round(15 * Math.sin(now / 4000))
      yield* Effect.forEach(Array.from({ length: busy }), () => people.bob.publish("lobby", "hello"), { discard: true })
      yield* Effect.sleep("500 millis")
    }),
  ).pipe(Effect.timeoutOption("40 seconds"))
  yield* shot("admin")
  for (const view of [
    "Connections",
    "Channels",
    "Accounts",
    "API keys",
    "Invitations",
    "Webhooks",
    "Banned addresses",
    "Audit log",
  ]) {
    yield* Effect.promise(async () => {
      await tab.getByRole("navigation").getByText(view, { exact: true }).click()
      await tab.getByRole("heading", { name: view, level: 1 }).waitFor()
      await tab.locator("[aria-busy=true]").first().waitFor({ state: "detached" })
    })
    yield* shot(`admin-${view.toLowerCase().replaceAll(" ", "-")}`)
  }
})

program.pipe(Effect.scoped, Effect.provide(service), NodeRuntime.runMain)
