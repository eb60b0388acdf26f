import { assert, describe, it } from "@effect/vitest"
import { main } from "../cli/bundled.ts"
import { examples, played } from "./examples.ts"

const [allHands = ""] = examples("docs/SCENARIOS.md", "One of your own")

describe("the guide to scenarios", () => {
  it("has an example that does what it says", { timeout: 60_000 }, async () => {
    const lines = await played(main, allHands)
    assert.strictEqual(lines[0], "all-hands")
    const kept = lines.flatMap((line) => /^ *(\w+): (delivery|order|recovery):/.exec(line)?.slice(1).join(" ") ?? [])
    assert.deepStrictEqual(kept, ["holds delivery", "holds order", "holds recovery"])
  })
})
