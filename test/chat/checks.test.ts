import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { invalid, sanction, short, showing, storable, unless, whole } from "../../src/chat/internal/checks.ts"
import { maxInteger, maxReasonLength } from "../../src/domain/Limits.ts"
import { failing } from "./scripted.ts"

const said = (field: string, detail: string) => ({
  reason: "InvalidFrame" as const,
  field,
  detail: `${field}: ${detail}`,
})

describe("what is wrong with a request", () => {
  it("is said of its field", () => {
    assert.deepInclude(invalid("limit", "too many"), said("limit", "too many"))
  })

  it("is a number that is not whole, or out of bounds, which belong to it", () => {
    for (const right of [undefined, 3, 4, 5]) assert.isUndefined(whole("n", right, { from: 3, to: 5 }))
    for (const wrong of [2, 6, 3.5, -4, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.deepInclude(whole("n", wrong, { from: 3, to: 5 }), said("n", "an integer from 3 to 5"))
    }
    for (const right of [0, 1, maxInteger]) assert.isUndefined(whole("n", right))
    for (const wrong of [-1, 0.5, maxInteger + 1]) {
      assert.deepInclude(whole("n", wrong), said("n", `an integer from 0 to ${maxInteger}`))
    }
  })

  it("is text that no store holds", () => {
    for (const right of [undefined, "", "a", "\u{1f44d}"]) assert.isUndefined(storable("t", right))
    for (const wrong of ["\0", "a\0b", "\ud800"]) {
      assert.deepInclude(storable("t", wrong), said("t", "text without NUL and lone surrogates"))
    }
  })

  it("is a line beside other text that shows nothing, where there is one", () => {
    for (const right of [undefined, "", "a", " a"]) assert.isUndefined(showing("t", right))
    for (const wrong of [" ", "\u200b"]) assert.deepInclude(showing("t", wrong), said("t", "text that shows nothing"))
  })

  it("is text that is too long", () => {
    for (const right of [undefined, "", "abc"]) assert.isUndefined(short("t", right, 3))
    assert.deepInclude(short("t", "abcd", 3), said("t", "at most 3 characters"))
  })

  it("is how long a ban lasts, or why", () => {
    for (const right of [{}, { duration: 0 }, { duration: maxInteger, reason: "x".repeat(maxReasonLength) }]) {
      assert.isUndefined(sanction(right))
    }
    for (const [wrong, field] of [
      [{ duration: -1 }, "duration"],
      [{ duration: 1.5, reason: "ok" }, "duration"],
      [{ reason: "x".repeat(maxReasonLength + 1) }, "reason"],
      [{ duration: 1, reason: "a\0b" }, "reason"],
    ] as const) {
      assert.strictEqual(sanction(wrong)?.field, field)
    }
  })

  it.effect("keeps the rest from being done", () =>
    Effect.gen(function* () {
      let runs = 0
      const run = () => Effect.sync(() => ++runs)
      assert.strictEqual(yield* unless(undefined, run), 1)
      const error = failing("InvalidFrame")
      assert.strictEqual(yield* Effect.flip(unless(error, run)), error)
      assert.strictEqual(runs, 1)
    }),
  )
})
