/** What people write is shown as the page shows it. */
import { assert, describe, it } from "@effect/vitest"
import { type Row, timeline } from "../../src/terminal/Timeline.ts"
import { lookOf } from "../../src/terminal/update/conversations.ts"
import { lineOf, saidCases } from "../suites/saidCases.ts"
import { World } from "./world.ts"

const marksOf: Readonly<Record<string, string>> = { code: "code", link: "link", mention: "me" }

/** Without the margin. */
const shownIn = (row: Row): string =>
  lineOf(row.slice(1).map(({ formats = [], style, text }) => ({ text, marks: [...formats, marksOf[style] ?? ""] })))

describe("what people write", () => {
  it("calls nobody where it is one's own", () => {
    const world = new World().joins("lobby").says("ann", "@ann is ann")
    const { rows } = timeline(world.shown, lookOf(world.model), 40)
    assert.strictEqual(shownIn(rows.at(-1)!), "@ann is ann")
  })

  for (const { content, shown } of saidCases("ann"))
    it(`is shown in the terminal as on the page: ${JSON.stringify(content)}`, () => {
      const world = new World({ columns: 200, rows: 40 }).joins("lobby", "bob").says("bob", content)
      const { rows } = timeline(world.shown, lookOf(world.model), 40)
      const heading = rows.findLastIndex((row) => row[0]?.text === "bob")
      assert.deepStrictEqual(rows.slice(heading + 1).map(shownIn), shown)
    })
})
