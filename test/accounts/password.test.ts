import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Password from "../../src/accounts/internal/password.ts"

type Check = typeof Password.checkNew

/** The least length that the refusal names; undefined where there is none. */
const refused = (check: Check, length: number, minLength: number) =>
  Effect.runSync(
    Effect.match(check(Redacted.make("x".repeat(length)), minLength), {
      onFailure: (error) => error.minLength,
      onSuccess: () => undefined,
    }),
  )

describe("a password", () => {
  it("that is new is as long as the service asks, and never empty", () => {
    assert.deepStrictEqual(
      [7, 8, 1024, 1025].map((length) => refused(Password.checkNew, length, 8)),
      [8, undefined, undefined, 8],
    )
    assert.deepStrictEqual(
      [0, 1, 1025].map((length) => refused(Password.checkNew, length, 0)),
      [1, undefined, 1],
    )
  })

  it("that is old may be as short as it is, but no longer than any", () => {
    assert.deepStrictEqual(
      [0, 7, 1024, 1025].map((length) => refused(Password.checkAny, length, 8)),
      [undefined, undefined, undefined, 8],
    )
    assert.strictEqual(refused(Password.checkAny, 1025, 0), 1)
  })
})
