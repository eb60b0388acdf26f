import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { Fifo } from "../../../src/hub/channel/internal/Fifo.ts"

describe("Fifo", () => {
  it.prop(
    "is a queue: first in, first out, whatever is pushed and dropped when",
    // A run of pushes, or of drops where it is negative.
    [
      Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: -150, maximum: 150 }))), {
        maxLength: 40,
      }),
    ],
    ([runs]) => {
      const fifo = new Fifo<number>()
      const model: Array<number> = []
      let next = 0
      for (const run of runs) {
        for (let n = 0; n < run; n++) {
          fifo.push(next)
          model.push(next++)
        }
        for (let n = 0; n > run && model.length > 0; n--) {
          assert.strictEqual(fifo.first, model.shift())
          fifo.drop()
        }
        assert.strictEqual(fifo.first, model[0])
      }
    },
    { arbitrary: { runs: 300 } },
  )

  it("is empty where everything was dropped", () => {
    const fifo = new Fifo<string>()
    assert.isUndefined(fifo.first)
    fifo.push("a")
    fifo.drop()
    assert.isUndefined(fifo.first)
    fifo.push("b")
    assert.strictEqual(fifo.first, "b")
  })

  it("costs nothing however long it is, and keeps little of what was dropped", () => {
    const fifo = new Fifo<{ readonly n: number }>()
    const waiting = 100_000
    for (let n = 0; n < waiting; n++) fifo.push({ n })
    let wrong = 0
    for (let n = 0; n < 500_000; n++) {
      if (fifo.first!.n !== n) wrong++
      fifo.drop()
      fifo.push({ n: waiting + n })
    }
    assert.strictEqual(wrong, 0)
    // Never more than twice what waits.
    const { items } = fifo as unknown as { readonly items: ReadonlyArray<unknown> }
    assert.isAtMost(items.length, 2 * waiting + 64)
  })
})
