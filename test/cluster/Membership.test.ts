import { assert, describe, it } from "@effect/vitest"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as ShardId from "effect/cluster/ShardId"
import { PersistenceError } from "effect/cluster/ClusterError"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Membership from "../../src/cluster/internal/Membership.ts"

const address = RunnerAddress.make("127.0.0.1", 7001)
const away = new PersistenceError({ cause: "away" })

const make = (changes: Partial<RunnerStorage.RunnerStorage["Service"]>) =>
  Effect.gen(function* () {
    const storage = yield* RunnerStorage.makeMemory
    return yield* Effect.map(
      Membership.make({ ...storage, ...changes }, () => Effect.void),
      (membership) => membership.storage,
    )
  })

describe("Membership, after the database was away", () => {
  it.effect("notices within a tenth of a second that it is back", () =>
    Effect.gen(function* () {
      let isAway = true
      const storage = yield* make({
        refresh: () => Effect.suspend(() => (isAway ? Effect.fail(away) : Effect.succeed([]))),
      })
      const asked = yield* Effect.forkChild(storage.refresh(address, []), { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      assert.isUndefined(asked.pollUnsafe())
      isAway = false
      yield* TestClock.adjust("100 millis")
      assert.deepStrictEqual(yield* Fiber.join(asked), [])
    }),
  )

  it.effect("says at once that locks it had may be lost", () =>
    Effect.gen(function* () {
      const storage = yield* make({ refresh: () => Effect.fail(away) })
      const renewed = yield* Effect.flip(storage.refresh(address, [ShardId.make("default", 1)]))
      assert.strictEqual(renewed._tag, "PersistenceError")
    }),
  )

  it.effect("does not wait for a connection that nobody makes again", () =>
    Effect.gen(function* () {
      let waited = 0
      // As the storage does: who gives up waiting has the connection made.
      const storage = yield* make({
        releaseAll: () => Effect.suspend(() => (waited++ === 0 ? Effect.never : Effect.void)),
      })
      const released = yield* Effect.forkChild(storage.releaseAll(address), { startImmediately: true })
      yield* TestClock.adjust("250 millis")
      yield* Fiber.join(released)
      assert.strictEqual(waited, 2)
    }),
  )
})
