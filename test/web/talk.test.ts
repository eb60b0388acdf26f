/** People talk in the page. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestServer } from "../../src/testing/TestServer.ts"
import { saidCases } from "../suites/saidCases.ts"
import { another, becomes, open } from "./Person.ts"
import { saidIn } from "./said.ts"
import * as Site from "./Site.ts"

const minute = 60_000

layer(Site.layer({ log: "None", hub: { publishing: undefined } }), { excludeTestServices: true, timeout: minute })(
  "people in the page",
  (it) => {
    it.effect(
      "come in, talk, and do things to what was said",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const ann = yield* open(browser, origin)
          const bob = yield* open(browser, origin)
          yield* Effect.promise(async () => {
            await ann.register("ann")
            await bob.register("bob")
            await ann.say("soup at **noon**?")
            await bob.sees("soup at noon?")
            assert.strictEqual(await bob.tab.locator(".message strong").first().innerText(), "noon")

            // What one does begins with one's name.
            await ann.say("/me waves *high*")
            await bob.sees("* ann waves high")

            // Who writes is seen to.
            await bob.tab.locator(".composer textarea").pressSequentially("ye")
            await ann.tab.getByText("bob is typing").waitFor()
            await bob.tab.locator(".composer textarea").fill("")

            // A reaction by the picker, and taken back by its button.
            await bob.tab.locator(".message", { hasText: "soup" }).hover()
            await bob.tab.getByRole("button", { name: "React", exact: true }).click()
            await bob.tab.getByRole("searchbox", { name: "Search" }).fill("rocket")
            await bob.tab.keyboard.press("Enter")
            const reaction = ann.tab.getByRole("button", { name: "bob reacted with 🚀" })
            await reaction.waitFor()
            await bob.tab.getByRole("button", { name: "bob reacted with 🚀" }).click()
            await reaction.waitFor({ state: "detached" })

            // A reply shows what it answers, and calls whom it answers; the arrow in an empty line edits the last of one's own.
            await bob.tab.locator(".message", { hasText: "soup" }).hover()
            await bob.tab.getByRole("button", { name: "Reply", exact: true }).click()
            await bob.tab.locator(".composer textarea").pressSequentially("yes")
            await bob.tab.keyboard.press("Enter")
            await ann.sees("yes")
            // What has no place yet cannot be edited.
            await bob.sees("yes")
            const answered = ann.tab.getByRole("button", { name: "In reply to" })
            assert.match(await answered.innerText(), /ann\s+soup at noon\?/)
            assert.strictEqual(await ann.tab.locator(".mention.me").innerText(), "@ann")
            await answered.click()
            await ann.tab.locator(".message[data-marked]", { hasText: "soup at noon?" }).waitFor()
            await bob.tab.keyboard.press("ArrowUp")
            const editor = bob.tab.getByRole("textbox", { name: "Edit" })
            await editor.fill("yes, please")
            await bob.tab.keyboard.press("Enter")
            await ann.sees(/yes, please.*edited/)

            // What is deleted is gone for everybody.
            await bob.tab.locator(".message", { hasText: "yes, please" }).hover()
            await bob.tab.getByRole("button", { name: "Delete" }).click()
            await bob.tab.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click()
            await ann.tab.getByText("This message was deleted.").waitFor()

            // What begins with a slash is done, or stays there with words; two slashes say one.
            const field = bob.tab.locator(".composer textarea")
            await bob.say("/frobnicate the soup")
            await bob.tab.getByText("There is no /frobnicate here").waitFor()
            assert.strictEqual(await field.inputValue(), "/frobnicate the soup")
            await field.fill("/aw")
            await bob.tab.getByRole("option", { name: "/away" }).waitFor()
            await bob.tab.keyboard.press("Enter")
            await bob.tab.keyboard.type("at lunch")
            await bob.tab.keyboard.press("Enter")
            await bob.tab.getByText("at lunch").waitFor()
            assert.strictEqual(await field.inputValue(), "")
            await bob.say("/back")
            await bob.say("//soup and more")
            await ann.sees("/soup and more")
            await bob.say("s/more/bread/")
            await ann.sees("/soup and bread")
            assert.deepStrictEqual(await ann.said(), await bob.said())

            // Whoever has said something is a click away.
            await bob.tab
              .locator(".message.head", { hasText: "soup" })
              .first()
              .getByRole("button", { name: "ann" })
              .click()
            const card = bob.tab.getByRole("dialog", { name: "ann" })
            await card.getByRole("button", { name: "Write to ann" }).waitFor()
            await card.getByRole("button", { name: "Mention ann" }).click()
            assert.strictEqual(await field.inputValue(), "@ann ")
            await field.fill("")

            // What one can do with a channel in the list is behind its other button.
            await bob.tab.getByRole("link", { name: /lobby/ }).click({ button: "right" })
            const menu = bob.tab.getByRole("dialog", { name: "lobby" })
            await menu.getByLabel("Nothing").check()
            await menu.getByRole("button", { name: "Leave" }).waitFor()
            await bob.tab.keyboard.press("Escape")
            await menu.waitFor({ state: "detached" })
            await bob.say("/notify mentions")
            await bob.tab.getByText("Messages that mention you").waitFor()

            // A conversation of two, with its count.
            await ann.tab.getByRole("button", { name: "Who is here" }).click()
            await ann.tab.getByTitle("Write to bob").click()
            await ann.tab.waitForURL("**/c/@bob")
            await ann.say("psst")
            await ann.sees("psst")
            await bob.tab.getByRole("link", { name: /^Online ann.*1 unread message/ }).waitFor()
            await becomes(
              () => bob.tab.title(),
              (title) => title.startsWith("(1) #lobby"),
            )
            await bob.tab.getByRole("link", { name: /ann/ }).click()
            await bob.sees("psst")
            await ann.tab.getByText("Seen by bob").waitFor()
            await becomes(
              () => bob.tab.title(),
              (title) => !title.startsWith("("),
            )
            assert.deepStrictEqual([...ann.complaints, ...bob.complaints], [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "read what others write as it is shown in the terminal",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const { hub } = yield* TestServer
          const nora = yield* open(browser, `${origin}/c/marks`)
          yield* Effect.promise(() => nora.register("nora"))
          const author = yield* hub.connect({ name: "author" })
          yield* author.join("marks")
          const cases = saidCases("nora")
          for (const { content } of cases) yield* author.publish("marks", content)
          yield* Effect.promise(async () => {
            await nora.sees("健二")
            const said = await saidIn(nora.tab)
            for (const [at, { content, shown }] of cases.entries())
              assert.deepStrictEqual(said[at], shown, JSON.stringify(content))
            // Nobody is called by oneself.
            await nora.say("@nora is nora")
            await nora.sees("@nora is nora")
            assert.deepStrictEqual((await saidIn(nora.tab)).at(-1), ["@nora is nora"])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "find what they left: drafts, places, and messages by their addresses, in each tab",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const { hub } = yield* TestServer
          const carol = yield* open(browser, `${origin}/c/den`)
          yield* Effect.promise(async () => {
            await carol.register("carol")
          })
          const dave = yield* hub.connect({ name: "dave" })
          yield* dave.join("den")
          for (let at = 1; at <= 150; at++) yield* dave.publish("den", `line ${at}`)
          yield* Effect.promise(async () => {
            await carol.sees("line 150")
            await carol.tab.locator(".composer textarea").fill("half a thou")
          })
          const tab = yield* another(carol.context, `${origin}/c/den/20`)
          yield* Effect.promise(async () => {
            // No sign-in, and the message of the address is in sight.
            const message = tab.tab.locator(".message", { has: tab.tab.getByText("line 20", { exact: true }) })
            await message.waitFor()
            const box = await message.boundingBox()
            assert.isTrue(box !== null && box.y > 0 && box.y + box.height < tab.tab.viewportSize()!.height)
            await becomes(
              () => tab.tab.locator(".composer textarea").inputValue(),
              (draft) => draft === "half a thou",
            )
            await tab.tab.locator(".composer textarea").fill("half a thought")
            await becomes(
              () => carol.tab.locator(".composer textarea").inputValue(),
              (draft) => draft === "half a thought",
            )

            // To the end, and all the way back up, without a gap or a jump.
            await tab.tab.getByRole("button", { name: "To the end" }).click()
            await tab.sees("line 150")
            const timeline = tab.tab.locator(".timeline")
            // One reads by the keys that scroll from where one writes; and is told where there is nothing to edit.
            const field = tab.tab.locator(".composer textarea")
            const top = () => timeline.evaluate((element) => Number(Reflect.get(element, "scrollTop")))
            const end = await top()
            await field.focus()
            await tab.tab.keyboard.press("PageUp")
            await becomes(top, (now) => now < end - 100)
            await tab.tab.keyboard.press("PageDown")
            await becomes(top, (now) => now > end - 100)
            await field.fill("")
            await tab.tab.keyboard.press("ArrowUp")
            await tab.tab.getByText("There is nothing of yours here").waitFor()
            await timeline.hover()
            await becomes(
              async () => {
                await tab.tab.mouse.wheel(0, -2000)
                return tab.said()
              },
              (lines) => lines.includes("line 1"),
            )
            const lines = await tab.said()
            assert.deepStrictEqual(
              lines,
              lines.map((_, at) => `line ${at + 1}`),
            )
            assert.deepStrictEqual([...carol.complaints, ...tab.complaints], [])
            // Whoever signs out is out in all tabs.
            await carol.tab.getByRole("button", { name: "Sign out" }).click()
            await tab.tab.getByRole("heading", { name: "Come in and talk" }).waitFor()
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "send files, several at once, by dropping and choosing them, and see pictures",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const dora = yield* open(browser, `${origin}/c/files`)
          yield* Effect.promise(async () => {
            await dora.register("dora")
            const png = Buffer.from(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
              "base64",
            )
            await dora.tab.locator("input[type=file]").setInputFiles([
              { name: "dot.png", mimeType: "image/png", buffer: png },
              { name: "notes <b>.txt", mimeType: "text/plain", buffer: Buffer.from("soup ".repeat(100_000)) },
            ])
            const picture = dora.tab.getByRole("img", { name: "Preview of dot.png" })
            await picture.waitFor()
            await becomes(
              () => picture.evaluate((image) => Number(Reflect.get(image, "naturalWidth"))),
              (width) => width === 1,
            )
            const notes = dora.tab.locator(".file-card", { hasText: "notes" })
            await notes.waitFor()
            const [download] = await Promise.all([dora.tab.waitForEvent("download"), notes.click()])
            const chunks: Array<Buffer> = []
            for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
            assert.strictEqual(Buffer.concat(chunks).toString(), "soup ".repeat(100_000))
            assert.deepStrictEqual(dora.complaints, [])
          })
        }).pipe(Effect.scoped),
      minute,
    )
  },
)
