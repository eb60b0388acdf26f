/** People in the page who do not do what one does, in browsers that have not all that one could have. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestServer } from "../../src/testing/TestServer.ts"
import { another, becomes, open, type Person } from "./Person.ts"
import * as Site from "./Site.ts"

const minute = 60_000

const settings = { log: "None", hub: { publishing: undefined } } as const

/** Waits until one is there: what is shown changes before the address does. */
const arrives = ({ tab }: Person, path: string): Promise<void> =>
  becomes(
    async () => new URL(tab.url()).pathname,
    (found) => found === path,
  )
/** Waits until the focus is on one of these. */
const focuses = ({ tab }: Person, tagName: string): Promise<void> =>
  becomes(
    () => tab.evaluate("document.activeElement.tagName") as Promise<string>,
    (found) => found === tagName,
  )
/** Waits until this stands where one writes. */
const drafts = ({ tab }: Person, text: string): Promise<void> =>
  becomes(
    () => tab.locator(".composer textarea").inputValue(),
    (found) => found === text,
  )
const placeOf = ({ tab }: Person, text: string) =>
  tab
    .locator(".message", { has: tab.getByText(text, { exact: true }) })
    .boundingBox()
    .then((box) => Math.round(box?.y ?? Number.NaN))

layer(Site.layer(settings), { excludeTestServices: true, timeout: minute })("in the page somebody", (it) => {
  it.effect(
    "goes back and forward, and the next who signs in does too",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const ann = yield* open(browser, `${origin}/c/ash`)
        const link = (name: string) => ann.tab.locator(".entry", { hasText: name })
        const go = async (name: string) => {
          await ann.tab.evaluate(`history.pushState(null, "", "/c/${name}")`)
          await ann.tab.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
          await link(name).waitFor()
          await ann.tab.locator(".messages").waitFor()
        }
        const walk = async () => {
          await ann.say("hello ash")
          await ann.sees("hello ash")
          for (const name of ["oak", "yew"]) await go(name)
          const length = () => ann.tab.evaluate("history.length") as Promise<number>
          const before = await length()
          await link("ash").click()
          await link("oak").click()
          await ann.tab.locator("h1", { hasText: "oak" }).waitFor()
          assert.strictEqual(await length(), before + 2)
          const steps = [
            ["goBack", "/c/ash"],
            ["goBack", "/c/yew"],
            ["goForward", "/c/ash"],
            ["goForward", "/c/oak"],
          ] as const
          for (const [step, path] of steps) {
            await ann.tab[step]()
            await ann.tab.locator("h1", { hasText: path.slice(-3) }).waitFor()
            await arrives(ann, path)
          }
        }
        yield* Effect.promise(async () => {
          await ann.register("ann")
          await walk()
          await ann.tab.getByRole("button", { name: "Sign out" }).click()
          await ann.tab.getByRole("heading", { name: "Come in and talk" }).waitFor()
          await ann.tab.evaluate("history.pushState(null, '', '/c/ash')")
          await ann.tab.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
          await ann.register("ben")
          await walk()
          // The address of a message is kept.
          await ann.say("and oak")
          await ann.sees("and oak")
          await ann.tab.locator(".time").first().click()
          await arrives(ann, "/c/oak/1")
          await link("ash").click()
          await ann.tab.goBack()
          await ann.tab.locator("h1", { hasText: "oak" }).waitFor()
          await arrives(ann, "/c/oak/1")
          // A channel that has got another name is the same one, and none is made by the old name.
          await go("fir")
          await ann.tab.locator(".composer textarea").fill("half")
          await ann.tab.evaluate(`
            fetch("/api/v1/session").then((answer) => answer.json()).then(({ csrf_token }) => fetch("/api/v1/channels/fir", {
              method: "PATCH",
              headers: { "content-type": "application/json", "x-csrf-token": csrf_token },
              body: JSON.stringify({ name: "pine" }),
            }))
          `)
          await ann.tab.waitForURL("**/c/pine")
          await drafts(ann, "half")
          await link("ash").click()
          await ann.tab.evaluate("history.pushState(null, '', '/c/fir')")
          await ann.tab.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
          await ann.tab.locator("h1", { hasText: "pine" }).waitFor()
          await arrives(ann, "/c/pine")
          assert.strictEqual(await link("fir").count(), 0)
          assert.deepStrictEqual(ann.complaints, [])
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "is out in one tab when somebody else signs in in another, and never speaks as that one",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const carl = yield* open(browser, `${origin}/c/den`)
        const dana = yield* another(carl.context, `${origin}/c/den`)
        yield* Effect.promise(async () => {
          await dana.tab.getByRole("heading", { name: "Come in and talk" }).waitFor()
          // As of a page from before this one: it does not hear that somebody has come in.
          await dana.tab.evaluate("addEventListener('storage', (event) => event.stopImmediatePropagation(), true)")
          await carl.register("carl")
          await carl.say("I am carl")
          await carl.sees("I am carl")
          await dana.tab.reload()
          await dana.sees("I am carl")
          await dana.tab.getByRole("button", { name: "Sign out" }).click()
          await carl.tab.getByRole("heading", { name: "Come in and talk" }).waitFor()
          await dana.register("dana")
          // One cookie for both tabs: the other one is hers now, too.
          await carl.tab.locator(".self-name", { hasText: "dana" }).waitFor()
          const eve = await carl.context.request.post(`${origin}/api/v1/session`, {
            data: { username: "carl", password: "a long password", cookie: true },
            headers: { origin },
          })
          assert.strictEqual(eve.status(), 201)
          const { user } = (await eve.json()) as { user: { id: string } }
          await dana.tab.evaluate(`localStorage.setItem("natter.who", "${user.id}")`)
          await carl.tab.getByText("Somebody else has signed in").waitFor()
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "who signs out without a connection is out once there is one",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const fay = yield* open(browser, `${origin}/c/den`)
        yield* Effect.promise(async () => {
          await fay.register("fay")
          await fay.context.route("**/api/**", (route) => route.abort("connectionrefused"))
          await fay.tab.getByRole("button", { name: "Sign out" }).click()
          await fay.tab.getByRole("heading", { name: "Come in and talk" }).waitFor()
          await fay.context.unroute("**/api/**")
          await fay.tab.reload()
          await fay.tab.getByRole("heading", { name: "Come in and talk" }).waitFor()
          const after = await fay.context.request.get(`${origin}/api/v1/session`)
          assert.strictEqual(after.status(), 401)
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "talks, sends files and copies links where the page came without TLS",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const gil = yield* open(browser, `${origin}/c/lan`)
        yield* Effect.promise(async () => {
          // What browsers leave out there.
          await gil.context.addInitScript(
            "delete Crypto.prototype.randomUUID; Object.defineProperty(navigator, 'clipboard', { value: undefined })",
          )
          await gil.tab.reload()
          await gil.register("gil")
          await gil.say("over the net of the house")
          await gil.sees("over the net of the house")
          await gil.tab
            .locator("input[type=file]")
            .setInputFiles([{ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) }])
          await gil.tab.locator(".file-card", { hasText: "empty.txt" }).waitFor()
          await gil.tab.locator(".message").first().hover()
          await gil.tab.getByRole("button", { name: "Copy link" }).click()
          await gil.tab.getByText("Copied.").waitFor({ state: "attached" })
          await gil.tab.locator(".composer textarea").focus()
          await gil.tab.keyboard.press("Control+v")
          await drafts(gil, `${origin}/c/lan/1`)
          assert.deepStrictEqual(gil.complaints, [])
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "uses keys alone, and is never nowhere",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const hal = yield* open(browser, `${origin}/c/keys`)
        const press = async (button: string) => {
          await hal.tab.getByRole("button", { name: button, exact: true }).focus()
          await hal.tab.keyboard.press("Enter")
        }
        yield* Effect.promise(async () => {
          await hal.register("hal")
          for (const text of ["one", "two"]) {
            await hal.say(text)
            await hal.sees(text)
          }
          await hal.tab.locator(".message", { hasText: "one" }).focus()
          await press("React")
          await hal.tab.keyboard.press("Escape")
          await focuses(hal, "BUTTON")
          await hal.tab.keyboard.press("Enter")
          await hal.tab.keyboard.press("ArrowDown")
          await hal.tab.keyboard.press("Enter")
          await hal.tab.locator(".reaction").waitFor()
          await focuses(hal, "BUTTON")
          await hal.tab.locator(".reaction").focus()
          await hal.tab.keyboard.press("Enter")
          await hal.tab.locator(".reaction").waitFor({ state: "detached" })
          await focuses(hal, "LI")
          await press("Delete")
          await hal.tab.keyboard.press("Enter")
          await hal.tab.getByText("This message was deleted.").waitFor()
          await focuses(hal, "LI")
          // A text that is being composed is not sent by the key that ends that.
          await hal.tab.locator(".composer textarea").focus()
          const input = await hal.context.newCDPSession(hal.tab)
          await input.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 })
          await input.send("Input.dispatchKeyEvent", { type: "rawKeyDown", windowsVirtualKeyCode: 229, key: "Enter" })
          await input.send("Input.insertText", { text: "日" })
          await input.send("Input.dispatchKeyEvent", { type: "rawKeyDown", windowsVirtualKeyCode: 229, key: "Enter" })
          await drafts(hal, "日")
          assert.deepStrictEqual(hal.complaints, [])
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "writes while others delete and archive, and loses nothing of it",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const { hub } = yield* TestServer
        const kim = yield* hub.connect({ name: "kim" })
        yield* kim.join("pit")
        const jo = yield* open(browser, `${origin}/c/pit`)
        const composer = jo.tab.locator(".composer textarea")
        yield* Effect.promise(async () => {
          await jo.register("jo")
          await jo.say("one")
          await jo.sees("one")
          await composer.press("ArrowUp")
          await jo.tab.locator(".editor textarea").pressSequentially(" and more")
        })
        yield* kim.delete("pit", 1)
        yield* Effect.promise(async () => {
          await jo.tab.getByText("This message was deleted.").waitFor()
          await drafts(jo, "one and more")
          await becomes(
            () => jo.tab.evaluate("document.activeElement.tagName") as Promise<string>,
            (found) => found !== "BODY",
          )
          await composer.focus()
        })
        yield* kim.configure("pit", { archived: true })
        yield* Effect.promise(async () => {
          await jo.tab.getByText("Archived: it can be read").waitFor()
          await focuses(jo, "P")
          // What is dropped where nobody takes it goes nowhere, also not into the next conversation.
          await jo.tab.evaluate(`
            const dataTransfer = new DataTransfer()
            dataTransfer.items.add(new File(["secret"], "secret.txt"))
            document.querySelector(".app").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }))
          `)
          await jo.tab.getByText("You may not do that here.").waitFor()
          await jo.tab.locator(".entry", { hasText: "lobby" }).click()
          await jo.say("two")
          await jo.sees("two")
          assert.strictEqual(await jo.tab.locator(".file-card, .upload").count(), 0)
        })
        yield* kim.configure("pit", { archived: false })
        yield* Effect.promise(async () => {
          await jo.tab.locator(".entry", { hasText: "pit" }).click()
          await jo.tab.locator("h1", { hasText: "pit" }).waitFor()
          await drafts(jo, "one and more")
          assert.deepStrictEqual(jo.complaints, [])
        })
      }).pipe(Effect.scoped),
    minute,
  )

  it.effect(
    "reads on where one was while pictures come above, others write and the window changes",
    () =>
      Effect.gen(function* () {
        const browser = yield* Site.Chrome
        const origin = yield* Site.origin
        const { hub } = yield* TestServer
        const ida = yield* open(browser, `${origin}/c/pile`)
        yield* Effect.promise(() => ida.register("ida"))
        const bob = yield* hub.connect({ name: "bob" })
        yield* bob.join("pile")
        for (let at = 1; at <= 60; at++) yield* bob.publish("pile", `line ${at}`)
        yield* Effect.promise(async () => {
          await ida.sees("line 60")
          await ida.tab
            .locator(".message", { has: ida.tab.getByText("line 30", { exact: true }) })
            .scrollIntoViewIfNeeded()
          await ida.tab.locator(".to-end").waitFor()
        })
        const before = yield* Effect.promise(() => placeOf(ida, "line 30"))
        for (let at = 61; at <= 70; at++) yield* bob.publish("pile", `line ${at}`)
        yield* Effect.promise(async () => {
          await ida.tab.getByText("10 new messages").waitFor()
          assert.strictEqual(await placeOf(ida, "line 30"), before)
          // As if a picture was there now, further up.
          await ida.tab.evaluate("document.querySelector('.message').style.minHeight = '500px'")
          await becomes(
            () => placeOf(ida, "line 30"),
            (place) => place === before,
          )
          // The button that leads to the end goes away; what has the focus then can be scrolled.
          await ida.tab.locator(".to-end").focus()
          await ida.tab.keyboard.press("Enter")
          await ida.tab.locator(".to-end").waitFor({ state: "detached" })
          await ida.tab.keyboard.press("PageUp")
          await ida.tab.locator(".to-end").waitFor()
        })
      }).pipe(Effect.scoped),
    minute,
  )
})
