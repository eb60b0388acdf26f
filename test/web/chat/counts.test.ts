/** What is unread counts as it does in the terminal. */
import { assert, describe, it } from "@effect/vitest"
import { Chat } from "../../../src/web/chat/model/Chat.ts"
import { apply, hear } from "../../../src/web/chat/model/hear.ts"
import { countCases, eventOf } from "../../suites/countCases.ts"
import { event, joined } from "../../terminal/world.ts"
import { Browser } from "./Pages.ts"

describe("unread, on the page as in the terminal, counts", () => {
  for (const one of countCases)
    it(one.what, () => {
      const browser = new Browser()
      const chat = new Chat(browser, { id: "1", name: "ann", role: "member" })
      chat.isListed.value = true
      hear(chat, [joined("lobby", ["ann", "bob"]), joined(one.channel, ["ann", "bob"])])
      apply(chat)
      chat.current.value = chat.find("lobby")
      // Each as it comes, and not only all of them at once.
      for (const step of one.steps) {
        const { fields, type } = eventOf(one, step)
        hear(chat, [event(type, fields)])
        apply(chat)
      }
      const { mentions, unread } = chat.find(one.channel)!
      assert.deepStrictEqual(
        { unread: unread.value, mentions: mentions.value },
        { unread: one.unread, mentions: one.mentions },
      )
      browser.close()
    })
})
