import { assert, describe, it } from "@effect/vitest"
import { wrapped } from "../../src/cli/wrapped.ts"

describe("a help text", () => {
  it.each([
    ["fits", 20, ["fits"]],
    ["", 20, [""]],
    ["one two three four five", 10, ["one two", "three four", "five"]],
    ["  one two three four", 10, ["  one two", "  three", "  four"]],
    [
      "  --name, -n TEXT    Your name there, or not",
      34,
      ["  --name, -n TEXT    Your name", "                 there, or not"],
    ],
    ["  --a    one two three", 14, ["  --a    one", "       two", "       three"]],
    ["  健二    admin of all", 18, ["  健二    admin of", "         all"]],
    ["  \u001b[1m--a\u001b[0m    one two", 12, ["  \u001b[1m--a\u001b[0m    one", "      two"]],
    ["  no-room-for-this-word at all", 10, ["  no-room-for-this-word", "  at all"]],
  ])("%j in %i columns", (line, columns, lines) => {
    assert.deepStrictEqual(wrapped(line, columns).split("\n"), lines)
  })

  it("keeps its lines apart", () => assert.strictEqual(wrapped("A\n\n  b c d", 5), "A\n\n  b c\n  d"))
})
