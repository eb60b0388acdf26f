import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Gateway, type Reachable } from "../../../src/hub/audience/Gateway.ts"
import { session } from "../directory/fixture.ts"

const reachable = (): Reachable => ({ end: () => {}, tell: () => {}, enter: () => Effect.void })

describe("Gateway", () => {
  it.effect("finds each session from when it was added until it is removed", () =>
    Effect.gen(function* () {
      const { add, find, remove } = yield* Gateway
      const [one, other] = [reachable(), reachable()]
      assert.isUndefined(find(session("one")))
      add(session("one"), one)
      add(session("other"), other)
      assert.strictEqual(find(session("one")), one)
      assert.strictEqual(find(session("other")), other)
      remove(session("one"))
      remove(session("nobody"))
      assert.isUndefined(find(session("one")))
      assert.strictEqual(find(session("other")), other)
    }).pipe(Effect.provide(Gateway.layer)),
  )
})
