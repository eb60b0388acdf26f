import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { Heard } from "../../../src/client/internal/Heard.ts"

const waiting = (heard: Heard, ref: number) => Effect.forkChild(heard.event(ref), { startImmediately: true })

describe("Heard", () => {
  it.effect("lets an answer go on only when its event was taken in, whichever comes first", () =>
    Effect.gen(function* () {
      const heard = yield* Heard.make
      const one = yield* waiting(heard, 1)
      heard.note(2)
      assert.isUndefined(one.pollUnsafe())
      heard.note(1)
      yield* Fiber.join(one)
      // Taken in before anybody asked.
      yield* heard.event(2)
      // Once only: the next one waits for its own.
      const two = yield* waiting(heard, 2)
      assert.isUndefined(two.pollUnsafe())
      heard.note(2)
      yield* Fiber.join(two)
      // Nobody waits for the first any more.
      heard.note(1)
      yield* heard.event(1)
    }).pipe(Effect.scoped),
  )

  it.effect("waits for nothing where the request has no number", () =>
    Effect.gen(function* () {
      const heard = yield* Heard.make
      heard.note(undefined)
      yield* heard.event(undefined)
      yield* heard.event(undefined)
    }).pipe(Effect.scoped),
  )

  it.effect("tells whoever waits at the end that the connection is lost", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const heard = yield* Scope.provide(Heard.make, scope)
      const one = yield* waiting(heard, 1)
      yield* Scope.close(scope, Exit.void)
      assert.deepInclude(yield* Effect.flip(Fiber.join(one)), { _tag: "Disconnect", reason: "ConnectionLost" })
      // An answer that comes while goodbye is said.
      assert.deepInclude(yield* Effect.flip(heard.event(2)), { _tag: "Disconnect", reason: "ConnectionLost" })
    }),
  )
})
