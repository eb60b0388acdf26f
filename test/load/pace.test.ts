import { assert, describe, it } from "@effect/vitest"
import * as Pace from "../../src/load/internal/server/pace.ts"

const unlimited = { end: Number.POSITIVE_INFINITY, count: Number.POSITIVE_INFINITY }

describe("a rate that several senders share", () => {
  it("is in turns, with each of them an interval apart", () => {
    const paces = Pace.shares(100, 4, 2, { end: 2100, count: 100 })
    assert.lengthOf(paces, 2)
    const dues = paces.map((pace) => Array.from({ length: 5 }, () => pace.next(0)))
    assert.deepStrictEqual(dues, [
      [100, 600, 1100, 1600, undefined],
      [350, 850, 1350, 1850, undefined],
    ])
  })

  it("ends with the number of requests, or with the time, whichever is first", () => {
    const taken = (count: number, end: number) =>
      Pace.shares(0, 10, 3, { count, end }).map((pace) => {
        let n = 0
        while (pace.next(0) !== undefined) n++
        return n
      })
    assert.deepStrictEqual(taken(7, 1e9), [3, 2, 2])
    assert.deepStrictEqual(taken(2, 1e9), [1, 1, 0])
    assert.deepStrictEqual(taken(0, 1e9), [0, 0, 0])
    // Due at 0, 100, … and 900.
    assert.deepStrictEqual(taken(1e9, 1000), [4, 3, 3])
    assert.deepStrictEqual(taken(1e9, 1001), [4, 4, 3])
    assert.deepStrictEqual(taken(1e9, -1), [0, 0, 0])
  })

  it("gives nothing out from the end on, and says what was due and not taken by then", () => {
    const [pace] = Pace.shares(0, 10, 1, { count: 100, end: 500 })
    assert.isFalse(pace.isOver(499))
    assert.strictEqual(pace.next(499), 0)
    assert.isTrue(pace.isOver(500))
    assert.isUndefined(pace.next(500))
    assert.deepStrictEqual([...pace.untaken(250)], [100, 200])
    // Each once.
    assert.deepStrictEqual([...pace.untaken(300)], [])
    assert.deepStrictEqual([...pace.untaken(10_000)], [300, 400])
    assert.deepStrictEqual([...pace.untaken(10_000)], [])
    const few = Pace.shares(0, 10, 1, { count: 2, end: 500 })[0]
    few.next(0)
    few.next(0)
    assert.isTrue(few.isOver(0))
    assert.isUndefined(few.next(0))
  })

  it("counts what is not taken once, though several senders have the same pace", () => {
    const [a, b] = Pace.shares(0, 10, 2, { count: 4, end: 1000 })
    assert.deepStrictEqual([...Pace.untaken([a, b!, a], 1000)], [0, 200, 100, 300])
  })
})

describe("a rate that is as high as answers come", () => {
  it("is due at once, as often as is asked, until the end", () => {
    const pace = Pace.eager({ end: 500, count: 3 })
    assert.deepStrictEqual([pace.next(10), pace.next(20), pace.isOver(30)], [10, 20, false])
    assert.deepStrictEqual([pace.next(30), pace.isOver(30), pace.next(40)], [30, true, undefined])
    const timed = Pace.eager({ ...unlimited, end: 500 })
    assert.strictEqual(timed.next(499), 499)
    assert.isTrue(timed.isOver(500))
    assert.isUndefined(timed.next(500))
    assert.deepStrictEqual([...timed.untaken(1000)], [])
  })
})
