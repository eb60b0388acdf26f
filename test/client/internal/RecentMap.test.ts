import { assert, describe, it } from "@effect/vitest"
import { RecentMap } from "../../../src/client/internal/RecentMap.ts"

describe("RecentMap", () => {
  it("has at least the last keys that were set, and at most twice as many", () => {
    const map = new RecentMap<number, number>(4)
    const known = (upTo: number) =>
      Array.from({ length: upTo + 1 }, (_, key) => key).filter((key) => map.get(key) === key)
    for (let key = 0; key < 100; key++) {
      map.set(key, key)
      const keys = known(key)
      assert.deepStrictEqual(
        keys.slice(-4),
        [key - 3, key - 2, key - 1, key].filter((key) => key >= 0),
      )
      assert.isAtMost(keys.length, 8)
    }
  })

  it("has the last value of a key, and none that was deleted", () => {
    const map = new RecentMap<string, number>(2)
    map.set("a", 0)
    map.set("b", 1)
    map.set("a", 2)
    assert.strictEqual(map.get("a"), 2)
    map.delete("a")
    map.delete("b")
    assert.isUndefined(map.get("a"))
    assert.isUndefined(map.get("b"))
  })
})
