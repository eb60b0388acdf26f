/** Channels that are found, made and administered in the page, and what is found in them. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Page as Tab } from "playwright-core"
import { TestServer } from "../../src/testing/TestServer.ts"
import { close, command, dialog, enter, hasFocus, heading, isReady } from "./Dialogs.ts"
import { becomes, open } from "./Person.ts"
import * as Site from "./Site.ts"

const minute = 60_000

const is = (tab: Tab, wanted: string): Promise<void> =>
  becomes(
    () => heading(tab),
    (name) => name === wanted,
  )

const details = async (tab: Tab, name: string): Promise<void> => {
  await command(tab, "About this")
  await tab.getByRole("tab", { name }).click()
}

layer(Site.layer({ log: "None", hub: { publishing: undefined } }), { excludeTestServices: true, timeout: minute })(
  "channels in the page",
  (it) => {
    it.effect(
      "are made, browsed and joined; a name that cannot be one is said to be",
      () =>
        Effect.gen(function* () {
          const ann = yield* enter("maker", "lobby")
          const bob = yield* enter("finder", "lobby")
          yield* Effect.promise(async () => {
            await command(ann.tab, "New channel")
            const form = dialog(ann.tab)
            await form.getByLabel("Name").fill("no: name")
            await ann.tab.keyboard.press("Enter")
            await form.getByRole("alert").getByText("This cannot be a channel's name").waitFor()
            assert.strictEqual(await form.getByLabel("Name").getAttribute("aria-invalid"), "true")
            await form.getByLabel("Name").fill("#made")
            await form.getByLabel("Topic").fill("What is made")
            await form.getByLabel("Everybody reads").check()
            await form.getByRole("button", { name: "Make the channel" }).click()
            await is(ann.tab, "made")
            await ann.tab.getByText("What is made").waitFor()
            await command(ann.tab, "New channel")
            await form.getByLabel("Name").fill("made")
            await ann.tab.keyboard.press("Enter")
            await form.getByText("There is a channel of this name already").waitFor()
            await close(ann.tab)

            await bob.tab.getByRole("button", { name: "Browse channels" }).click()
            await dialog(bob.tab).getByRole("searchbox").fill("what is")
            await dialog(bob.tab).getByRole("button", { name: "Join made" }).click()
            await is(bob.tab, "made")
            await bob.tab.getByText("Only moderators speak here.").waitFor()
            assert.deepStrictEqual([...ann.complaints, ...bob.complaints], [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "are named, described, and given rules by who owns them",
      () =>
        Effect.gen(function* () {
          const ann = yield* enter("owner", "old-name")
          const bob = yield* enter("owners friend", "old-name")
          yield* Effect.promise(async () => {
            await command(bob.tab, "About this")
            await dialog(bob.tab).getByText("Anybody here can find it").waitFor()
            assert.strictEqual(await dialog(bob.tab).getByLabel("Name").count(), 0)
            assert.strictEqual(await bob.tab.getByRole("tab", { name: "Log" }).count(), 0)
            await close(bob.tab)

            await details(ann.tab, "About")
            await dialog(ann.tab).getByLabel("Name").fill("new name")
            await dialog(ann.tab).getByLabel("Topic").fill("Better than before")
            await dialog(ann.tab).getByLabel("Slow mode").selectOption("30")
            await dialog(ann.tab).getByRole("button", { name: "Save" }).click()
            await dialog(ann.tab).getByText("Saved.").waitFor()
            await is(bob.tab, "new-name")
            await bob.tab.getByText("Better than before").waitFor()
            await bob.tab.getByText("Slow mode: one message each 30 s").waitFor()

            await ann.tab.getByRole("button", { name: "Archive the channel" }).click()
            // What cannot be undone is asked about first, and Escape is no.
            await hasFocus(dialog(ann.tab).getByRole("button", { name: "Cancel" }))
            await ann.tab.keyboard.press("Escape")
            await hasFocus(ann.tab.getByRole("button", { name: "Archive the channel" }))
            await ann.tab.keyboard.press("Enter")
            await dialog(ann.tab).getByRole("group").getByRole("button", { name: "Archive" }).click()
            await bob.tab.getByText("Archived: it can be read").waitFor()
            await dialog(ann.tab).getByRole("button", { name: "Take it out of the archive" }).click()
            await bob.tab.locator(".composer textarea").waitFor()
            await ann.tab.getByRole("tab", { name: "Log" }).click()
            for (const words of ["Changed the topic", "Changed the name", "Changed the settings"]) {
              await dialog(ann.tab).getByText(words).first().waitFor()
            }
            assert.deepStrictEqual([...ann.complaints, ...bob.complaints], [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "are kept in order: who is let in, silenced, put out, and let in again",
      () =>
        Effect.gen(function* () {
          const ann = yield* enter("judge", "court")
          const bob = yield* enter("culprit", "court")
          yield* Effect.promise(async () => {
            await details(ann.tab, "Order")
            const form = dialog(ann.tab)
            const name = form.getByLabel("Name")
            await name.fill("nobody at all")
            await ann.tab.keyboard.press("Enter")
            await form.getByText("Nobody here has this name.").waitFor()
            await name.fill("@culprit")
            await form.getByLabel("How long").selectOption("10")
            await form.getByLabel("Reason").fill("too loud")
            await form.getByRole("button", { name: "Mute", exact: true }).click()
            await form.getByText("Mute: culprit.").waitFor()
            const line = form.getByRole("listitem").filter({ hasText: "culprit" })
            await line.getByText("too loud").waitFor()
            await line.getByText(/^Until .* · by judge$/).waitFor()
            await bob.say("but")
            await bob.tab.getByText("You are muted here.").first().waitFor()
            await line.getByRole("button", { name: "Undo: Mute, culprit" }).click()
            await form.getByText("Nobody is muted or banned.").waitFor()

            await name.fill("culprit")
            await form.getByLabel("Ban", { exact: false }).first().check()
            await form.getByRole("button", { name: "Ban", exact: true }).click()
            await form.getByText("Ban: culprit.").waitFor()
            await form.getByRole("button", { name: "Undo: Ban, culprit" }).click()
            await form.getByText("Nobody is muted or banned.").waitFor()

            await ann.tab.getByRole("tab", { name: "Members" }).click()
            await form.getByLabel("Name").fill("culprit")
            await form.getByLabel("As").selectOption("moderator")
            await form.getByRole("button", { name: "Invite" }).click()
            await form.getByText("culprit is in.").waitFor()
            await form.getByLabel("Role of culprit").selectOption("none")
            await becomes(
              () => form.getByLabel("Role of culprit").count(),
              (count) => count === 0,
            )
            // The last owner stays, which is said where it was tried.
            await form.getByLabel("Role of judge").selectOption("member")
            await form.getByRole("alert").getByText(/owner/).waitFor()
            assert.deepStrictEqual([...ann.complaints, ...bob.complaints], [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "are entered by a link, by whoever has it, until it is taken back",
      () =>
        Effect.gen(function* () {
          const browser = yield* Site.Chrome
          const origin = yield* Site.origin
          const ann = yield* enter("host", "lobby")
          const link = yield* Effect.promise(async () => {
            await command(ann.tab, "New channel")
            const form = dialog(ann.tab)
            await form.getByLabel("Name").fill("party")
            await form.getByLabel("Who is invited").check()
            await form.getByRole("button", { name: "Make the channel" }).click()
            await is(ann.tab, "party")
            await details(ann.tab, "Members")
            await form.getByLabel("Good for").selectOption("60")
            await form.getByLabel("For how many").selectOption("5")
            await form.getByRole("button", { name: "Make a link" }).click()
            await form.getByText("Nobody has come in by it yet").waitFor()
            await ann.context.grantPermissions(["clipboard-read", "clipboard-write"])
            await form.getByRole("button", { name: "Copy" }).click()
            await form.getByText("The link is copied.").waitFor()
            return form.getByLabel("The link").inputValue()
          })
          assert.isTrue(link.startsWith(`${origin}/join/`))
          const copied = yield* Effect.promise(() => ann.tab.evaluate("navigator.clipboard.readText()"))
          assert.strictEqual(copied, link)
          // Somebody who is not signed in yet gets there behind the door.
          const bob = yield* open(browser, link)
          yield* Effect.promise(async () => {
            await bob.register("party guest")
            await is(bob.tab, "party")
            await bob.say("here I am")
            await ann.sees("here I am")
            await close(ann.tab)
            await details(ann.tab, "Members")
            await dialog(ann.tab).getByText("1 of 5 have come in by it").waitFor()
            await dialog(ann.tab)
              .getByRole("button", { name: /^Take back/ })
              .click()
            await becomes(
              () =>
                dialog(ann.tab)
                  .getByRole("button", { name: /^Take back/ })
                  .count(),
              (count) => count === 0,
            )
            await ann.tab.getByRole("tab", { name: "Log" }).click()
            await dialog(ann.tab).getByText("Came in by a link").waitFor()
          })
          const late = yield* open(browser, link)
          yield* Effect.promise(async () => {
            await late.register("party late")
            await late.tab.getByText("This invitation is over, or was taken back.").waitFor()
            assert.strictEqual(await late.tab.getByRole("link", { name: /party/ }).count(), 0)
            assert.deepStrictEqual([...ann.complaints, ...bob.complaints], [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "are deleted by who administers the service, after a question",
      () =>
        Effect.gen(function* () {
          const { accounts } = yield* TestServer
          const ann = yield* enter("chief", "doomed")
          assert.strictEqual(yield* Effect.promise(() => ann.tab.getByRole("button", { name: "Delete" }).count()), 0)
          yield* accounts.setRole("chief", "admin")
          yield* Effect.promise(async () => {
            await ann.tab.goto(ann.tab.url())
            await ann.tab.locator(".composer textarea").waitFor()
            await isReady(ann.tab)
            await details(ann.tab, "About")
            const form = dialog(ann.tab)
            await form.getByRole("button", { name: "Delete the channel" }).click()
            await form.getByText("Delete doomed with everything that was said there, for good?").waitFor()
            await form.getByRole("group").getByRole("button", { name: "Delete the channel" }).click()
            await dialog(ann.tab).waitFor({ state: "detached" })
            await becomes(
              () => ann.tab.getByRole("link", { name: "doomed" }).count(),
              (count) => count === 0,
            )
            await command(ann.tab, "Operate this service")
            await ann.tab.waitForURL("**/admin")
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "are called and described by strangers, which stays text in its place",
      () =>
        Effect.gen(function* () {
          const { hub } = yield* TestServer
          const bob = yield* hub.connect({ name: "hostile bob" })
          const topic = `<b>bold</b> ${"\u0301".repeat(150)} ${"x".repeat(90)}`
          yield* bob.createChannel("hostile", { topic, access: "public" })
          yield* bob.join("hostile")
          yield* bob.publish(
            "hostile",
            `needle ${"\u0301".repeat(7000)} <img src=x onerror=alert(1)> ${"y".repeat(7000)}`,
          )
          const ann = yield* enter("careful", "lobby", { viewport: { width: 320, height: 640 } })
          yield* Effect.promise(async () => {
            await command(ann.tab, "Browse channels")
            const row = dialog(ann.tab).getByRole("listitem").filter({ hasText: "hostile" })
            const shown = await row.innerText()
            assert.include(shown, "<b>bold</b>")
            assert.isBelow(shown.split("\u0301").length, 10)
            await row.getByRole("button").click()
            await is(ann.tab, "hostile")
            await command(ann.tab, "About this")
            await dialog(ann.tab).getByText("<b>bold</b>").waitFor()
            await close(ann.tab)
            await command(ann.tab, "Search messages")
            await ann.tab.getByRole("searchbox").fill("needle")
            await ann.tab.keyboard.press("Enter")
            const hit = ann.tab.locator(".hit").first()
            assert.isBelow((await hit.innerText()).length, 500)
            const box = await hit.boundingBox()
            assert.isAtMost(box?.width ?? 0, 320)
            assert.deepStrictEqual(ann.complaints, [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "of two are begun by name, and silenced by who does not want them",
      () =>
        Effect.gen(function* () {
          const ann = yield* enter("shy", "lobby")
          const bob = yield* enter("pushy", "lobby")
          yield* Effect.promise(async () => {
            await bob.tab.getByRole("button", { name: "New direct message" }).click()
            const box = bob.tab.getByRole("combobox")
            await box.fill("nobody at all")
            await bob.tab.keyboard.press("Enter")
            await dialog(bob.tab).getByText("Nobody here has this name.").waitFor()
            await box.fill("shy")
            await bob.tab.getByRole("option", { name: "shy" }).first().click()
            await is(bob.tab, "shy")
            await bob.say("hello")
            await bob.sees("hello")
            await ann.tab.getByRole("link", { name: /pushy/ }).click()
            await ann.sees("hello")
            await command(ann.tab, "About this")
            await dialog(ann.tab).getByRole("button", { name: "Block" }).click()
            await dialog(ann.tab).getByText("You have blocked this person").waitFor()
            await close(ann.tab)
            await bob.say("hello?")
            await bob.tab.getByText("This person does not want messages from you.").first().waitFor()
            await command(ann.tab, "settings")
            await ann.tab.getByRole("tab", { name: "Account" }).click()
            await dialog(ann.tab).getByRole("button", { name: "Unblock: pushy" }).click()
            await dialog(ann.tab).getByText("Nobody.").waitFor()
            await close(ann.tab)
            await bob.say("hello again")
            await ann.sees("hello again")
            assert.deepStrictEqual([...ann.complaints, ...bob.complaints], [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "are searched, with filters, and lead to what was found",
      () =>
        Effect.gen(function* () {
          const { hub } = yield* TestServer
          const bob = yield* hub.connect({ name: "search bob" })
          yield* bob.join("archive")
          yield* bob.publish("archive", "the oldest word: treasure <img src=x onerror=alert(1)> & more")
          for (let n = 0; n < 300; n++) yield* bob.publish("archive", `line ${n}${n % 10 === 0 ? " of ten" : ""}`)
          yield* bob.join("other")
          yield* bob.publish("other", "treasure is elsewhere, too")
          const ann = yield* enter("searcher", "archive")
          const { tab } = ann
          const said = (words: string | RegExp) => tab.getByRole("complementary").getByText(words).first().waitFor()
          const field = tab.getByRole("searchbox")
          const search = async (text: string) => {
            await field.fill(text)
            await field.press("Enter")
          }
          yield* Effect.promise(async () => {
            await tab.keyboard.press("Control+Shift+F")
            await hasFocus(field)
            await search("Treasure")
            await said("1 message")
            const hit = tab.locator(".hit").first()
            assert.strictEqual(await hit.locator("mark").innerText(), "treasure")
            assert.include(await hit.innerText(), "<img src=x onerror=alert(1)> & more")
            // Down to what was found, and there.
            await field.press("ArrowDown")
            await hasFocus(hit)
            await tab.keyboard.press("ArrowUp")
            await hasFocus(field)
            await tab.keyboard.press("ArrowDown")
            await tab.keyboard.press("Enter")
            await ann.sees("the oldest word")
            await tab.waitForURL("**/c/archive/1")
            await ann.tab.locator(".message[data-marked]").waitFor()

            await search("ten")
            await said("20 messages, and more")
            await tab.getByRole("button", { name: "Show more" }).click()
            await said(/^30 messages$/)

            await search("nothingofthekind")
            await said("Nothing was found here. Try it everywhere.")
            await search("treasure from:nobody")
            await said("Nothing was found here.")
            await search("treasure before:tomorrow")
            await said("before: and after: need a day like 2026-11-01")
            await field.fill("treasure")
            await tab.getByRole("button", { name: "In a channel: in:kitchen" }).click()
            assert.strictEqual(await field.inputValue(), "treasure in:archive")
            await hasFocus(field)
            await tab.keyboard.press("Enter")
            await said("1 message")
            await field.fill("")
            await tab.getByRole("button", { name: "Words in exactly this order" }).click()
            await tab.keyboard.type("oldest word")
            assert.strictEqual(await field.inputValue(), '"oldest word"')
            await tab.keyboard.press("Enter")
            // The search before has found one message, too.
            await becomes(
              () => tab.locator(".hit mark").allInnerTexts(),
              (marks) => marks.join(" ") === "oldest word",
            )
            await said("1 message")
            assert.deepStrictEqual(ann.complaints, [])
          })
        }).pipe(Effect.scoped),
      minute,
    )

    it.effect(
      "are gone back in to a day",
      () =>
        Effect.gen(function* () {
          const { hub } = yield* TestServer
          const bob = yield* hub.connect({ name: "date bob" })
          yield* bob.join("days")
          for (let n = 0; n < 200; n++) yield* bob.publish("days", `message ${n}`)
          const ann = yield* enter("reader", "days")
          yield* Effect.promise(async () => {
            await ann.sees("message 199")
            await command(ann.tab, "Go to a date")
            await dialog(ann.tab).getByRole("button", { name: "A week ago" }).click()
            await dialog(ann.tab).waitFor({ state: "detached" })
            await ann.sees(/^message 0$/)
            await ann.tab.locator(".message[data-marked]").waitFor()
            assert.deepStrictEqual(ann.complaints, [])
          })
        }).pipe(Effect.scoped),
      minute,
    )
  },
)
