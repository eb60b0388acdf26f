/** What is typed on the page to be done, and not to be said, against a real service. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { mayAsk, toSay } from "../../../src/web/chat/model/asked.ts"
import { open } from "../../../src/web/chat/model/channels.ts"
import type { Chat } from "../../../src/web/chat/model/Chat.ts"
import { send } from "../../../src/web/chat/model/send.ts"
import { typed } from "../../../src/web/chat/model/typed.ts"
import { messages } from "../../../src/web/messages/en.ts"
import { later } from "../../../src/web/messages/later/en.ts"
import { until, visit } from "./Pages.ts"

const promise = <A>(run: () => Promise<A>) => Effect.promise(run)

/** What the page says then; the reason where the service says no. */
const type = async (chat: Chat, draft: string): Promise<string | undefined> => {
  const goTo = (channel: string) => void open(chat, channel)
  const conversation = chat.current.value!
  const say = (to: typeof conversation, text: string) => send(chat, to, text)
  let shown = ""
  const show = (view: string, query: string) => void (shown = `${view} ${query}`)
  const outcome = await typed({ chat, conversation, goTo, say, show }, draft)
  if (shown !== "") return shown
  if (outcome.tag === "Say") return `said: ${outcome.text}`
  if (outcome.tag === "Refused") return outcome.trouble.reason
  return outcome.words?.({ ...messages, ...later })
}

const texts = (chat: Chat, channel: string): ReadonlyArray<string> =>
  chat.find(channel)?.timeline.value?.messages.map(({ content }) => content) ?? []

describe("a draft", () => {
  it.each(["/join x", "/etc/passwd", "/küche", "s/a/b/", "s/o to ann", "+:tada:", "+🎉"])("%j may ask", (draft) => {
    assert.isTrue(mayAsk(draft))
  })
  it.each(["", "/", "/ 5", "/:", "//join x", " /join x", "+1", "+49", "so s/a/b/", "a /join"])(
    "%j asks not",
    (draft) => {
      assert.isFalse(mayAsk(draft))
    },
  )
  it.each([
    ["//join x", "/join x"],
    ["///", "///"],
    ["// a remark", "// a remark"],
    ["so //x", "so //x"],
  ])("%j says %j", (draft, said) => assert.strictEqual(toSay(draft), said))
})

