/** What the page knows and does, with the real client and a real service, but without a browser. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { TestServer } from "../../../src/testing/TestServer.ts"
import * as Answering from "../../../src/web/chat/model/answered.ts"
import { leave, open } from "../../../src/web/chat/model/channels.ts"
import type { Chat } from "../../../src/web/chat/model/Chat.ts"
import { goToEnd, loadNewer, loadOlder } from "../../../src/web/chat/model/history.ts"
import { seen } from "../../../src/web/chat/model/read.ts"
import { edit, react, remove, retry, send } from "../../../src/web/chat/model/send.ts"
import { maxMessages } from "../../../src/web/chat/model/Timeline.ts"
import { Browser, until, visit } from "./Pages.ts"

const promise = <A>(run: () => Promise<A>) => Effect.promise(run)

const inService = (name: string, test: () => Effect.Effect<void, never, TestServer | Scope.Scope>): void =>
  it.live(name, () =>
    test().pipe(Effect.scoped, Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined }, log: "None" }))),
  )

const texts = (chat: Chat): ReadonlyArray<string> =>
  chat.current.value?.timeline.value?.messages.map(({ content }) => content) ?? []

/** Says so many things, one behind the other, and waits until they have their places. */
const chatter = (chat: Chat, channel: string, count: number, word = "m") =>
  promise(async () => {
    // A client lets no more than 256 of them wait.
    for (let said = 0; said < count; said += 200) {
      const all = Array.from({ length: Math.min(200, count - said) }, (_, at) =>
        chat.ask((client) => client.publish(channel, `${word}${said + at + 1}`)),
      )
      for (const answer of await Promise.all(all)) if (!answer.ok) throw new Error(answer.trouble.message)
    }
  })

