import { assert, describe, it } from "@effect/vitest"
import { isUsername, toUsername } from "../../../src/client/internal/username.ts"

describe("a name of version 1", () => {
  it("stays where it is allowed, and is otherwise the most similar one that is", () => {
    for (const [text, name] of [
      ["ann", "ann"],
      ["x".repeat(64), "x".repeat(64)],
      ["x".repeat(65), "x".repeat(32)],
      [` ${"x".repeat(64)}`, "x".repeat(31)],
      ["\u001b[2Jbob", "\ufffd[2Jbob"],
      ["\u202ebob", "\ufffdbob"],
      ["a\u2028b\u2029c", "a\ufffdb\ufffdc"],
      ["a\ud800", "a\ufffd"],
      [" eve ", "eve"],
      ["", "\ufffd"],
      ["   ", "\ufffd"],
      // Characters that take two units each.
      ["😀".repeat(40), "😀".repeat(32)],
    ] as const) {
      assert.strictEqual<string>(toUsername(text), name, JSON.stringify(text))
      assert.isTrue(isUsername(toUsername(text)))
    }
  })
})
