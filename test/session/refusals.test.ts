import { assert, describe, it } from "@effect/vitest"
import { Refusals } from "../../src/session/Refusals.ts"

/** The violations of requests that are refused at these times, each with so long to wait. */
const counted = (refusals: Refusals, wait: number, ...at: ReadonlyArray<number>) =>
  at.map((now) => refusals.count(now, wait))

describe("Refusals", () => {
  it("do not count for who was told nothing yet, or has waited, a little less for another clock", () => {
    assert.deepStrictEqual(counted(new Refusals(50), 200, 0, 200, 400, 580, 1e6), [0, 0, 0, 0, 0])
    assert.deepStrictEqual(counted(new Refusals(50), 200, 0, 180, 360), [0, 0, 0])
  })

  it("count for who goes on before that, the first one, too", () => {
    assert.deepStrictEqual(counted(new Refusals(50), 200, 0, 179, 179.9, 180, 240), [0, 2, 1, 0, 2])
  })

  it("forgive as many at once as were told to come back then, but no more, and not later", () => {
    const refusals = new Refusals(50)
    assert.deepStrictEqual(counted(refusals, 200, 0, 0, 0, 0), [0, 2, 1, 1])
    assert.deepStrictEqual(counted(refusals, 200, 200, 200, 249, 250), [0, 0, 0, 2])
    const others = new Refusals(50)
    assert.deepStrictEqual(counted(others, 200, 0, 0, 200, 200, 200), [0, 2, 0, 0, 2])
  })

  it("forgive no one who comes at once where each has its own time", () => {
    assert.deepStrictEqual(counted(new Refusals(0), 10, 0, 0, 10, 10), [0, 2, 0, 2])
  })
})
