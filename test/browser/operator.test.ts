/** The operator's page in a browser: who may see it, what it shows, and what it does to the service. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type { Browser, Page as Tab } from "playwright-core"
import { TestServer } from "../../src/testing/TestServer.ts"
import { violations } from "../web/axe.ts"
import { builtPage } from "../web/builtPage.ts"
import { becomes } from "../web/Person.ts"
import * as Chromium from "./Chromium.ts"

const password = "a long password"
const service = Layer.unwrap(
  Effect.map(Effect.promise(builtPage), (folder) =>
    TestServer.layerTcp({
      accounts: { mode: "invite" },
      hub: { publishing: undefined },
      page: { enabled: true, folder },
    }),
  ),
)

/** Accounts are there once for all tests: names are of one test each. */
const add = Effect.fnUntraced(function* (name: string, role: "admin" | "member") {
  const { accounts } = yield* TestServer
  const adding = accounts.add({ name, password: Redacted.make(password), role })
  return yield* Effect.provideService(adding, References.MinimumLogLevel, "None")
})

/** A tab of its own, without anything of the others; what the browser complains of is told at its end. */
const tabOf = Effect.fnUntraced(function* (browser: Browser, options: Parameters<Browser["newContext"]>[0] = {}) {
  const { address } = yield* TestServer
  const complaints: Array<string> = []
  const context = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newContext({ locale: "en-GB", ...options })),
    (context) => Effect.promise(() => context.close()),
  )
  const tab = yield* Effect.promise(() => context.newPage())
  // A request that is refused is written down by the browser, too.
  tab.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text())
  })
  tab.on("pageerror", ({ message }) => complaints.push(message))
  return { tab, complaints, origin: `http://127.0.0.1:${address!.port}` }
})

const signIn = async (tab: Tab, name: string) => {
  await tab.getByLabel("Your name").fill(name)
  await tab.getByLabel("Password").fill(password)
  await tab.getByRole("button", { name: "Sign in" }).click()
}

const test = { timeout: 90_000 }