describe("what is typed to be done", () => {
  it.live("is done, or said why not; nothing of it is ever told to the others", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann", { role: "admin" })
      const bob = yield* visit("bob smith")
      for (const { chat } of [ann, bob]) yield* promise(() => open(chat, "lobby"))
      const { chat } = ann
      yield* promise(async () => {
        assert.strictEqual(await type(chat, "/me  waves"), "said: /me waves")
        assert.strictEqual(await type(chat, "s/o to ann"), "said: s/o to ann")

        // Several at once, in any way to write them; the last is shown.
        assert.isUndefined(await type(chat, "/J #den, tea"))
        await until(() => chat.current.value?.name.value === "tea")
        assert.isTrue(chat.find("den")!.isJoined.value)
        assert.isUndefined(await type(chat, "/topic green, and black"))
        await until(() => chat.current.value!.about.value.topic === "green, and black")
        assert.isUndefined(await type(chat, "/topic -"))
        await until(() => chat.current.value!.about.value.topic === "")
        assert.isUndefined(await type(chat, "/part"))
        await until(() => chat.find("tea") === undefined && chat.current.value?.isJoined.value === true)

        // A name has spaces in it where there is one that has.
        await open(chat, "lobby")
        await until(() => chat.current.value?.roster.value?.members.size === 2)
        assert.isUndefined(await type(chat, "/msg Bob Smith psst, are you there?"))
        await until(() => texts(bob.chat, "@ann").length > 0 || bob.chat.find("@ann")?.unread.value === 1)
        await open(bob.chat, "@ann")
        await until(() => texts(bob.chat, "@ann")[0] === "psst, are you there?")
        await open(chat, "lobby")

        assert.isUndefined(await type(chat, "/away at lunch"))
        assert.deepStrictEqual(chat.status.value, { status: "away", text: "at lunch" })
        assert.isUndefined(await type(chat, "/back"))
        assert.deepStrictEqual(chat.status.value, { status: "online", text: "" })

        assert.match((await type(chat, "/notify all"))!, /All messages/)
        assert.strictEqual(chat.current.value!.level.value, "all")
        assert.match((await type(chat, "/notify loudly"))!, /\/notify none/)

        // Views that there are.
        for (const [draft, view] of [
          ["/search soup", "search soup"],
          ["/topic", "details "],
          ["/list", "browse "],
          ["/role bob owner", "details "],
          ["/?", "shortcuts "],
        ] as const) {
          assert.strictEqual(await type(chat, draft), view)
        }

        // What was said last.
        assert.match((await type(chat, "s/a/b/"))!, /nothing of yours/)
        // What has no place yet gets it first.
        send(chat, chat.current.value!, "a tpyo")
        assert.isUndefined(await type(chat, "s/tpyo/typo/"))
        await until(() => texts(chat, "lobby").includes("a typo"))
        assert.match((await type(chat, "s/tpyo/typo/"))!, /“tpyo” is not in your last message/)
        assert.match((await type(chat, "s/a typo//"))!, /Nothing would be left/)
        for (const draft of ["+:tada:", "/react rocket"]) assert.isUndefined(await type(chat, draft))
        const last = () => chat.current.value!.timeline.value!.messages.at(-1)!
        await until(() => last().reactions.length === 2)
        assert.deepStrictEqual(
          last().reactions.map(({ reaction }) => reaction),
          ["🎉", "🚀"],
        )
        assert.strictEqual(await type(chat, "+:nonsense:"), ":nonsense: is no emoji.")
        assert.strictEqual(await type(chat, "/react hello"), "hello is no emoji.")

        // Whom it is done to.
        assert.strictEqual(await type(chat, "/mute bob smith 10m loud"), "Mute: bob smith.")
        assert.strictEqual(await type(chat, "/unmute bob smith"), "Lifted a mute: bob smith.")
        assert.strictEqual(await type(chat, "/kick @bob smith"), "Put out: bob smith.")
        await until(() => bob.chat.find("lobby")?.isJoined.value === false)
      })
    }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined }, log: "None" }))),
  )

  it.live("leaves one where one is, where it cannot be done", () =>
    Effect.gen(function* () {
      const ann = yield* visit("ann")
      const eve = yield* visit("eve")
      for (const { chat } of [ann, eve]) yield* promise(() => open(chat, "lobby"))
      yield* promise(async () => {
        await ann.chat.ask((client) => client.createChannel("secret", { access: "private" }))
        const { chat } = eve
        for (const [draft, words] of [
          ["/mgs ann hello", /no \/mgs here; did you mean \/msg\?.*\/\/mgs/],
          ["/frobnicate", /no \/frobnicate here\. .*\/\/frobnicate/],
          ["/etc/passwd", /no \/etc\/passwd here\./],
          ["/nick bob", /account/],
          ["/join", /\/join kitchen/],
          ["/join a:b", /cannot be a channel's name/],
          ["/join #secret", /#secret is private/],
          ["/msg", /\/msg ann/],
          ["/msg Eve hello", /That is you/],
          ["/msg nobody hello", /NoSuchUser/],
          ["/leave den", /not in this channel/],
          ["/status gone", /\/status away/],
          ["/me", /\/me waves/],
          ["/kick", /\/kick ann/],
          ["/kick ann", /Forbidden/],
          ["/react", /\/react :tada:/],
          ["+:tada:", /nothing here/],
        ] as const) {
          assert.match(String(await type(chat, draft)), words, draft)
          assert.strictEqual(chat.current.value?.name.value, "lobby")
        }
        assert.deepStrictEqual(
          chat.conversations.value.map(({ name }) => name.value),
          ["lobby"],
        )
        assert.deepStrictEqual(texts(ann.chat, "lobby"), [])
      })
    }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined }, log: "None" }))),
  )
})
