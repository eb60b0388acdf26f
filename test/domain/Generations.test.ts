import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { Generations } from "../../src/domain/Generations.ts"

describe("Generations", () => {
  it("keeps what was set until so many others were, and at most twice as many", () => {
    const kept = new Generations<number, string>(100)
    for (let n = 0; n < 1050; n++) {
      kept.set(n, `${n}`)
      for (let back = 0; back < Math.min(n, 100); back++) assert.strictEqual(kept.get(n - back), `${n - back}`)
      assert.isUndefined(kept.get(n - 200))
    }
    assert.isAtMost(Array.from({ length: 1050 }, (_, n) => kept.get(n)).filter((one) => one !== undefined).length, 200)
  })

  it("one that is set again has the new value, and stays from then on", () => {
    const kept = new Generations<string, number>(2)
    kept.set("a", 1)
    kept.set("b", 2)
    kept.set("c", 3)
    kept.set("a", 4)
    assert.strictEqual(kept.get("a"), 4)
    kept.set("d", 5)
    assert.strictEqual(kept.get("a"), 4)
    assert.isUndefined(kept.get("b"))
  })

  it("what was deleted is gone, also where an older value of it is kept", () => {
    const kept = new Generations<string, number>(2)
    kept.set("a", 1)
    kept.set("b", 2)
    kept.set("a", 3)
    kept.set("c", 4)
    kept.delete("a")
    kept.delete("nothing")
    assert.isUndefined(kept.get("a"))
    assert.strictEqual(kept.get("c"), 4)
  })

  const Step = Schema.Struct({
    key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 })),
    deletes: Schema.Literals([false, false, false, true]),
  })
  it.prop(
    "has the last value of what was among the last so many, and never another value",
    [Arbitrary.array(Arbitrary.schema(Step), { maxLength: 100 })],
    ([steps]) => {
      const size = 4
      const kept = new Generations<number, number>(size)
      const last = new Map<number, number>()
      const order: Array<number> = []
      for (const [n, { deletes, key }] of steps.entries()) {
        if (deletes) {
          kept.delete(key)
          last.delete(key)
        } else {
          kept.set(key, n)
          last.set(key, n)
          order.push(key)
        }
        const lately = new Set(order.slice(-size))
        for (let key = 0; key <= 12; key++) {
          const found = kept.get(key)
          if (found !== undefined) assert.strictEqual(found, last.get(key))
          else assert.isFalse(lately.has(key) && last.has(key), `${key} was set just now`)
        }
      }
    },
    { arbitrary: { runs: 500 } },
  )
})
