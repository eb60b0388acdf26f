import { assert, it } from "@effect/vitest"
import { allExamples, compile } from "./examples.ts"

// One run of the compiler for all: most of its time goes to what they import.
it("the examples of all documents compile", { timeout: 120_000 }, () => {
  const all = allExamples()
  assert.isAbove(all.length, 10)
  assert.strictEqual(compile(...all), "")
})
