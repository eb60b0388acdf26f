import { assert, describe, it } from "@effect/vitest"
import { main } from "../cli/bundled.ts"
import { examples, played, run } from "./examples.ts"

const [embedding = "", testing = ""] = examples("README.md", "Embed it")
const [scenario = ""] = examples("README.md", "Torture it")

describe("the README", () => {
  it("has an example of embedding in under 40 lines", () => {
    assert.isBelow(embedding.trimEnd().split("\n").length, 40)
  })

  it("has an example of embedding that does what it says", async () => {
    assert.deepStrictEqual(await run(embedding), ["number 1; here: echo", "1 ann: hello", "2 echo: ann said hello"])
  })

  it("has an example of a test that does what it says", async () => {
    assert.deepStrictEqual(await run(testing), ["1"])
  })

  it("has a scenario that holds", async () => {
    const lines = await played(main, scenario)
    assert.strictEqual(lines[0], "switch-fails")
    assert.lengthOf(
      lines.filter((line) => line.trim().startsWith("holds:")),
      3,
    )
  })
})
