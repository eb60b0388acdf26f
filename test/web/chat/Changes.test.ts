/** What the page makes of channels that change under it, and of somebody who goes from place to place faster than they come. */
import { assert, describe, it } from "@effect/vitest"
import { signal } from "@preact/signals"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { leave, open, remember, rename } from "../../../src/web/chat/model/channels.ts"
import type { Chat } from "../../../src/web/chat/model/Chat.ts"
import { goTo, goToEnd, loadOlder } from "../../../src/web/chat/model/history.ts"
import * as Kept from "../../../src/web/chat/model/Kept.ts"
import { setLevel } from "../../../src/web/chat/model/levels.ts"
import { isKnown } from "../../../src/web/chat/model/people.ts"
import { otherIn } from "../../../src/web/chat/model/presence.ts"
import { seen } from "../../../src/web/chat/model/read.ts"
import { send } from "../../../src/web/chat/model/send.ts"
import { isUnfinished, keepUnsent } from "../../../src/web/chat/model/unsent.ts"
import { add } from "../../../src/web/chat/model/uploads.ts"
import { suggestionsAt } from "../../../src/web/chat/view/suggestions.ts"
import { Browser, until, visit } from "./Pages.ts"

const promise = <A>(run: () => Promise<A>) => Effect.promise(run)

const inService = (name: string, test: () => Effect.Effect<void, never, TestServer | Scope.Scope>): void =>
  it.live(name, () =>
    test().pipe(Effect.scoped, Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined }, log: "None" }))),
  )

const chatter = (chat: Chat, channel: string, count: number) =>
  promise(async () => {
    const all = Array.from({ length: count }, (_, at) => chat.ask((client) => client.publish(channel, `m${at + 1}`)))
    for (const answer of await Promise.all(all)) if (!answer.ok) throw new Error(answer.trouble.message)
  })

const names = ({ conversations }: Chat) => conversations.value.map(({ name }) => name.value).toSorted()

