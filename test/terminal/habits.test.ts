/** What people are used to from other programs does here what it does there. */
import { assert, describe, it } from "@effect/vitest"
import { World } from "./world.ts"

const ctrl = (world: World, text: string) => world.press("text", { text, ctrl: true })
const draft = ({ model }: World) => model.editor.text
const last = (world: World) => world.screen().at(-1)!
const wanted = (world: World) => world.intents().filter(({ _tag }) => _tag !== "Typing")

describe("a command that is refused", () => {
  it("stays in the draft, to be put right, unless it was a word alone that could not be done now", () => {
    const kept = [
      "/mgs ann hello",
      "/join",
      "/react :nothing:",
      "/etc/passwd",
      "/msg ann hello",
      "/role bob king",
      "/frob",
    ]
    for (const line of kept) {
      const world = new World().joins("lobby", "bob").enter(line)
      assert.strictEqual(draft(world), line)
      assert.deepStrictEqual(wanted(world), [])
    }
    for (const line of ["/leave", "/edit", "/names", "/msg bob hello", "/topic tea"]) {
      assert.strictEqual(draft(new World().joins("lobby", "bob").enter(line)), "", line)
    }
  })

  it("is brought back by ↑ once it was dropped, like what was said", () => {
    const world = new World().joins("lobby", "bob").enter("hello").enter("/mgs bob one")
    assert.strictEqual(draft(world.press("up")), "hello")
    assert.strictEqual(draft(world.press("down")), "/mgs bob one")
    assert.strictEqual(draft(ctrl(world, "c").type("x").press("up")), "/mgs bob one")
  })
})

describe("the answer of a command", () => {
  it("is in sight, however far up one reads", () => {
    const world = new World().joins("lobby", "bob")
    for (let line = 1; line <= 60; line++) world.says("bob", `line ${line}`)
    world.press("pageUp").press("pageUp").enter("/names")
    assert.match(last(world), /2 here: ann, bob/)
    // It comes from the server.
    world.press("pageUp").enter("/blocked").act({ _tag: "BlockedUsers", usernames: [] })
    assert.match(last(world), /blocked nobody/)
    // What is copied is what is shown.
    assert.isAbove(world.press("pageUp").enter("/bare").shown.scroll, 0)
  })
})

describe("several channels", () => {
  it("are entered at once, the first is shown, and one that cannot be entered leaves that in place", () => {
    const world = new World().joins("lobby").enter("/j kitchen,garden #attic")
    assert.deepStrictEqual(
      wanted(world),
      ["kitchen", "garden", "attic"].map((channel) => ({ _tag: "Join", channel })),
    )
    assert.strictEqual(world.model.current, "kitchen")
    world.joins("kitchen").act({ _tag: "NotJoined", channel: "garden", why: "no" }).joins("attic")
    assert.strictEqual(world.model.current, "kitchen")
    assert.deepStrictEqual(
      world.model.conversations.map(({ name }) => name),
      ["lobby", "kitchen", "attic"],
    )
  })
})