layer(service, { excludeTestServices: true, timeout: 60_000 })("the operator's page", (it) => {
  it.effect(
    "is for administrators: a member is told so, and led to sign in as one",
    () =>
      Effect.gen(function* () {
        yield* add("ann", "member")
        yield* add("root", "admin")
        const { complaints, origin, tab } = yield* tabOf(yield* Chromium.open)
        yield* Effect.promise(async () => {
          await tab.goto(`${origin}/admin`)
          assert.deepStrictEqual(await violations(tab), [])
          await signIn(tab, "ann")
          await tab.getByText("You are signed in as ann").waitFor()
          assert.strictEqual(await tab.getByRole("navigation").count(), 0)
          await tab.getByRole("button", { name: "Sign in as somebody else" }).click()
          await tab.getByLabel("Your name").fill("root")
          await tab.getByLabel("Password").fill("wrong")
          await tab.getByRole("button", { name: "Sign in" }).click()
          await tab.getByText("The name or the password is wrong.").waitFor()
          await signIn(tab, "root")
          await tab.getByRole("heading", { name: "Overview", level: 1 }).waitFor()
          // The session is a cookie: it is there after the page is loaded again.
          await tab.reload()
          await tab.getByText("Signed in as root").waitFor()
          await tab.getByRole("button", { name: "Sign out" }).click()
          await tab.getByLabel("Password").waitFor()
          await tab.reload()
          await tab.getByLabel("Password").waitFor()
          assert.deepStrictEqual(complaints, [])
        })
      }).pipe(Effect.scoped),
    test,
  )

  it.effect(
    "shows figures as they change, and ends a session that is out then",
    () =>
      Effect.gen(function* () {
        const { client2 } = yield* TestServer
        yield* add("boss", "admin")
        yield* add("bob", "member")
        const bob = yield* client2()
        yield* bob.ask({ type: "Login", username: "bob", password }, "LoggedIn")
        yield* bob.ask({ type: "Join", channel: "den" }, "Joined")
        const { complaints, origin, tab } = yield* tabOf(yield* Chromium.open)
        yield* Effect.promise(async () => {
          await tab.goto(`${origin}/admin`)
          await signIn(tab, "boss")
          // Of whoever is signed in, as the service counts them.
          await tab.getByRole("region", { name: "Sessions" }).getByText(/^1$/).waitFor()
        })
        const carl = yield* client2()
        yield* add("carl", "member")
        yield* carl.ask({ type: "Login", username: "carl", password }, "LoggedIn")
        yield* Effect.promise(async () => {
          await tab.getByRole("region", { name: "Sessions" }).getByText(/^2$/).waitFor()
          await tab.getByRole("img", { name: /^Sessions: 2 now, at most 2/ }).waitFor()
          await becomes(
            () => tab.locator(".chart-plot canvas").count(),
            (count) => count === 9,
          )
          assert.deepStrictEqual(await violations(tab), [])
          await tab.getByRole("link", { name: "Connections" }).click()
          await tab.getByRole("button", { name: /^What to do with bob/ }).click()
          await tab.getByRole("menuitem", { name: "Disconnect" }).click()
          const dialog = tab.getByRole("dialog")
          await dialog.getByText("bob is told").waitFor()
          assert.deepStrictEqual(await violations(tab), [])
          await dialog.getByRole("button", { name: "Disconnect" }).click()
          await tab.getByText("The session of bob has ended.").waitFor()
          await tab.getByRole("button", { name: /^What to do with bob/ }).waitFor({ state: "detached" })
          assert.strictEqual(await tab.getByRole("button", { name: /^What to do with carl/ }).count(), 1)
        })
        let told = yield* bob.next
        while (told.type === "Presence" || told.type === "Ping") told = yield* bob.next
        assert.deepInclude(told, { type: "Disconnect", reason: "Dismissed", reconnect: false })
        yield* Effect.promise(async () => {
          // One cannot shut oneself out.
          await tab.getByRole("button", { name: "What to do with carl from 127.0.0.1" }).click()
          await tab.getByRole("menuitem", { name: "Ban address" }).click()
          const dialog = tab.getByRole("dialog")
          assert.strictEqual(await dialog.getByLabel("Addresses").inputValue(), "127.0.0.1")
          await dialog.getByRole("button", { name: "Ban", exact: true }).click()
          await dialog.getByText("You come from there yourself.").waitFor()
          await dialog.getByLabel("Addresses").fill("192.0.2.0/24")
          assert.deepStrictEqual(await violations(tab), [])
          await dialog.getByRole("button", { name: "Ban", exact: true }).click()
          await tab.getByText("Nobody is let in from 192.0.2.0/24; 0 sessions have ended.").waitFor()
          assert.deepStrictEqual(await violations(tab), [])
          await tab.getByRole("button", { name: "Take back the ban of 192.0.2.0/24" }).click()
          await dialog.getByRole("button", { name: "Take back" }).click()
          await tab.getByText("No address is banned.").waitFor()
          await tab.getByRole("link", { name: "Audit log" }).click()
          await tab
            .getByRole("row", { name: /boss ended a session bob/ })
            .first()
            .waitFor()
          assert.deepStrictEqual(await violations(tab), [])
        })
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped),
    test,
  )

  it.effect(
    "keeps an account out and lets it in, makes administrators, invites and revokes, by the keyboard alone",
    () =>
      Effect.gen(function* () {
        const { accounts, hub } = yield* TestServer
        const chief = yield* add("chief", "admin")
        yield* add("dave", "member")
        yield* accounts.createToken("dave", { label: "a robot" })
        const owner = yield* hub.as(chief)
        yield* owner.createChannel("attic", { access: "private" })
        const { complaints, origin, tab } = yield* tabOf(yield* Chromium.open)
        const mayComeIn = Effect.isSuccess(
          accounts.signIn({ username: "dave", password: Redacted.make(password), address: "192.0.2.1" }),
        )
        const choose = async (choice: string) => {
          const menu = tab.getByRole("button", { name: "What to do with dave" })
          await menu.focus()
          await tab.keyboard.press("Enter")
          while ((await tab.evaluate("document.activeElement.textContent")) !== choice) {
            await tab.keyboard.press("ArrowDown")
          }
          await tab.keyboard.press("Enter")
        }
        const confirm = async (name: string) => {
          const button = tab.getByRole("dialog").getByRole("button", { name, exact: true })
          await button.focus()
          await tab.keyboard.press("Enter")
          await button.waitFor({ state: "detached" })
        }
        yield* Effect.promise(async () => {
          await tab.goto(`${origin}/admin/accounts`)
          await signIn(tab, "chief")
          await choose("Keep out")
          await confirm("Keep out")
          await tab.getByText("dave is kept out.").waitFor()
        })
        assert.isFalse(yield* mayComeIn)
        yield* Effect.promise(async () => {
          await tab.getByRole("row", { name: /dave Member Kept out/ }).waitFor()
          assert.deepStrictEqual(await violations(tab), [])
          await choose("Let in again")
          await confirm("Let in again")
          await tab.getByText("dave may sign in again.").waitFor()
        })
        assert.isTrue(yield* mayComeIn)
        yield* accounts.createToken("dave", { label: "another robot" })
        yield* Effect.promise(async () => {
          await choose("Make administrator")
          await confirm("Make administrator")
          await tab.getByRole("row", { name: /dave Administrator/ }).waitFor()
          await choose("API keys")
          await tab.getByRole("heading", { name: "API keys" }).waitFor()
          await tab.getByRole("button", { name: "Revoke the key for another robot" }).click()
          assert.deepStrictEqual(await violations(tab), [])
          await confirm("Revoke")
          await tab.getByText("dave has no API keys.").waitFor()
          await tab.getByRole("button", { name: "Make a key for dave" }).click()
          await tab.getByRole("textbox", { name: "For", exact: true }).fill("the robot that was missed")
          await confirm("Make the key")
          const key = await tab.getByLabel("Key", { exact: true }).inputValue()
          assert.match(key, /^nat_/)
          assert.deepStrictEqual(await violations(tab), [])
          await tab.keyboard.press("Escape")
          await tab.getByRole("row", { name: /the robot that was missed/ }).waitFor()
          const asked = await fetch(`${origin}/api/v1/me`, { headers: { Authorization: `Bearer ${key}` } })
          assert.strictEqual(((await asked.json()) as { readonly name: string }).name, "dave")
          await tab.goBack()
          await tab.getByRole("heading", { name: "Accounts" }).waitFor()

          await tab.getByRole("link", { name: "Invitations" }).click()
          await tab.getByRole("button", { name: "Invite somebody" }).click()
          await confirm("Invite somebody")
          const link = await tab.getByLabel("Link").inputValue()
          assert.match(link, new RegExp(`^${origin}/invite/natinv_`))
          assert.deepStrictEqual(await violations(tab), [])
          await tab.keyboard.press("Escape")
          await tab.getByRole("button", { name: /^Take back/ }).click()
          await confirm("Take back")
          await tab.getByText("There is nothing here.").waitFor()

          await tab.getByRole("link", { name: "Channels" }).click()
          await tab.getByRole("row", { name: /attic Private 0 0/ }).waitFor()
          assert.deepStrictEqual(await violations(tab), [])
          await tab.getByRole("button", { name: "Webhooks of attic" }).click()
          await tab.getByText("attic has no webhooks.").waitFor()
          await tab.getByRole("button", { name: "Make a webhook" }).click()
          await tab.getByLabel("Way").selectOption("incoming")
          await tab.getByLabel("Name by which").fill("robot")
          assert.deepStrictEqual(await violations(tab), [])
          await confirm("Make a webhook")
          const hook = await tab.getByRole("textbox", { name: "Address" }).inputValue()
          await tab.keyboard.press("Escape")
          await tab.getByRole("row", { name: /Into the channel robot/ }).waitFor()
          const said = await fetch(hook, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ content: "hello" }),
          })
          assert.strictEqual(said.status, 201)
          assert.strictEqual(new URL(tab.url()).pathname + new URL(tab.url()).search, "/admin/webhooks?of=attic")
          assert.deepStrictEqual(await violations(tab), [])
        })
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped),
    test,
  )

  it.effect(
    "is left by whoever is no administrator any more, or is signed in no more",
    () =>
      Effect.gen(function* () {
        const { accounts } = yield* TestServer
        yield* add("erin", "admin")
        yield* add("frank", "admin")
        const browser = yield* Chromium.open
        const erin = yield* tabOf(browser)
        const frank = yield* tabOf(browser)
        yield* Effect.promise(async () => {
          for (const [name, { origin, tab }] of [["erin", erin] as const, ["frank", frank] as const]) {
            await tab.goto(`${origin}/admin`)
            await signIn(tab, name)
            await tab.getByRole("heading", { name: "Overview" }).waitFor()
          }
        })
        yield* accounts.setRole("erin", "member")
        yield* accounts.disable("frank")
        yield* Effect.promise(async () => {
          await erin.tab.getByText("You are signed in as erin").waitFor()
          await frank.tab.getByText("Your session has ended. Sign in again.").waitFor()
          await signIn(frank.tab, "frank")
          await frank.tab.getByText("This account was disabled").waitFor()
        })
        assert.deepStrictEqual([...erin.complaints, ...frank.complaints], [])
      }).pipe(Effect.scoped),
    test,
  )

  it.effect(
    "speaks the reader's language, and nothing that others wrote is more than text in it",
    () =>
      Effect.gen(function* () {
        const { accounts } = yield* TestServer
        yield* add("grete", "admin")
        yield* accounts.createToken("grete", { label: `<img src=x onerror=alert(1)>${"w".repeat(60)}` })
        yield* accounts.createToken("grete", { label: "\u202eevil" })
        const { complaints, origin, tab } = yield* tabOf(yield* Chromium.open, {
          locale: "de-DE",
          viewport: { width: 320, height: 640 },
        })
        yield* Effect.promise(async () => {
          await tab.goto(`${origin}/admin/keys`)
          await tab.getByRole("heading", { name: "Diesen Dienst betreiben" }).waitFor()
          await tab.locator("input[name=username]").fill("grete")
          await tab.locator("input[type=password]").fill(password)
          await tab.locator("button[type=submit]").click()
          await tab.getByRole("heading", { name: "API-Schlüssel" }).waitFor()
          await tab.getByText("<img src=x").first().waitFor()
          assert.strictEqual(await tab.locator("html").getAttribute("lang"), "de")
          const text = await tab.locator("main").innerText()
          assert.notMatch(text, /\u202e/)
          assert.strictEqual(await tab.locator("main img").count(), 0)
          assert.strictEqual(await tab.evaluate("document.documentElement.scrollWidth"), 320)
          assert.deepStrictEqual(await violations(tab), [])
          await tab.getByRole("button", { name: /^Schlüssel für <img/ }).click()
          await tab.getByRole("dialog").waitFor()
          assert.isAtMost(Number(await tab.evaluate("document.querySelector('dialog').scrollWidth")), 320)
        })
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped),
    test,
  )

  it.effect(
    "fits a phone, in the dark as in the light",
    () =>
      Effect.gen(function* () {
        yield* add("small", "admin")
        const { complaints, origin, tab } = yield* tabOf(yield* Chromium.open, {
          viewport: { width: 320, height: 640 },
          colorScheme: "dark",
        })
        yield* Effect.promise(async () => {
          await tab.goto(`${origin}/admin`)
          await signIn(tab, "small")
          for (const view of [
            "Overview",
            "Connections",
            "Channels",
            "Accounts",
            "API keys",
            "Invitations",
            "Banned addresses",
            "Audit log",
          ]) {
            await tab.getByRole("link", { name: view }).click()
            await tab.getByRole("heading", { name: view, level: 1 }).waitFor()
            await tab.locator(".table, .empty, .charts").first().waitFor()
            const wide = await tab.evaluate("document.documentElement.scrollWidth")
            assert.strictEqual(wide, 320, view)
            assert.deepStrictEqual(await violations(tab), [], view)
          }
        })
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped),
    test,
  )

  it.effect(
    "has the service end after a question",
    () =>
      Effect.gen(function* () {
        yield* add("last", "admin")
        const { origin, tab } = yield* tabOf(yield* Chromium.open)
        yield* Effect.promise(async () => {
          await tab.goto(`${origin}/admin`)
          await signIn(tab, "last")
          await tab.getByRole("button", { name: "End the service" }).click()
          const dialog = tab.getByRole("dialog")
          await dialog.getByText("It stops as on SIGTERM").waitFor()
          await dialog.getByRole("button", { name: "Cancel" }).click()
          await dialog.waitFor({ state: "detached" })
          await tab.getByRole("button", { name: "End the service" }).click()
          await dialog.getByRole("button", { name: "End it now" }).click()
          await tab.getByText("The service is ending").waitFor()
        })
      }).pipe(Effect.scoped),
    test,
  )
})