describe("the page's model", () => {
  inService("shows newcomers the lobby, and what is said there", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const bob = yield* visit("bob")
      yield* promise(() => open(ann.chat, "lobby"))
      yield* promise(() => open(bob.chat, "lobby"))
      send(bob.chat, bob.chat.current.value!, "hello")
      // It is there before the service has it.
      assert.strictEqual(bob.chat.current.value!.unsent.value[0]!.content, "hello")
      yield* promise(() => until(() => texts(ann.chat).includes("hello") && texts(bob.chat).includes("hello")))
      assert.deepStrictEqual(bob.chat.current.value!.unsent.value, [])
      const said = ann.chat.current.value!.timeline.value!.messages[0]!
      assert.isTrue(yield* promise(() => edit(bob.chat, bob.chat.current.value!, said.seq, "hello all")))
      react(ann.chat, ann.chat.current.value!, said.seq, "👋", true)
      yield* promise(() =>
        until(() => {
          const message = bob.chat.current.value?.timeline.value?.messages[0]
          return message?.content === "hello all" && message.reactions[0]?.users[0] === "ann"
        }),
      )
      assert.isFalse(yield* promise(() => remove(ann.chat, ann.chat.current.value!, said.seq)))
      assert.strictEqual(ann.chat.notices.value[0]!.trouble.reason, "Forbidden")
    }),
  )

  inService("shows what is answered, wherever that is, and calls whom one answers by name", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const bob = yield* visit("bob")
      for (const { chat } of [ann, bob]) yield* promise(() => open(chat, "lobby"))
      const [mine, his] = [ann.chat.current.value!, bob.chat.current.value!]
      yield* chatter(bob.chat, "lobby", maxMessages + 2)
      yield* promise(() => until(() => texts(ann.chat).at(-1) === `m${maxMessages + 2}`))
      // The first has left the window.
      assert.isUndefined(Answering.find(mine, 1))
      yield* promise(() => Answering.fetch(ann.chat, mine, 1))
      const first = Answering.find(mine, 1)!
      assert.strictEqual(first.content, "m1")
      Answering.begin(ann.chat, mine, first)
      Answering.begin(ann.chat, mine, mine.timeline.value!.messages.at(-1)!)
      assert.strictEqual(mine.draft.value, "@bob ")
      const { seq } = mine.answering.value!
      send(ann.chat, mine, "@bob so", { replyTo: seq })
      yield* promise(() => until(() => his.timeline.value?.messages.at(-1)?.replyTo === seq))
      for (const target of [1, seq]) assert.isTrue(yield* promise(() => remove(bob.chat, his, target)))
      yield* promise(() => until(() => Answering.find(mine, 1)?.deleted === true && mine.answering.value === undefined))
      send(ann.chat, mine, "too late", { replyTo: seq })
      yield* promise(() => until(() => mine.unsent.value[0]?.failed?.reason === "NoSuchMessage"))
    }),
  )

  inService("counts what is unread and who is meant, and forgets that in all tabs when it is read in one", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const tab = yield* visit("ann", { browser: new Browser(ann.browser) })
      const bob = yield* visit("bob")
      for (const { chat } of [ann, tab, bob]) yield* promise(() => open(chat, "lobby"))
      for (const { chat } of [ann, tab]) yield* promise(() => open(chat, "ops"))
      const calls: Array<string> = []
      ann.chat.onCall = ({ content }) => calls.push(content)
      yield* chatter(bob.chat, "lobby", 3)
      send(bob.chat, bob.chat.current.value!, "soup, ann?")
      const lobby = ann.chat.find("lobby")!
      yield* promise(() => until(() => lobby.unread.value === 4 && lobby.mentions.value === 1))
      assert.deepStrictEqual(calls, ["soup, ann?"])
      assert.strictEqual(ann.chat.calls.value, 1)
      const other = tab.chat.find("lobby")!
      yield* promise(() => until(() => other.unread.value === 4))
      yield* promise(() => open(tab.chat, "lobby"))
      // Read once one is at the end of it, and looks.
      tab.chat.current.value!.isAtEnd = true
      seen(tab.chat, other)
      assert.strictEqual(other.unread.value, 0)
      yield* promise(() => until(() => lobby.unread.value === 0 && lobby.mentions.value === 0))
      // What is deleted is unread no more, and who is not named any more is not called.
      yield* chatter(bob.chat, "lobby", 3, "ann ")
      yield* promise(() => until(() => lobby.unread.value === 3 && lobby.mentions.value === 3))
      const here = bob.chat.current.value!
      assert.isTrue(yield* promise(() => remove(bob.chat, here, 5)))
      assert.isTrue(yield* promise(() => edit(bob.chat, here, 6, "nobody")))
      yield* promise(() => until(() => lobby.unread.value === 2 && lobby.mentions.value === 1))
    }),
  )

  inService("shows nobody as typing who has said it, was thrown out or may not speak", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      yield* promise(() => open(ann.chat, "den"))
      const { typing } = ann.chat.current.value!
      const ends: Readonly<Record<string, (chat: Chat) => Promise<unknown>>> = {
        bob: (bob) => bob.ask((client) => client.publish("den", "soup")),
        cyd: () => ann.chat.ask((client) => client.mute("den", "cyd")),
        dan: () => ann.chat.ask((client) => client.kick("den", "dan")),
      }
      for (const [name, end] of Object.entries(ends)) {
        const { chat } = yield* visit(name)
        yield* promise(() => open(chat, "den"))
        yield* promise(() => chat.ask((client) => Effect.as(client.typing("den"), true)))
        yield* promise(() => until(() => typing.value.has(name)))
        const from = performance.now()
        yield* promise(() => end(chat))
        yield* promise(() => until(() => !typing.value.has(name)))
        // By itself it ends after six seconds.
        assert.isBelow(performance.now() - from, 5000, name)
      }
    }),
  )

  inService("begins where one left off: at what is new", () =>
    Effect.gen(function* () {
      const bob = yield* visit("bob")
      yield* promise(() => open(bob.chat, "lobby"))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { chat } = yield* visit("ann")
          yield* promise(() => open(chat, "lobby"))
          yield* chatter(bob.chat, "lobby", 5)
          yield* promise(() => until(() => texts(chat).length === 5))
          yield* promise(async () => {
            await chat.ask((client) => client.read("lobby", 5))
          })
        }),
      )
      yield* chatter(bob.chat, "lobby", 130, "new, ann ")
      const ann = yield* visit("ann", { wanted: "ops" })
      const lobby = ann.chat.find("lobby")!
      assert.strictEqual(lobby.unread.value, 130)
      assert.isAbove(lobby.mentions.value, 0)
      yield* promise(() => open(ann.chat, "lobby"))
      assert.deepInclude(lobby.aim.value, { seq: 6 })
      assert.strictEqual(lobby.newBehind.value, 5)
      assert.strictEqual(texts(ann.chat)[0], "m1")
      assert.isFalse(lobby.timeline.value!.live)
      while (!lobby.timeline.value!.live) yield* promise(() => loadNewer(ann.chat, lobby))
      assert.strictEqual(texts(ann.chat).at(-1), "new, ann 130")
    }),
  )

  inService("scrolls through a long history without a gap, while more is said", () =>
    Effect.gen(function* () {
      const bob = yield* visit("bob")
      yield* promise(() => open(bob.chat, "lobby"))
      const ann = yield* visit("ann")
      yield* chatter(bob.chat, "lobby", 350)
      yield* promise(() => open(ann.chat, "lobby"))
      const lobby = ann.chat.find("lobby")!
      yield* promise(() => goToEnd(ann.chat, lobby))
      lobby.isAtEnd = false
      const whole = () => {
        const seqs = lobby.timeline.value!.messages.map(({ seq }) => seq)
        assert.isAtMost(seqs.length, maxMessages)
        assert.deepStrictEqual(
          seqs,
          seqs.map((_, at) => seqs[0]! + at),
        )
      }
      let more = 0
      while (lobby.timeline.value!.hasOlder) {
        send(bob.chat, bob.chat.current.value!, `more ${++more}`)
        yield* promise(() => loadOlder(ann.chat, lobby))
        whole()
      }
      assert.strictEqual(texts(ann.chat)[0], "m1")
      while (!lobby.timeline.value!.live) {
        send(bob.chat, bob.chat.current.value!, `more ${++more}`)
        yield* promise(() => loadNewer(ann.chat, lobby))
        whole()
      }
      lobby.isAtEnd = true
      yield* promise(() => until(() => texts(ann.chat).at(-1) === `more ${more}`))
      whole()
    }),
  )

  inService("sends what was written while it was away, each once, and misses nothing", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const bob = yield* visit("bob")
      for (const { chat } of [ann, bob]) yield* promise(() => open(chat, "lobby"))
      yield* ann.way.answer(false)
      yield* ann.way.cut
      yield* promise(() => until(() => ann.chat.state.value.tag === "Away"))
      for (const text of ["one", "two", "three"]) send(ann.chat, ann.chat.current.value!, text)
      yield* chatter(bob.chat, "lobby", 20, "meanwhile ")
      assert.lengthOf(ann.chat.current.value!.unsent.value, 3)
      yield* ann.way.answer(true)
      yield* promise(async () => {
        await ann.chat.link!.ask(ann.chat.link!.client.retry)
        await until(() => texts(ann.chat).length === 23 && texts(bob.chat).length === 23)
      })
      assert.deepStrictEqual(texts(ann.chat), texts(bob.chat))
      assert.deepStrictEqual(texts(ann.chat).slice(-3), ["one", "two", "three"])
      assert.deepStrictEqual(ann.chat.current.value!.unsent.value, [])
    }),
  )

  inService("says why a message was not taken, and sends it again when one asks", () =>
    Effect.gen(function* () {
      const owner = yield* visit("owner")
      yield* promise(async () => {
        await owner.chat.ask((client) => client.createChannel("ops", {}))
        await open(owner.chat, "ops")
      })
      const ann = yield* visit("ann")
      yield* promise(() => open(ann.chat, "ops"))
      yield* promise(async () => {
        await owner.chat.ask((client) => client.mute("ops", "ann"))
      })
      const ops = ann.chat.find("ops")!
      send(ann.chat, ops, "listen")
      yield* promise(() => until(() => ops.unsent.value[0]?.failed?.reason === "Muted"))
      yield* promise(async () => {
        await owner.chat.ask((client) => client.unmute("ops", "ann"))
      })
      retry(ann.chat, ops, ops.unsent.value[0]!)
      yield* promise(() => until(() => texts(ann.chat).includes("listen") && ops.unsent.value.length === 0))
    }),
  )

  inService("brings people into a direct conversation by what is said there", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const bob = yield* visit("bob")
      for (const { chat } of [ann, bob]) yield* promise(() => open(chat, "lobby"))
      yield* promise(() => open(ann.chat, "@bob"))
      send(ann.chat, ann.chat.current.value!, "psst")
      yield* promise(() => until(() => bob.chat.find("@ann")?.unread.value === 1))
      assert.strictEqual(bob.chat.calls.value, 1)
      yield* promise(() => open(bob.chat, "@ann"))
      yield* promise(() => until(() => texts(bob.chat).includes("psst")))
    }),
  )

  inService("shows what was said directly while one was away, and counts it once", () =>
    Effect.gen(function* () {
      const bob = yield* visit("bob")
      yield* Effect.scoped(Effect.asVoid(visit("ann")))
      yield* promise(() => open(bob.chat, "@ann"))
      yield* chatter(bob.chat, "@ann", 3, "psst ")
      const ann = yield* visit("ann", { wanted: "lobby" })
      yield* promise(() => open(ann.chat, "lobby"))
      yield* promise(() => until(() => ann.chat.find("@bob")?.unread.value === 3))
      // The client has come into it by itself, and told what was said there.
      yield* promise(() => until(() => ann.chat.find("@bob")?.isJoined.value === true))
      yield* chatter(bob.chat, "@ann", 1, "hey ")
      yield* promise(() => until(() => ann.chat.find("@bob")!.unread.value === 4))
      yield* promise(() => open(ann.chat, "@bob"))
      assert.deepStrictEqual(texts(ann.chat), ["psst 1", "psst 2", "psst 3", "hey 1"])
    }),
  )

  inService("remembers the list over a reload, and what was left stays away; other tabs follow", () =>
    Effect.gen(function* () {
      const { browser, chat } = yield* visit("ann")
      const tab = yield* visit("ann", { browser: new Browser(browser) })
      yield* promise(() => open(chat, "lobby"))
      yield* promise(() => open(chat, "ops"))
      yield* promise(() => open(chat, "tea"))
      yield* promise(() => leave(chat, chat.find("ops")!))
      const names = (of: Chat) => of.conversations.value.map(({ name }) => name.value).toSorted()
      assert.deepStrictEqual(names(chat), ["lobby", "tea"])
      const again = yield* visit("ann", { browser: new Browser(browser), wanted: "tea" })
      assert.deepStrictEqual(names(again.chat), ["lobby", "tea"])
      assert.deepStrictEqual(names(tab.chat), ["lobby"])
    }),
  )
})
