import { assert, describe, it } from "@effect/vitest"
import { initial } from "../../src/terminal/Model.ts"
import { event, joined, noon, page, World } from "./world.ts"

const lobby = () => {
  const world = new World().joins("lobby", "bob", "Eve").joins("ops", "Eve")
  world.intents()
  return world
}

const shown = (world: World) => world.screen().join("\n")

describe("Update: whom one ignores", () => {
  it("hides what they say, typed and loaded, and shows it again", () => {
    const world = lobby().says("Eve", "spam").says("bob", "tea").says("Eve", "more spam")
    world.enter("/ignore eve")
    assert.deepStrictEqual(world.intents(), [{ _tag: "KeepIgnored", names: ["eve"] }])
    assert.notInclude(shown(world), "spam")
    assert.include(shown(world), "  tea")
    world.says("Eve", "spam again")
    world.act({ _tag: "History", channel: "ops", page: page("ops", [{ seq: 1, from: "Eve", content: "old spam" }]) })
    assert.notInclude(shown(world), "spam")
    assert.lengthOf(world.enter("/find spam").model.search!.hits, 0)
    world.press("escape").enter("/unignore @Eve")
    assert.deepStrictEqual(world.intents(), [{ _tag: "KeepIgnored", names: [] }])
    assert.include(shown(world), "  more spam")
    assert.include(shown(world), "  spam again")
  })

  it("counts, rings and shows typing of nobody whom one ignores, also from before", () => {
    const world = lobby().says("Eve", "ann!", "ops").says("bob", "ann?", "ops").says("Eve", "x", "ops")
    world.receive(event("UserTyping", { channel: "lobby", username: "Eve" })).enter("/ignore Eve")
    world.intents()
    const counts = () => [world.conversation("ops").unread, world.conversation("ops").mentions]
    assert.deepStrictEqual(counts(), [1, 1])
    assert.strictEqual(world.shown.typing.size, 0)
    world
      .after(5000)
      .says("Eve", "@ann", "ops")
      .receive(event("UserTyping", { channel: "lobby", username: "Eve" }))
    assert.deepStrictEqual(counts(), [1, 1])
    assert.strictEqual(world.shown.typing.size, 0)
    assert.deepStrictEqual(world.intents(), [])
    // Nor does one open a conversation.
    world.receive(joined("@Eve", ["ann", "Eve"]))
    world.receive(event("Message", { channel: "@Eve", from: "Eve", content: "hi", seq: 1, timestamp: noon }))
    assert.isUndefined(world.model.conversations.find(({ name }) => name === "@Eve"))
    assert.deepStrictEqual(world.intents(), [])
  })

  it("is listed, is nobody twice, not oneself, and there at the next start", () => {
    const world = lobby()
    assert.match(world.enter("/ignore").screen().at(-1)!, /You ignore nobody/)
    world.enter("/ignore Eve").enter("/ignore eve")
    assert.match(world.screen().at(-1)!, /ignore eve already/)
    assert.match(world.enter("/ignore").screen().at(-1)!, /You ignore Eve\./)
    assert.match(world.enter("/ignore ann").screen().at(-1)!, /That is you/)
    assert.match(world.enter("/unignore bob").screen().at(-1)!, /do not ignore bob/)
    const again = initial({ ...start, ignored: ["Eve"] })
    assert.deepStrictEqual([...again.ignored], [["eve", "Eve"]])
  })
})

const start = {
  address: "here",
  channels: ["lobby"],
  now: noon,
  ticks: 0,
  size: { columns: 80, rows: 24 },
  ids: "x",
  formats: new Set<never>(),
} as const
