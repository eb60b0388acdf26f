/** What is unread counts as it does on the page. */
import { assert, describe, it } from "@effect/vitest"
import { countCases, eventOf } from "../suites/countCases.ts"
import { event, World } from "./world.ts"

describe("unread, in the terminal as on the page, counts", () => {
  for (const one of countCases)
    it(one.what, () => {
      const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby", "bob").joins("ops", "bob")
      if (one.channel === "@bob") world.joins("@bob", "bob")
      for (const step of one.steps) {
        const { fields, type } = eventOf(one, step)
        world.receive(event(type, fields))
      }
      const { mentions, unread } = world.conversation(one.channel)
      assert.deepStrictEqual({ unread, mentions }, { unread: one.unread, mentions: one.mentions })
    })
})
