/** What happens to people in the page when something breaks. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { History } from "../../src/history/History.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Cable from "../browser/Cable.ts"
import { another, becomes, open, password } from "./Person.ts"
import * as Site from "./Site.ts"

const minute = 60_000

const settings = { log: "None", hub: { publishing: undefined } } as const

layer(Site.Chrome.layer, { excludeTestServices: true, timeout: minute })("the page", (it) => {
  it.effect(
    "loses nothing and doubles nothing, however often its connection is cut",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const { address } = yield* TestServer
        const cable = yield* Cable.open(address!)
        const ann = yield* open(browser, `http://127.0.0.1:${cable.address.port}/c/den`)
        const bob = yield* open(browser, `http://127.0.0.1:${address!.port}/c/den`)
        yield* Effect.promise(async () => {
          await ann.register("ann")
          await bob.register("bob")
          for (let at = 1; at <= 30; at++) {
            if (at % 5 === 3) cable.cut()
            await ann.say(`ann ${at}`)
            await bob.say(`bob ${at}`)
          }
          for (const person of [ann, bob]) {
            await person.sees("ann 30")
            await person.sees("bob 30")
            await person.tab.locator(".unsent").first().waitFor({ state: "detached" })
          }
          const said = await ann.said()
          assert.deepStrictEqual(said, await bob.said())
          assert.lengthOf(said, 60)
          const numbers = (name: string) => said.filter((text) => text.startsWith(name))
          for (const name of ["ann", "bob"]) {
            assert.deepStrictEqual(
              numbers(name),
              Array.from({ length: 30 }, (_, at) => `${name} ${at + 1}`),
            )
          }
          assert.deepStrictEqual([...ann.complaints, ...bob.complaints], [])
        })
      }).pipe(Effect.scoped, Effect.provide(Layer.unwrap(Effect.map(Site.withPage(settings), TestServer.layerTcp)))),
    minute,
  )

  it.effect(
    "says when there is no connection, counts down, and goes on with the next run of the service",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const stores = yield* Layer.build(
          Layer.mergeAll(AccountStore.layerMemory, ChannelStore.layerMemory, History.layerMemory),
        )
        const kept = Layer.succeedContext(stores)
        let target: { readonly host: string; readonly port: number } | undefined
        const cable = yield* Cable.open(() => target)
        const complete = yield* Site.withPage({ ...settings, history: kept, channels: kept, accountStore: kept })
        const run = <A>(during: Effect.Effect<A>) =>
          Effect.gen(function* () {
            const server = yield* TestServer
            target = server.address
            const result = yield* during
            target = undefined
            return result
          }).pipe(Effect.provide(TestServer.layerTcp(complete)))
        const url = `http://127.0.0.1:${cable.address.port}`
        const ann = yield* run(
          Effect.gen(function* () {
            const ann = yield* open(browser, url)
            yield* Effect.promise(async () => {
              await ann.register("ann")
              await ann.say("before")
              await ann.sees("before")
            })
            return ann
          }).pipe(Effect.provideService(Site.Chrome, browser)) as never as Effect.Effect<
            Effect.Success<ReturnType<typeof open>>
          >,
        )
        yield* Effect.promise(async () => {
          await ann.tab.locator(".banner", { hasText: "No connection" }).waitFor()
          await ann.say("meanwhile")
          await ann.tab.locator(".unsent", { hasText: "meanwhile" }).waitFor()
          await ann.tab.getByRole("button", { name: "Try now" }).click({ force: true })
          await ann.tab.getByText(/Next try in \d+ s/).waitFor()
        })
        yield* run(
          Effect.promise(async () => {
            await ann.sees("meanwhile")
            await ann.tab.locator(".banner").waitFor({ state: "detached" })
            assert.deepStrictEqual(await ann.said(), ["before", "meanwhile"])
          }),
        )
        assert.deepStrictEqual(ann.complaints, [])
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "shows what a service has that has forgotten what was said, and nothing else",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const stores = yield* Layer.build(Layer.mergeAll(AccountStore.layerMemory, ChannelStore.layerMemory))
        const kept = Layer.succeedContext(stores)
        let target: { readonly host: string; readonly port: number } | undefined
        const cable = yield* Cable.open(() => target)
        const complete = yield* Site.withPage({ ...settings, channels: kept, accountStore: kept })
        const run = <A>(during: Effect.Effect<A, never, TestServer>) =>
          Effect.gen(function* () {
            const server = yield* TestServer
            target = server.address
            const result = yield* during
            target = undefined
            return result
          }).pipe(Effect.provide(TestServer.layerTcp(complete)))
        const ann = yield* run(
          open(browser, `http://127.0.0.1:${cable.address.port}/c/den`).pipe(
            Effect.tap((ann) =>
              Effect.promise(async () => {
                await ann.register("ann")
                for (let at = 1; at <= 5; at++) await ann.say(`before ${at}`)
                await ann.sees("before 5")
                await ann.tab.locator(".composer textarea").press("ArrowUp")
                await ann.tab.locator(".editor textarea").fill("not for another message")
              }),
            ),
            (opening) => opening as never as Effect.Effect<Effect.Success<typeof opening>, never, TestServer>,
          ),
        )
        yield* run(
          Effect.gen(function* () {
            const { hub } = yield* TestServer
            const bob = yield* hub.connect({ name: "bob" })
            yield* bob.join("den")
            yield* bob.publish("den", "what was here?")
            yield* Effect.promise(async () => {
              await ann.sees("what was here?")
              assert.strictEqual(await ann.tab.locator(".composer textarea").inputValue(), "not for another message")
              await ann.say("nobody knows")
              await ann.sees("nobody knows")
              assert.deepStrictEqual(await ann.said(), ["what was here?", "nobody knows"])
              assert.strictEqual(await ann.tab.locator(".editor").count(), 0)
              await ann.tab.locator(".to-end").waitFor({ state: "detached" })
              assert.deepStrictEqual(ann.complaints, [])
            })
          }).pipe(Effect.scoped) as Effect.Effect<void, never, TestServer>,
        )
      }).pipe(Effect.scoped),
    minute,
  )
})

layer(Site.layer(settings), { excludeTestServices: true, timeout: minute })("in the page somebody", (it) => {
  it.effect(
    "whose session was ended is told why, keeps what was being written, and comes back where one was",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const { accounts } = yield* TestServer
        const origin = yield* Site.origin
        const ann = yield* open(browser, `${origin}/c/den`)
        yield* Effect.promise(async () => {
          await ann.register("ann")
          await ann.say("one")
          await ann.sees("one")
          await ann.tab.locator(".composer textarea").fill("unfinished")
          await becomes(
            () => ann.tab.evaluate("Object.values(localStorage).includes('unfinished')"),
            (isKept) => isKept === true,
          )
        })
        yield* accounts.setPassword("ann", Redacted.make(password))
        yield* Effect.promise(async () => {
          await ann.tab.getByText("You are signed out").waitFor()
          await ann.signIn("ann")
          await ann.sees("one")
          await becomes(
            () => ann.tab.locator(".composer textarea").inputValue(),
            (draft) => draft === "unfinished",
          )
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "who finds no service is told so, and is let in when there is one",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const ann = yield* open(browser, origin)
        yield* Effect.promise(async () => {
          await ann.context.route("**/api/**", (route) => route.abort("connectionrefused"))
          await ann.tab.reload()
          await ann.tab.getByRole("heading", { name: "The service does not answer" }).waitFor()
          await ann.tab.getByText(/Next try in \d+ s|Trying/).waitFor()
          await ann.context.unroute("**/api/**")
          await ann.tab.getByRole("heading", { name: "Come in and talk" }).waitFor()
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "who is let in, and finds no way for a connection, is told so at once, and is in when there is one",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const ann = yield* open(browser, origin)
        yield* Effect.promise(async () => {
          let isOpen = false
          await ann.tab.routeWebSocket(/\/ws/, (socket) => {
            if (isOpen) socket.connectToServer()
            else void socket.close({ code: 1012 })
          })
          await ann.tab.getByRole("button", { name: "I want an account" }).click()
          await ann.tab.getByLabel("Your name").fill("walled in")
          await ann.tab.getByLabel("Password").fill(password)
          await ann.tab.getByLabel("Type it again").fill(password)
          await ann.tab.locator("button[type=submit]").click()
          await ann.tab.locator(".banner", { hasText: "No connection" }).waitFor()
          isOpen = true
          await ann.tab.locator(".composer textarea").waitFor()
          await ann.tab.locator(".banner").waitFor({ state: "detached" })
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "who is behind something that lets no WebSocket through talks all the same",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const ann = yield* open(browser, `${origin}/c/events`)
        const bob = yield* open(browser, `${origin}/c/events`)
        yield* Effect.promise(async () => {
          await ann.tab.routeWebSocket(/\/ws/, (socket) => void socket.close({ code: 1006 }))
          await ann.register("behind a proxy")
          await bob.register("before a proxy")
          await ann.say("does it arrive?")
          await bob.sees("does it arrive?")
          await bob.say("it does")
          await ann.sees("it does")
          assert.deepStrictEqual([...ann.complaints, ...bob.complaints], [])
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "reads whatever others write as text, and nothing of it hides or moves what is around it",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const { hub } = yield* TestServer
        const origin = yield* Site.origin
        const ann = yield* open(browser, `${origin}/c/zoo`)
        yield* Effect.promise(() => ann.register("mallory's victim".replace("'s", "")))
        const mallory = yield* hub.connect({ name: "mallory" })
        yield* mallory.join("zoo")
        const hostile = [
          "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
          "[click](javascript:alert(1)) <a href='javascript:alert(1)'>x</a> javascript:alert(1)",
          "[https://bank.example](https://evil.example)",
          "\u202eright to left override\u202c and \u2066isolate",
          "a\u0301".padEnd(30_000, "\u0301"),
          "𒐫".repeat(5000),
          "x".repeat(30_000),
          "*".repeat(20_000),
          `${"> ".repeat(500)}deep`,
          "\n".repeat(5000),
          "`".repeat(9999),
          "`​``\n".repeat(2000),
        ]
        for (const text of hostile) yield* Effect.ignore(mallory.publish("zoo", text))
        yield* mallory.publish("zoo", "the end")
        yield* Effect.promise(async () => {
          await ann.sees("the end")
          assert.strictEqual(await ann.tab.title().then((title) => title.includes("owned")), false)
          const links = await ann.tab
            .locator(".message a[target]")
            .evaluateAll((all) =>
              all.map((link) => [String(Reflect.get(link, "href")), String(Reflect.get(link, "innerText"))]),
            )
          for (const [href, text] of links) {
            assert.match(href!, /^https?:/)
            if (/bank/.test(text!)) assert.include(href!, "bank.example")
          }
          // Nothing is wider than the window, and no text leaves its own message.
          const widths = (await ann.tab.evaluate(
            "[document.documentElement.scrollWidth, innerWidth, document.querySelector('.timeline').scrollWidth - document.querySelector('.timeline').clientWidth]",
          )) as ReadonlyArray<number>
          assert.isAtMost(widths[0]!, widths[1]!)
          assert.isAtMost(widths[2]!, 0)
          assert.notInclude(await ann.tab.locator(".messages").innerText(), "\u202e")
          assert.deepStrictEqual(ann.complaints, [])
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "has the same in two tabs: what is read, which channels there are",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const { hub } = yield* TestServer
        const origin = yield* Site.origin
        const eve = yield* open(browser, `${origin}/c/lobby`)
        yield* Effect.promise(() => eve.register("eve"))
        const other = yield* another(eve.context, `${origin}/c/tea`)
        yield* Effect.promise(async () => {
          await other.tab.locator(".composer textarea").waitFor()
          await eve.tab.getByRole("link", { name: /tea/ }).waitFor()
          // Here each tab believes that it is looked at.
          await other.tab.evaluate("document.hasFocus = () => false")
        })
        const frank = yield* hub.connect({ name: "frank" })
        yield* frank.join("tea")
        yield* frank.publish("tea", "eve, tea is ready")
        yield* Effect.promise(async () => {
          const count = eve.tab.getByRole("link", { name: /tea.*1 unread message.*for you/ })
          await count.waitFor()
          await other.tab.evaluate("document.hasFocus = () => true; dispatchEvent(new Event('focus'))")
          await other.sees("tea is ready")
          await count.waitFor({ state: "detached" })
        })
      }).pipe(Effect.scoped),
    minute,
  )
})