describe("the page", () => {
  inService("goes where somebody wants last, though something else is being loaded", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      yield* promise(() => open(ann.chat, "lobby"))
      yield* chatter(ann.chat, "lobby", 200)
      yield* chatter(ann.chat, "lobby", 200)
      const lobby = ann.chat.find("lobby")!
      yield* promise(() => goTo(ann.chat, lobby, { seq: 30, marked: true }))
      assert.isFalse(lobby.timeline.value!.live)
      yield* promise(async () => {
        const older = loadOlder(ann.chat, lobby)
        const place = goTo(ann.chat, lobby, { seq: 250, marked: true })
        const end = goToEnd(ann.chat, lobby)
        await Promise.all([older, place, end])
      })
      assert.isTrue(lobby.timeline.value!.live)
      assert.strictEqual(lobby.timeline.value!.messages.at(-1)!.content, "m200")
      assert.strictEqual(lobby.loading.value, undefined)
    }),
  )

  inService("tells how far one has read, also when another tab has told it before", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const tab = yield* visit("ann", { browser: new Browser(ann.browser) })
      const bob = yield* visit("bob")
      for (const { chat } of [ann, tab, bob]) yield* promise(() => open(chat, "lobby"))
      const read = async ({ chat }: { readonly chat: Chat }, last: number) => {
        const lobby = chat.find("lobby")!
        await until(() => lobby.timeline.value?.messages.at(-1)?.seq === last)
        lobby.isAtEnd = true
        seen(chat, lobby)
      }
      ann.browser.isLookedAt = tab.browser.isLookedAt = false
      for (const [reader, other, last] of [
        [ann, tab, 2],
        [tab, ann, 4],
        [ann, tab, 6],
      ] as const) {
        yield* chatter(bob.chat, "lobby", 2)
        yield* promise(() => until(() => other.chat.find("lobby")!.unread.value === 2))
        reader.browser.isLookedAt = true
        yield* promise(() => read(reader, last))
        yield* promise(() => until(() => other.chat.find("lobby")!.unread.value === 0))
        reader.browser.isLookedAt = false
      }
    }),
  )

  inService("stays in a channel that gets another name, in all tabs and over a reload, with what was begun there", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      yield* promise(async () => {
        await ann.chat.ask((client) => client.createChannel("ops", {}))
        await open(ann.chat, "ops")
      })
      const tab = yield* visit("ann", { browser: new Browser(ann.browser), wanted: "ops" })
      yield* promise(() => open(tab.chat, "ops"))
      const shown = tab.chat.current.value!
      ann.browser.keep(`natter.draft.${ann.chat.me.id}.ops`, "half")
      yield* promise(async () => {
        await ann.chat.ask((client) => client.rename("ops", "operations"))
        await until(() => [ann, tab].every(({ chat }) => names(chat).includes("operations")))
        await until(() => [ann, tab].every(({ chat }) => !names(chat).includes("ops")))
      })
      assert.strictEqual(tab.chat.current.value, shown)
      assert.strictEqual(shown.name.value, "operations")
      const again = yield* visit("ann", { browser: new Browser(ann.browser), wanted: "operations" })
      assert.deepStrictEqual(names(again.chat), ["lobby", "operations"])
      assert.strictEqual(again.chat.find("operations")!.draft.value, "half")
    }),
  )

  inService("does not make a channel anew that was deleted, nor one by the old name of another", () =>
    Effect.gen(function* () {
      const admin = yield* visit("admin", { role: "admin" })
      const browser = new Browser()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { chat } = yield* visit("ann", { browser })
          for (const name of ["lobby", "tea", "ops"]) yield* promise(() => open(chat, name))
        }),
      )
      yield* promise(async () => {
        await admin.chat.ask((client) => client.deleteChannel("tea"))
        await admin.chat.ask((client) => client.rename("ops", "operations"))
      })
      const again = yield* visit("ann", { browser: new Browser(browser), wanted: "lobby" })
      assert.deepStrictEqual(names(again.chat), ["lobby", "operations"])
      const described = yield* promise(() => admin.chat.ask((client) => client.describe("tea")))
      assert.isFalse(described.ok)
    }),
  )

  inService("says to somebody who is put out by whom and why, and lets them in again", () =>
    Effect.gen(function* () {
      const owner = yield* visit("owner")
      yield* promise(() => open(owner.chat, "den"))
      const ann = yield* visit("ann")
      yield* promise(() => open(ann.chat, "den"))
      const den = ann.chat.find("den")!
      yield* promise(async () => {
        await until(() => den.roster.value?.members.size === 2)
        await owner.chat.ask((client) => client.kick("den", "ann", "spam"))
        await until(() => !den.isJoined.value)
      })
      const { by, message, reason } = den.trouble.value!
      assert.deepStrictEqual([reason, by, message], ["Kicked", "owner", "spam"])
      assert.isUndefined(den.roster.value)
      yield* promise(() => open(ann.chat, "den"))
      yield* promise(() => until(() => den.isJoined.value && den.trouble.value === undefined))
    }),
  )

  inService("tells of as much as one wants to be told of in each conversation, and keeps that with the name", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const bob = yield* visit("bob")
      for (const { chat } of [ann, bob]) {
        for (const name of ["den", "lobby"]) yield* promise(() => open(chat, name))
      }
      const den = ann.chat.find("den")!
      const calls: Array<string> = []
      ann.chat.onCall = ({ content }) => calls.push(content)
      for (const level of ["mentions", "all", "none"] as const) {
        setLevel(ann.chat, den, level)
        for (const text of [`${level} soup`, `${level} ann`]) {
          const before = den.unread.value
          yield* promise(() => bob.chat.ask((client) => client.publish("den", text)))
          yield* promise(() => until(() => den.unread.value > before))
        }
      }
      assert.deepStrictEqual(calls, ["mentions ann", "all soup", "all ann"])
      assert.deepStrictEqual([ann.chat.unread.value, ann.chat.calls.value], [0, 0])
      // Words that one has given count as one's name.
      setLevel(ann.chat, den, "mentions")
      ann.chat.words = signal(["pager", "C++"])
      for (const text of ["pagers", "c++ it is"]) {
        yield* promise(() => bob.chat.ask((client) => client.publish("den", text)))
      }
      yield* promise(() => until(() => den.unread.value === 8))
      assert.deepStrictEqual(calls.slice(3), ["c++ it is"])
      setLevel(ann.chat, den, "none")
      rename(ann.chat, den, "tea")
      assert.deepStrictEqual([Kept.level(ann.chat, "tea"), Kept.level(ann.chat, "den")], ["none", "mentions"])
    }),
  )

  inService("knows who may be called, and finds them without the marks on their letters", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      for (const name of ["Cäcilie", "bob smith"]) {
        const { chat } = yield* visit(name)
        yield* promise(() => open(chat, "den"))
      }
      yield* promise(() => open(ann.chat, "den"))
      const den = ann.chat.find("den")!
      yield* promise(() => until(() => den.roster.value?.members.size === 3))
      for (const name of ["Cäcilie", "CÄCILIE", "bob", "ann"]) assert.isTrue(isKnown(ann.chat, name), name)
      for (const name of ["here", "channel", "smith", "bo", "lobby"]) assert.isFalse(isKnown(ann.chat, name), name)
      const offered = (text: string) => suggestionsAt(ann.chat, den, text, text.length)?.list.map(({ shown }) => shown)
      assert.deepStrictEqual(offered("so @cac"), ["Cäcilie"])
      assert.deepStrictEqual(offered("@CÄ"), ["Cäcilie"])
      assert.deepStrictEqual(offered("@bob smith"), undefined)
      assert.deepStrictEqual(offered("+:tad"), ["🎉 tada"])
      assert.deepStrictEqual(offered("/jo"), ["/join"])
    }),
  )

  inService("shows in a direct conversation who is here from the start, and nobody without a connection", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const bob = yield* visit("bob")
      for (const { chat } of [ann, bob]) yield* promise(() => open(chat, "den"))
      const direct = remember(ann.chat, "@bob")
      yield* promise(() => until(() => otherIn(ann.chat, direct)?.status === "online"))
      yield* promise(() => bob.chat.ask((client) => client.setStatus("away", "at lunch")))
      yield* promise(() => until(() => otherIn(ann.chat, direct)?.text === "at lunch"))
      ann.chat.state.value = { tag: "Returning" }
      assert.isUndefined(otherIn(ann.chat, direct))
      ann.chat.state.value = { tag: "Online" }
      for (const one of bob.chat.conversations.value) yield* promise(() => leave(bob.chat, one))
      yield* promise(() => until(() => otherIn(ann.chat, direct) === undefined))
    }),
  )

  inService("lets nothing wait for a channel in slow mode, and says there what it was to say when it may", () =>
    Effect.gen(function* () {
      const owner = yield* visit("owner")
      yield* promise(() => open(owner.chat, "den"))
      const ann = yield* visit("ann")
      yield* promise(async () => {
        await owner.chat.ask((client) => client.configure("den", { slowMode: 3000 }))
        await open(ann.chat, "den")
        await open(ann.chat, "lobby")
      })
      const [den, lobby] = [ann.chat.find("den")!, ann.chat.find("lobby")!]
      send(ann.chat, den, "one")
      send(ann.chat, den, "two")
      yield* promise(() => until(() => den.unsent.value.some(({ failed }) => failed?.reason === "SlowMode")))
      send(ann.chat, lobby, "meanwhile")
      yield* promise(() => until(() => lobby.timeline.value?.messages.at(-1)?.content === "meanwhile"))
      assert.lengthOf(den.unsent.value, 1)
      yield* promise(() => until(() => den.unsent.value.length === 0))
    }),
  )

  inService("remembers no name that nobody and nothing has", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      for (const name of ["@nobody", "not a name", "x".repeat(100)]) {
        yield* promise(() => open(ann.chat, name))
        assert.include(["NoSuchUser", "NoSuchChannel"], ann.chat.current.value!.trouble.value?.reason)
      }
      yield* promise(() => open(ann.chat, "den"))
      assert.deepStrictEqual(names(ann.chat), ["den", "lobby"])
      const again = yield* visit("ann", { browser: new Browser(ann.browser), wanted: "den" })
      assert.deepStrictEqual(names(again.chat), ["den", "lobby"])
    }),
  )

  it.live("shows more channels than one can be in at once", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      for (const name of ["a1", "a2", "a3", "a4", "a5"]) {
        yield* promise(() => open(ann.chat, name))
        assert.isTrue(ann.chat.current.value!.isJoined.value)
        assert.strictEqual(ann.chat.current.value!.trouble.value, undefined)
      }
      const joined = ann.chat.conversations.value.filter(({ isJoined }) => isJoined.value)
      assert.lengthOf(joined, 3)
      yield* promise(() => open(ann.chat, "a1"))
      assert.isTrue(ann.chat.find("a1")!.isJoined.value)
      assert.deepStrictEqual(names(ann.chat), ["a1", "a2", "a3", "a4", "a5", "lobby"])
    }).pipe(
      Effect.scoped,
      Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined, maxMemberships: 3 }, log: "None" })),
    ),
  )

  inService("finds people whose names one writes another way", () =>
    Effect.gen(function* () {
      yield* visit("bob")
      const ann = yield* visit("ann")
      yield* promise(() => open(ann.chat, "@BOB"))
      assert.strictEqual(ann.chat.current.value?.name.value, "@bob")
      assert.deepStrictEqual(
        names(ann.chat).filter((name) => name.startsWith("@")),
        ["@bob"],
      )
    }),
  )

  inService("keeps what was not sent when somebody is out", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      yield* promise(() => open(ann.chat, "lobby"))
      yield* ann.way.answer(false)
      yield* ann.way.cut
      yield* promise(() => until(() => ann.chat.state.value.tag === "Away"))
      assert.isFalse(isUnfinished(ann.chat))
      const lobby = ann.chat.find("lobby")!
      send(ann.chat, lobby, "one")
      send(ann.chat, lobby, "two")
      lobby.draft.value = "thr"
      assert.isTrue(isUnfinished(ann.chat))
      keepUnsent(ann.chat)
      yield* ann.way.answer(true)
      const again = yield* visit("ann", { browser: new Browser(ann.browser), wanted: "lobby" })
      assert.strictEqual(again.chat.find("lobby")!.draft.value, "one\ntwo\nthr")
    }),
  )

  inService("says which files it does not take: one that is gone, and those that are too many", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      yield* promise(() => open(ann.chat, "lobby"))
      const gone = new File(["x"], "gone.txt")
      const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull: (controller) => controller.error(new DOMException("gone", "NotFoundError")),
      })
      gone.slice = () => Object.assign(new Blob([]), { stream: () => broken })
      add(ann.chat, ann.chat.current.value!, [gone], 1000)
      yield* promise(() => until(() => ann.chat.uploads.value[0]?.failed?.reason === "FileGone"))
      const many = Array.from({ length: 60 }, (_, at) => new File(["y"], `${at}.txt`))
      add(ann.chat, ann.chat.current.value!, many, 1000)
      assert.lengthOf(ann.chat.uploads.value, 50)
      assert.strictEqual(ann.chat.notices.value[0]?.trouble.reason, "TooManyFiles")
      yield* promise(() => until(() => ann.chat.uploads.value.length === 1))
    }),
  )
})
