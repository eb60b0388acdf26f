/** What is drawn to help with commands. */
import { assert, describe, it } from "@effect/vitest"
import { renderToString } from "ink"
import { createElement } from "react"
import { commandHints } from "../../../src/terminal/CommandHints.ts"
import { commands } from "../../../src/terminal/Commands.ts"
import { layout } from "../../../src/terminal/Layout.ts"
import { Help, keys } from "../../../src/terminal/view/Help.ts"
import { Hints } from "../../../src/terminal/view/Hints.ts"
import { World } from "../world.ts"

const drawn = (world: World): ReadonlyArray<string> => {
  const { columns } = world.model.size
  const height = layout(world.model).typing
  const lines = renderToString(
    createElement(Hints, { columns, conversation: world.shown, height, model: world.model }),
    { columns },
  )
  return lines.split("\n").map((line) => line.trimEnd())
}

const lobby = (size?: { columns: number; rows: number }) => new World(size).joins("lobby", "bob")

describe("commands while they are typed", () => {
  it("are listed, with what they take and do, from the slash on", () => {
    const world = lobby().type("/")
    assert.match(
      drawn(world)[0]!,
      /^ \/join CHANNEL +enter a channel, or several; opened if there is none of the name$/,
    )
    assert.match(drawn(world).at(-1)!, /^ and \d+ more: type on/)
    assert.strictEqual(drawn(world).length, layout(world.model).typing)
    world.type("un")
    assert.deepStrictEqual(
      commandHints(world.model).shown.map(({ names: [name] }) => name),
      ["unban", "unmute", "unarchive", "unblock", "unignore"].filter((name) =>
        commands.some(({ names: [first] }) => first === name),
      ),
    )
    world.type("mute").type(" ")
    assert.match(drawn(world).join("\n"), /^ \/unmute NAME +let them speak again$/)
    world.type("eve")
    assert.match(drawn(world).join("\n"), /unmute NAME/)
  })

  it("are found by their other names, and make way for Tab", () => {
    assert.match(drawn(lobby().type("/dm")).join("\n"), /^ \/msg NAME/)
    const completed = lobby().type("/jo").press("tab")
    assert.strictEqual(layout(completed.model).typing, 1)
    assert.match(drawn(completed)[0]!, /^ +\/join/)
  })

  it("are none where something is said", () => {
    for (const text of ["hello", "//etc", "a /b", "/nothing", "/etc/passwd"]) {
      assert.deepStrictEqual(commandHints(lobby().type(text).model).shown, [], text)
    }
  })

  it("leave room for the conversation on a small screen", () => {
    const world = lobby({ columns: 30, rows: 9 }).type("/")
    assert.isAtMost(layout(world.model).typing, 3)
    assert.isAtLeast(layout(world.model).timeline.rows, 3)
    assert.strictEqual(layout(lobby({ columns: 30, rows: 6 }).type("/").model).typing, 0)
  })
})

describe("the help", () => {
  it("shows all of every command and key, however wide it is", () => {
    for (const columns of [60, 80, 100, 200]) {
      const text = renderToString(createElement(Help, { columns, height: 400, page: 0 }), { columns })
      for (const { names, usage } of commands) {
        assert.include(text, `/${names[0]} ${usage}`.trimEnd(), `${columns} columns`)
      }
      const flat = text.replaceAll(/\s+/g, " ")
      for (const { summary } of commands) assert.include(flat, summary, `${columns} columns`)
      for (const [key, what] of keys) {
        assert.include(flat, key)
        assert.include(flat, what)
      }
      for (const line of text.split("\n")) assert.isAtMost(line.length, columns)
      // At one column, whatever is before it.
      const starts = text.split("\n").flatMap((line) => /^( {2}\S.*? {2,}| {20,})(?=\S)/.exec(line)?.[0].length ?? [])
      assert.lengthOf(new Set(starts), 1)
    }
  })
})
