import { assert, describe, it } from "@effect/vitest"
import { timeline } from "../../src/terminal/Timeline.ts"
import { layout } from "../../src/terminal/Layout.ts"
import { asConversation, lookAt } from "../../src/terminal/update/past.ts"
import { noon, page, World } from "./world.ts"

const said = (seq: number) => ({ seq, content: seq === 50 ? "the soup is ready" : `line ${seq}` })
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => said(from + at))

const hit = (channel: string, seq: number) => ({
  channel,
  message: { from: "bob", seq, content: "the soup is ready", timestamp: noon },
})

const found = () => {
  const world = new World().joins("lobby", "bob").joins("ops", "bob")
  world.act({
    _tag: "SearchResult",
    words: "from:bob soup",
    result: { type: "SearchResult", hits: [hit("lobby", 50), hit("ops", 7)] } as never,
  })
  world.intents()
  return world
}

const around = (world: World) =>
  world.act({
    _tag: "Around",
    seq: 50 as never,
    before: page("lobby", range(1, 50), true),
    after: page("lobby", range(51, 100), true),
  })

/** The rows in which it is shown. */
const window = ({ model }: World): ReadonlyArray<string> => {
  const past = model.past!
  const { rows } = timeline(asConversation(model, past), lookAt(model, past), layout(model).timeline.rows - 1)
  return rows.map((row) =>
    row
      .map(({ text }) => text)
      .join("")
      .trimEnd(),
  )
}

describe("Update: what was found, in its place", () => {
  it("is opened by its number, from a list that says so", () => {
    const world = found()
    const list = world.screen().join("\n")
    assert.match(list, /\/open 1 shows the first of them in its place/)
    assert.match(list, /#lobby {2}\(1\) .*\n· #ops {2}\(2\) /)
    world.enter("/open").enter("/open 2")
    assert.deepStrictEqual(world.intents(), [
      { _tag: "Around", channel: "lobby", seq: 50 as never },
      { _tag: "Around", channel: "ops", seq: 7 as never },
    ])
    assert.match(world.enter("/open 3").screen().at(-1)!, /There is no 3 among what was found: 1 to 2/)
    assert.match(world.enter("/open soup").screen().at(-1)!, /by its number/)
    assert.match(new World().joins("lobby").enter("/open").screen().join(" "), /Nothing was searched for yet/)
  })

  it("is pointed at, with what was said around it, and more of that where one scrolls", () => {
    const world = around(found())
    const rows = window(world)
    const at = rows.indexOf("▸ the soup is ready")
    assert.isAbove(at, 5)
    assert.isBelow(at, rows.length - 5)
    assert.deepInclude(rows, "  line 49")
    assert.deepInclude(rows, "  line 51")
    for (let turn = 0; turn < 40; turn++) world.act({ _tag: "Wheel", lines: 3 })
    world.act({ _tag: "PastPage", way: "newer", page: undefined })
    world.press("end").press("pageDown")
    const asked = world.intents().filter(({ _tag }) => _tag === "PastPage")
    assert.deepStrictEqual(asked, [
      { _tag: "PastPage", channel: "lobby", way: "older", from: 1 as never },
      { _tag: "PastPage", channel: "lobby", way: "newer", from: 100 as never },
    ])
    world.act({ _tag: "PastPage", way: "newer", page: page("lobby", range(101, 130)) })
    assert.deepInclude(window(world), "  line 100")
    world.press("end")
    assert.strictEqual(window(world).at(-1), "  line 130")
    assert.deepStrictEqual(world.press("pageDown").intents(), [])
  })

  it("is left by Esc, by typing, and by Enter for where it is; what is said meanwhile is new", () => {
    const left = around(found())
    left.says("bob", "ann?", left.model.current)
    assert.strictEqual(left.shown.unread, 1)
    assert.isUndefined(left.press("escape").model.past)
    assert.strictEqual(left.shown.unread, 0)
    const typed = around(found()).type("hi")
    assert.deepStrictEqual([typed.model.past, typed.model.editor.text], [undefined, "hi"])
    const entered = around(found()).press("down", { alt: true })
    assert.isUndefined(entered.model.past)
    const there = around(found())
    there.press("enter")
    assert.deepStrictEqual([there.model.past, there.model.current], [undefined, "lobby"])
  })
})
