import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { fresh } from "../../src/client/MessageId.ts"

describe("an id for a new message", () => {
  it.effect("is another one each time, of all random bits that there are", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.all(Array.from({ length: 1000 }, () => fresh))
      assert.strictEqual(new Set(ids).size, 1000)
      for (const id of ids) assert.match(id, /^[0-9a-z]+-[0-9a-z]+$/)
    }),
  )

  it.effect("has no sign where a random number has one", () =>
    Effect.gen(function* () {
      const numbers = [-36, 71]
      const id = yield* Effect.provideService(fresh, Random.Random, {
        nextIntUnsafe: () => numbers.shift()!,
        nextDoubleUnsafe: () => 0,
      })
      assert.strictEqual<string>(id, "10-1z")
    }),
  )
})
