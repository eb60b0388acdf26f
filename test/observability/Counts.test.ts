import { assert, describe, it } from "@effect/vitest"
import { Counts } from "../../src/observability/Counts.ts"
import { Distribution } from "../../src/observability/Distribution.ts"

describe("Counts", () => {
  it("counts by words, and knows some before", () => {
    const counts = new Counts<readonly [string, string]>([["a", "b"]])
    counts.add("a", "c")
    counts.add("a", "c")
    assert.deepStrictEqual(
      [...counts.entries()],
      [
        [["a", "b"], 0],
        [["a", "c"], 2],
      ],
    )
    assert.strictEqual(counts.get("a", "c"), 2)
    assert.strictEqual(counts.get("c", "a"), 0)
  })

  it("keeps no more words than it may: those beyond are one", () => {
    const counts = new Counts<readonly [string]>([["a"]], 3)
    for (const word of ["b", "c", "d", "e", "b", "a"]) counts.add(word)
    assert.deepStrictEqual(Object.fromEntries([...counts.entries()].map(([[word], count]) => [word, count])), {
      a: 1,
      b: 2,
      c: 1,
      other: 2,
    })
  })
})

describe("Distribution", () => {
  it("counts a value at the first bound that is not below it", () => {
    const distribution = new Distribution([1, 2, 4])
    for (const value of [0, 1, 1.5, 2, 3, 4, 5, 100]) distribution.observe(value)
    assert.deepStrictEqual([...distribution.counts], [2, 2, 2, 2])
    assert.strictEqual(distribution.sum, 116.5)
  })
})
