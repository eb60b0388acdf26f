import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { CurrentSession } from "../../../src/client/internal/CurrentSession.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { sessionOf } from "./fakes.ts"

const gone = new Disconnect({ reason: "AccountDisabled" })

describe("CurrentSession", () => {
  it.effect("has those wait who come while there is none, and nobody else", () =>
    Effect.gen(function* () {
      const current = new CurrentSession()
      const [one, two] = [sessionOf({}), sessionOf({})]
      assert.isUndefined(current.session)
      const early = yield* Effect.forkChild(current.ready, { startImmediately: true })
      assert.isUndefined(early.pollUnsafe())
      current.set(one)
      assert.strictEqual(yield* Fiber.join(early), one)
      assert.strictEqual(yield* current.ready, one)
      assert.strictEqual(current.session, one)
      current.clear(one)
      assert.isUndefined(current.session)
      const between = yield* Effect.forkChild(current.ready, { startImmediately: true })
      assert.isUndefined(between.pollUnsafe())
      current.set(two)
      assert.strictEqual(yield* Fiber.join(between), two)
    }),
  )

  it.effect("keeps the session that has replaced one which is cleared late", () =>
    Effect.gen(function* () {
      const current = new CurrentSession()
      const [one, two] = [sessionOf({}), sessionOf({})]
      current.set(one)
      current.clear(one)
      current.set(two)
      current.clear(one)
      assert.strictEqual(current.session, two)
      assert.strictEqual(yield* current.ready, two)
    }),
  )

  it.effect("fails for everybody once it is closed, whether there was a session or none", () =>
    Effect.gen(function* () {
      for (const online of [true, false]) {
        const current = new CurrentSession()
        if (online) current.set(sessionOf({}))
        const early = yield* Effect.forkChild(Effect.flip(current.ready), { startImmediately: true })
        current.close(gone)
        assert.isUndefined(current.session)
        assert.strictEqual(yield* Effect.flip(current.ready), gone)
        if (!online) assert.strictEqual(yield* Fiber.join(early), gone)
      }
    }),
  )

  it.effect("waits as long as it is told, but not behind the end", () =>
    Effect.gen(function* () {
      const current = new CurrentSession()
      const first = yield* Effect.forkChild(current.wait(Duration.seconds(3)), { startImmediately: true })
      const second = yield* Effect.forkChild(current.wait(Duration.seconds(9)), { startImmediately: true })
      yield* TestClock.adjust("2999 millis")
      assert.isUndefined(first.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(first)
      assert.isUndefined(second.pollUnsafe())
      current.close(gone)
      yield* Fiber.join(second)
      yield* current.wait(Duration.infinity)
    }),
  )
})
