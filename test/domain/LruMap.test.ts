import { assert, describe, it } from "@effect/vitest"
import { LruMap } from "../../src/domain/LruMap.ts"
import { dice } from "../suites/historyWorld.ts"

describe("LruMap", () => {
  it("knows what was used longest ago, whatever is done to it", () => {
    const roll = dice(3)
    const map = new LruMap<number, string>()
    // The plain way: the order of a Map in which each use deletes and sets.
    const plain = new Map<number, string>()
    for (let step = 0; step < 20_000; step++) {
      const key = roll(40)
      switch (roll(5)) {
        case 0: {
          assert.strictEqual(map.delete(key), plain.delete(key))
          break
        }
        case 1: {
          const value = plain.get(key)
          assert.strictEqual(map.use(key), value)
          if (value !== undefined) plain.set(key, (plain.delete(key), value))
          break
        }
        case 2: {
          const [oldest] = plain
          assert.deepStrictEqual(map.removeOldest(), oldest)
          if (oldest !== undefined) plain.delete(oldest[0])
          break
        }
        default: {
          map.set(key, `${step}`)
          plain.delete(key)
          plain.set(key, `${step}`)
        }
      }
      assert.strictEqual(map.size, plain.size)
      assert.strictEqual(map.get(key), plain.get(key))
      assert.deepStrictEqual([...map.entries()], [...plain])
    }
  })

  it("lets the entry at hand be deleted", () => {
    const map = new LruMap<number, number>()
    for (let n = 0; n < 5; n++) map.set(n, n)
    const seen: Array<number> = []
    for (const [key] of map.entries()) {
      seen.push(key)
      map.delete(key)
    }
    assert.deepStrictEqual([seen, map.size], [[0, 1, 2, 3, 4], 0])
  })
})
