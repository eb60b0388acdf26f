import { assert, describe, it } from "@effect/vitest"
import { compile, examples, run } from "./examples.ts"

const [embedding = "", testing = ""] = examples("README.md", "Embed it")

describe("the README", () => {
  it("has an example of embedding in under 40 lines", () => {
    assert.isBelow(embedding.trimEnd().split("\n").length, 40)
  })

  it("has examples that compile", () => {
    assert.strictEqual(compile(embedding, testing), "")
  })

  it("has an example of embedding that does what it says", async () => {
    assert.deepStrictEqual(await run(embedding), [
      "here: ann, echo",
      "stored as number 1",
      "1 ann: hello",
      "2 echo: ann said hello",
    ])
  })

  it("has an example of a test that does what it says", async () => {
    assert.strictEqual(
      (await run(testing)).findLast((line) => /^\d+$/.test(line)),
      "1",
    )
  })
})
