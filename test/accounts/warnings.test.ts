import { assert, describe, it } from "@effect/vitest"
import * as Warnings from "../../src/accounts/internal/warnings.ts"

describe("a warning that may come often", () => {
  it("is logged once until its time is over, for each of those it is about", () => {
    const isFirst = Warnings.make(10)
    assert.isTrue(isFirst("a", 0, 100))
    assert.isFalse(isFirst("a", 0, 200))
    assert.isTrue(isFirst("b", 50, 150))
    assert.isFalse(isFirst("a", 99, 300))
    assert.isTrue(isFirst("a", 100, 400))
    assert.isFalse(isFirst("a", 399, 500))
    assert.isFalse(isFirst("b", 149, 500))
    assert.isTrue(isFirst("b", 150, 500))
  })

  it("of so many is remembered, of those that were logged last", () => {
    const isFirst = Warnings.make(2)
    isFirst("a", 0, 10)
    isFirst("b", 0, 100)
    // Logged again, it is no longer the oldest.
    assert.isTrue(isFirst("a", 10, 100))
    assert.isFalse(isFirst("b", 10, 100))
    isFirst("c", 10, 100)
    assert.isFalse(isFirst("a", 10, 100))
    assert.isFalse(isFirst("c", 10, 100))
    assert.isTrue(isFirst("b", 10, 100))
  })
})
