import { assert, describe, it } from "@effect/vitest"
import * as Plain from "../../src/terminal/Plain.ts"
import { World } from "./world.ts"

const scotland = "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}"

/** What somebody writes, and how it is shown. */
const cases: ReadonlyArray<readonly [string, string]> = [
  ["soft\u00adhyphen, zero\u200bwidth, joined\u2060words", "softhyphen, zerowidth, joinedwords"],
  ["\u200eleft\u200f right\u061c, \ufeffmark\u180e 2\u20622", "left right, mark 22"],
  [`${scotland} and 🏴`, `${scotland} and 🏴`],
  ["abc\u202egpj.exe \u2066x\u2069", "abc\\u202egpj.exe \\u2066x\\u2069"],
  ["ring\u0007 \u001b[31mred", "ring\\u0007 \\u001b[31mred"],
  ["ok\u{e0068}\u{e0069}", "ok\\udb40\\udc68\\udb40\\udc69"],
  ["می\u200cخواهم 👩\u200d👧", "می\u200cخواهم 👩\u200d👧"],
]

describe("what others write", () => {
  it("is shown without what nobody can see, and with what does harm written out", () => {
    for (const [text, shown] of cases) assert.deepStrictEqual(Plain.lines(text), [shown])
  })

  it("is found as it is seen", () => {
    const world = new World().joins("lobby", "bob").says("bob", "the ze\u00adr\u200bo\u200e of it")
    world.enter("/find zero")
    assert.lengthOf(world.model.search!.hits, 1)
    assert.include(world.screen().at(-1)!, "the zero of it")
    world.press("escape").says("bob", "nothing").enter("/find ze\u200bro")
    assert.lengthOf(world.model.search!.hits, 1)
    world.press("escape").says("bob", "Cafe\u0301, caf\u00e9").enter("/find CAF\u00c9")
    assert.lengthOf(world.model.search!.hits, 1)
  })

  it("has flags that are written with signs that nobody sees, typed and pasted", () => {
    const world = new World().joins("lobby", "bob")
    world.press("text", { text: `go ${scotland}` }).act({ _tag: "Pasted", text: scotland })
    assert.strictEqual(world.model.editor.text, `go ${scotland}${scotland}`)
    world.press("backspace")
    assert.strictEqual(world.model.editor.text, `go ${scotland}`)
  })
})
