import { assert, describe, it } from "@effect/vitest"
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as Supervisor from "../../src/actor/Supervisor.ts"

const policy: Supervisor.Policy = { maxRestarts: 3, within: Duration.seconds(10) }

/** Supervises something that runs `attempt` with the number of the run, from 1. */
const supervised = <E>(attempt: (run: number) => Effect.Effect<void, E>) =>
  Effect.gen(function* () {
    let runs = 0
    const crashes: Array<Cause.Cause<E>> = []
    const fiber = yield* Supervisor.supervise(
      Effect.suspend(() => attempt(++runs)),
      { name: "test", policy, onCrash: (cause) => Effect.sync(() => void crashes.push(cause)) },
    ).pipe(Effect.forkChild({ startImmediately: true }))
    return { fiber, crashes, runs: () => runs }
  })

describe("Supervisor", () => {
  it.effect("what ends by itself is not run again", () =>
    Effect.gen(function* () {
      const { crashes, fiber, runs } = yield* supervised(() => Effect.void)
      assert.strictEqual(yield* Fiber.join(fiber), "ended")
      assert.strictEqual(runs(), 1)
      assert.lengthOf(crashes, 0)
    }),
  )

  it.effect("a failure, a defect and an interruption from within are crashes: it runs again", () =>
    Effect.gen(function* () {
      const { crashes, fiber, runs } = yield* supervised((run) =>
        run === 1
          ? Effect.fail("failure")
          : run === 2
            ? Effect.die("defect")
            : run === 3
              ? Effect.interrupt
              : Effect.void,
      )
      assert.strictEqual(yield* Fiber.join(fiber), "ended")
      assert.strictEqual(runs(), 4)
      assert.lengthOf(crashes, 3)
    }),
  )

  it.effect("an interruption from outside ends it, without a crash", () =>
    Effect.gen(function* () {
      const { crashes, fiber, runs } = yield* supervised(() => Effect.never)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(runs(), 1)
      assert.lengthOf(crashes, 0)
    }),
  )

  it.effect("gives up on the crash behind the last restart allowed within the time", () =>
    Effect.gen(function* () {
      const { crashes, fiber, runs } = yield* supervised(() => Effect.fail("again"))
      assert.strictEqual(yield* Fiber.join(fiber), "gave up")
      assert.strictEqual(runs(), policy.maxRestarts + 1)
      assert.lengthOf(crashes, policy.maxRestarts + 1)
    }),
  )

  it.effect("never gives up on what crashes seldom; the limit counts a moving window", () =>
    Effect.gen(function* () {
      let crash = yield* Deferred.make<void, string>()
      const { fiber, runs } = yield* supervised(() => Deferred.await(crash))
      const crashNow = Effect.gen(function* () {
        const now = crash
        crash = yield* Deferred.make<void, string>()
        yield* Deferred.fail(now, "again")
        yield* Effect.yieldNow
      })
      for (let n = 1; n <= 30; n++) {
        yield* crashNow
        yield* TestClock.adjust(Duration.millis(3334))
        assert.strictEqual(runs(), n + 1)
      }
      // Two within the last 10 s: one more is allowed, the next is not.
      yield* crashNow
      assert.isUndefined(fiber.pollUnsafe())
      yield* crashNow
      assert.strictEqual(yield* Fiber.join(fiber), "gave up")
    }),
  )
})
