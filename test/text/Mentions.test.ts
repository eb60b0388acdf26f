import { assert, describe, it } from "@effect/vitest"
import { isMentioned, mentions } from "../../src/text/Mentions.ts"

describe("Mentions", () => {
  const cases: ReadonlyArray<readonly [string, string, number]> = [
    ["ann", "ann: hi", 1],
    ["ann", "hi @Ann!", 1],
    ["ann", "annabel, joann", 0],
    ["ann", "ann@example.org and x@ann.example", 1],
    ["a.b", "a.b and axb", 1],
    ["日本", "日本 is not 日本語", 1],
    ["ann", "", 0],
    ["anne-marie", "anne-marie and anne", 1],
    ["rae", "@rae-marie, @rae.marie, @rae_m, rae-marie, @rae--marie, jo-rae, @jo.rae", 0],
    ["rae", "@rae- @rae. rae... rae--what rae...what (rae) rae's @rae: -rae ...rae", 10],
    ["rae-marie", "@rae-marie and rae-marie.", 2],
    ["rae", "@rae\u0301 @\u0301rae", 0],
    ["(^.^) [x] $+*?|\\{}/-", "hi (^.^) [x] $+*?|\\{}/-!", 1],
  ]
  for (const [name, text, count] of cases) {
    it(`${name} in "${text}": ${count}`, () => {
      assert.strictEqual(mentions(text, name).length, count)
      assert.strictEqual(isMentioned(text, name), count > 0)
    })
  }

  it("is found as it is seen", () => {
    assert.isTrue(isMentioned("an\u00adn", "ann"))
  })
})
