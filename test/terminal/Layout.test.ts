import { assert, describe, it } from "@effect/vitest"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { banner, typing } from "../../src/terminal/Banner.ts"
import { layout } from "../../src/terminal/Layout.ts"
import { event, noon, World } from "./world.ts"

const sized = (columns: number, rows: number) => new World({ columns, rows })

describe("Layout", () => {
  const cases: ReadonlyArray<readonly [columns: number, rows: number, channels: boolean, members: boolean]> = [
    [200, 50, true, true],
    [100, 30, true, true],
    [99, 30, true, false],
    [80, 24, true, false],
    [69, 24, false, false],
    [40, 12, false, false],
  ]
  for (const [columns, rows, channels, members] of cases) {
    it(`${columns}x${rows}: ${channels ? "channels" : "no channels"}, ${members ? "members" : "no members"}`, () => {
      const found = layout(sized(columns, rows).model)
      assert.deepStrictEqual([found.channels > 0, found.members > 0], [channels, members])
    })
  }

  it("fills the terminal exactly, whatever is shown", () => {
    for (let columns = 20; columns <= 200; columns += 7) {
      for (let rows = 5; rows <= 60; rows++) {
        const world = sized(columns, rows)
        for (const draft of ["", "a\nb\nc", "x".repeat(500)]) {
          world.model = { ...world.model, editor: { text: draft, cursor: 0 } }
          for (const search of [undefined, { query: "", hits: [], at: -1 }]) {
            world.model = { ...world.model, search }
            const parts = layout(world.model)
            const { banner, channels, composer, header, members, search: line, timeline, transfers, typing } = parts
            assert.strictEqual(header + banner + timeline.rows + transfers + typing + line + composer, rows)
            const sides = (channels === 0 ? 0 : channels + 1) + (members === 0 ? 0 : members + 1)
            assert.strictEqual(timeline.columns + sides, columns)
            assert.isAbove(timeline.rows, 0)
            assert.isAbove(timeline.columns, 15)
          }
        }
      }
    }
  })

  it("knows when there is no room for anything", () => {
    assert.isTrue(layout(sized(19, 24).model).tooSmall)
    assert.isTrue(layout(sized(80, 4).model).tooSmall)
    assert.isFalse(layout(sized(20, 5).model).tooSmall)
    layout(sized(0, 0).model)
  })
})

describe("Banner", () => {
  it("counts down to the next try, and says what waits", () => {
    const world = sized(80, 24).joins("lobby").enter("hello")
    const because = new Disconnect({ reason: "Draining" })
    assert.isUndefined(banner(world.model))
    world.act({ _tag: "Connection", state: { _tag: "Away", because, attempt: 0, until: noon + 4000 } })
    assert.strictEqual(
      banner(world.model),
      "The server is shutting down · trying again in 4 s (Ctrl+R: now) · 1 to be sent",
    )
    assert.include(banner(world.after(1000).model), "in 3 s")
    assert.include(banner(world.after(10_000).model), "in 0 s")
    world.act({ _tag: "Connection", state: { _tag: "Returning", because, attempt: 0 } })
    assert.include(banner(world.model), "trying again …")
    // Without room for both, the time of the next try matters more than the reason.
    world.act({ _tag: "Connection", state: { _tag: "Away", because, attempt: 0, until: world.model.ticks + 4000 } })
    world.act({ _tag: "Resized", size: { columns: 60, rows: 20 } })
    assert.strictEqual(banner(world.model), "Trying again in 4 s (Ctrl+R: now) · 1 to be sent")
    world.act({ _tag: "Resized", size: { columns: 70, rows: 20 } })
    assert.strictEqual(banner(world.model), "The server is … · trying again in 4 s (Ctrl+R: now) · 1 to be sent")
  })

  it("says who is typing", () => {
    const world = sized(80, 24).joins("lobby", "bob", "cy", "dan")
    const types = (username: string) => world.receive(event("UserTyping", { channel: "lobby", username }))
    assert.strictEqual(typing(world.shown, noon), "")
    types("bob")
    assert.strictEqual(typing(world.shown, noon), "bob is typing …")
    types("cy")
    assert.strictEqual(typing(world.shown, noon), "bob and cy are typing …")
    types("dan")
    assert.strictEqual(typing(world.shown, noon), "several people are typing …")
  })
})
