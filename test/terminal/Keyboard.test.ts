import { assert, describe, it } from "@effect/vitest"
import type { Key } from "../../src/terminal/Key.ts"
import { joined, page, World } from "./world.ts"

const tall = () => {
  const world = new World().joins("lobby", "bob")
  for (let line = 1; line <= 40; line++) world.says("ann", `line ${line}`)
  world.intents()
  return world
}

const turn = (world: World, lines: number) => world.act({ _tag: "Wheel", lines })

describe("Update: the wheel", () => {
  it("goes through what was said, whatever is in the draft, and edits nothing", () => {
    const world = tall()
    for (let at = 0; at < 3; at++) turn(world, 3)
    assert.strictEqual(world.shown.scroll, 9)
    world.enter("a word")
    const intents = world.intents().map(({ _tag }) => _tag)
    assert.includeMembers(intents, ["Publish"])
    assert.notInclude(intents, "Edit")
    world.type("draft")
    turn(world, 3)
    assert.deepStrictEqual([world.model.editor.text, world.shown.scroll], ["draft", 3])
    for (let at = 0; at < 3; at++) turn(world, -3)
    assert.strictEqual(world.shown.scroll, 0)
  })

  it("asks for older pages at the top, and turns the pages of the help", () => {
    const world = new World().receive(joined("lobby", ["ann", "bob"], { seq: 500 }))
    const entries = Array.from({ length: 50 }, (_, at) => ({ seq: 451 + at, content: `line ${at}` }))
    world.act({ _tag: "History", channel: "lobby", page: page("lobby", entries, true) })
    for (let at = 0; at < 30; at++) turn(world, 3)
    assert.deepStrictEqual(world.pages, [
      ["lobby", 501],
      ["lobby", 451],
    ])
    world.enter("/help")
    turn(world, -3)
    assert.strictEqual(world.model.help, 1)
    turn(world, 3)
    assert.strictEqual(world.model.help, 0)
  })
})

describe("Update: arrows that come together and may be the wheel", () => {
  const arrows = (world: World, count: number) =>
    world.act({ _tag: "Wheel", lines: 3 * Math.sign(count), arrows: Math.abs(count) })

  it("are presses where no wheel does harm: in a draft of several lines, and in what is open", () => {
    const world = tall()
      .type("one")
      .press("enter", { alt: true })
      .type("two")
      .press("enter", { alt: true })
      .type("three")
    arrows(world, 2)
    assert.deepStrictEqual([world.model.editor.cursor, world.shown.scroll], [3, 0])
    // Further up there are other messages to edit, or other drafts.
    arrows(world, 3)
    assert.deepStrictEqual([world.model.editor.text, world.shown.scroll], ["one\ntwo\nthree", 3])
    world.press("up", { ctrl: true })
    const chosen = world.model.selected!.key
    arrows(world, 4)
    assert.strictEqual(chosen - world.model.selected!.key, 4)
  })
})

describe("Update: keys to which nothing is bound", () => {
  const combinations: ReadonlyArray<Partial<Key>> = [
    { text: "c", ctrl: true, alt: true },
    { text: "c", ctrl: true, shift: true },
    { text: "c", alt: true },
    { text: "d", ctrl: true, alt: true },
    { text: "u", ctrl: true, shift: true },
    { text: "o", ctrl: true },
    { text: "q", alt: true },
    { text: "1", alt: true, shift: true },
    { text: "с", ctrl: true },
  ]
  it("type and do nothing, in the draft, in the search, in the help and in the password", () => {
    const drafting = tall().type("draft")
    const searching = tall().press("text", { text: "f", ctrl: true }).type("line")
    const helped = tall().enter("/help")
    const asked = tall().act({ _tag: "PasswordNeeded" }).type("secret")
    for (const world of [drafting, searching, helped, asked]) {
      world.intents()
      const before = { ...world.model }
      for (const combination of combinations) {
        world.press("text", combination)
        assert.deepStrictEqual(world.model, before, JSON.stringify(combination))
      }
      assert.deepStrictEqual(world.intents(), [])
    }
  })
})
