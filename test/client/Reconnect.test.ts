import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import { ConnectError } from "../../src/client/ConnectError.ts"
import * as Reconnect from "../../src/client/Reconnect.ts"
import { catalog as disconnects, Disconnect } from "../../src/domain/Disconnect.ts"
import { RequestError } from "../../src/domain/RequestError.ts"

const refused = new ConnectError({ reason: "Refused" })
const lost = new Disconnect({ reason: "ConnectionLost" })
const draining = new Disconnect({ reason: "Draining", reconnectWithin: Duration.seconds(5) })

interface Visit {
  readonly end: Reconnect.ConnectionFailure
  /** It was online for so long, in milliseconds. */
  readonly after?: number
}

/** Visits that end as scripted; the one behind the script succeeds. */
const guest = (script: ReadonlyArray<Visit>, patience?: Reconnect.Patience) => {
  const waits: Array<number> = []
  let visits = 0
  const stay = Reconnect.stay(
    (arrived) =>
      Effect.gen(function* () {
        const step = script[visits++]
        if (step === undefined) return "home"
        if (step.after !== undefined) {
          yield* arrived
          yield* Effect.sleep(step.after)
        }
        return yield* step.end
      }),
    { patience, onAway: (_, delay) => Effect.sync(() => waits.push(Duration.toMillis(delay))) },
  )
  return { stay, waits, visits: () => visits }
}

/** Lets time pass until it is done. */
const finish = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

describe("Reconnect", () => {
  it.effect("does not come back where it has never been", () =>
    Effect.gen(function* () {
      const { stay, visits, waits } = guest([{ end: refused }])
      assert.deepStrictEqual(yield* Effect.exit(finish(stay)), Exit.fail(refused))
      assert.strictEqual(visits(), 1)
      assert.deepStrictEqual(waits, [])
    }),
  )

  it.effect("tries for half a minute where the server wants it later, even if that is away meanwhile", () =>
    Effect.gen(function* () {
      const busy = new RequestError({ reason: "Unavailable" })
      for (const end of [busy, draining, new Disconnect({ reason: "TooManyConnections" })]) {
        const { stay, waits } = guest([{ end }, { end: refused }, { end: refused }])
        assert.strictEqual(yield* finish(stay), "home")
        assert.strictEqual(waits.length, 3)
        const never = guest(Array.from({ length: 100 }, () => ({ end })))
        assert.deepStrictEqual(yield* Effect.exit(finish(never.stay)), Exit.fail(end))
        assert.isAbove(never.waits.length, 2)
        assert.isAtMost(
          never.waits.reduce((sum, wait) => sum + wait, 0),
          30_000,
        )
      }
      const later = new RequestError({ reason: "TooManyLogins", retryAfter: Duration.minutes(15) })
      const { stay, waits } = guest([{ end: later }])
      assert.deepStrictEqual(yield* Effect.exit(finish(stay)), Exit.fail(later))
      assert.deepStrictEqual(waits, [])
    }),
  )

  it.effect("waits for a server for ever where it is told to, but not for what will not pass", () =>
    Effect.gen(function* () {
      const forEver = { absent: Duration.infinity, busy: Duration.infinity }
      const { stay, waits } = guest(
        Array.from({ length: 20 }, () => ({ end: refused })),
        forEver,
      )
      assert.strictEqual(yield* finish(stay), "home")
      assert.strictEqual(waits.length, 20)
      for (const end of [
        new ConnectError({ reason: "NotNatter" }),
        new Disconnect({ reason: "UnsupportedVersion" }),
        new RequestError({ reason: "InvalidCredentials" }),
      ]) {
        const { stay } = guest([{ end }], forEver)
        assert.deepStrictEqual(yield* Effect.exit(finish(stay)), Exit.fail(end))
      }
    }),
  )

  it.effect("comes back after everything that may pass", () =>
    Effect.gen(function* () {
      for (const reason of Object.keys(disconnects) as Array<keyof typeof disconnects>) {
        const end = new Disconnect({ reason })
        const { stay, waits } = guest([{ end, after: 0 }])
        const exit = yield* Effect.exit(finish(stay))
        assert.deepStrictEqual(exit, disconnects[reason].reconnect ? Exit.succeed("home") : Exit.fail(end))
        if (reason === "Flooding") assert.isAtLeast(waits[0]!, 10_000)
      }
    }),
  )

  it.effect("comes back as often as it takes", () =>
    Effect.gen(function* () {
      const { stay, waits } = guest([{ end: lost, after: 0 }, ...Array.from({ length: 9 }, () => ({ end: refused }))])
      assert.strictEqual(yield* finish(stay), "home")
      assert.strictEqual(waits.length, 10)
      // Any moment up to the bound, which doubles from 0.5 s and stops at 20 s.
      waits.forEach((wait, attempt) => assert.isAtMost(wait, Math.min(20_000, 500 * 2 ** attempt)))
      assert.isAbove(Math.max(...waits), 1000)
    }).pipe(Random.withSeed("as often as it takes")),
  )

  it.effect("spreads over all of the window", () =>
    Effect.gen(function* () {
      const tries = yield* Effect.all(Array.from({ length: 500 }, () => Reconnect.delay(Reconnect.defaults, 3)))
      const millis = tries.map(Duration.toMillis)
      assert.isBelow(Math.min(...millis), 200)
      assert.isAbove(Math.max(...millis), 3800)
      assert.isAtMost(Math.max(...millis), 4000)
    }).pipe(Random.withSeed("all of the window")),
  )

  it.effect("comes back within the window the server names", () =>
    Effect.gen(function* () {
      const windows: Array<number> = []
      for (let i = 0; i < 50; i++) {
        const { stay, waits } = guest([{ end: draining, after: 0 }])
        yield* finish(stay)
        windows.push(...waits)
      }
      assert.isAtMost(Math.max(...windows), 5000)
      assert.isAbove(Math.max(...windows), 4000)
    }).pipe(Random.withSeed("the window the server names")),
  )

  it.effect("waits as long as it is told on top", () =>
    Effect.gen(function* () {
      const busy = new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(30) })
      const { stay, waits } = guest([{ end: lost, after: 0 }, { end: busy }])
      yield* finish(stay)
      assert.isAtLeast(waits[1]!, 30_000)
      assert.isAtMost(waits[1]!, 31_000)
    }),
  )

  it.effect("begins anew after a stay that was longer than the wait before it", () =>
    Effect.gen(function* () {
      const tries = Array.from({ length: 8 }, () => ({ end: refused }))
      const { stay, waits } = guest([{ end: lost, after: 0 }, ...tries, { end: lost, after: 60_000 }])
      yield* finish(stay)
      assert.isAtMost(waits.at(-1)!, 500)
    }),
  )

  it.effect("asks ever more seldom where it is thrown out at once", () =>
    Effect.gen(function* () {
      const { stay, waits } = guest(Array.from({ length: 12 }, () => ({ end: lost, after: 0 })))
      yield* finish(stay)
      assert.isAbove(Math.max(...waits), 5000)
    }).pipe(Random.withSeed("ever more seldom")),
  )

  it.effect("stays away where coming back is pointless", () =>
    Effect.gen(function* () {
      for (const end of [
        new Disconnect({ reason: "AccountDisabled" }),
        new Disconnect({ reason: "TokenRevoked" }),
        new RequestError({ reason: "InvalidCredentials" }),
      ]) {
        const { stay, waits } = guest([{ end, after: 0 }])
        assert.deepStrictEqual(yield* Effect.exit(finish(stay)), Exit.fail(end))
        assert.deepStrictEqual(waits, [])
      }
    }),
  )

  it.effect("tries again while the server still holds a guest's name for the lost connection", () =>
    Effect.gen(function* () {
      const { stay } = guest([{ end: lost, after: 0 }, { end: new RequestError({ reason: "UsernameTaken" }) }])
      assert.strictEqual(yield* finish(stay), "home")
    }),
  )

  it.effect("gives every visit a scope of its own", () =>
    Effect.gen(function* () {
      const open: Array<string> = []
      let visits = 0
      const visit = (arrived: Effect.Effect<void>) =>
        Effect.gen(function* () {
          const name = `visit ${++visits}`
          yield* Effect.acquireRelease(
            Effect.sync(() => open.push(name)),
            () => Effect.sync(() => open.splice(open.indexOf(name), 1)),
          )
          yield* arrived
          assert.deepStrictEqual(open, [name])
          if (visits < 3) return yield* lost
        })
      yield* finish(Reconnect.stay(visit, { onAway: () => Effect.sync(() => assert.deepStrictEqual(open, [])) }))
      assert.strictEqual(visits, 3)
      assert.deepStrictEqual(open, [])
    }),
  )

  /** The end of a random window in which the next try may be. */
  const longest = (script: ReadonlyArray<Visit>, backoff?: Reconnect.Backoff) =>
    Effect.gen(function* () {
      const waits: Array<number> = []
      let visits = 0
      const visit = (arrived: Effect.Effect<void>) =>
        Effect.gen(function* () {
          const step = script[visits++]
          if (step === undefined) return
          if (step.after !== undefined) yield* Effect.andThen(arrived, Effect.sleep(step.after))
          return yield* step.end
        })
      yield* finish(
        Reconnect.stay(visit, {
          backoff,
          onAway: (_, delay) => Effect.sync(() => waits.push(Duration.toMillis(delay))),
        }),
      )
      return waits
      // The highest random number there is.
    }).pipe(
      Effect.provideService(Random.Random, {
        nextIntUnsafe: () => Number.MAX_SAFE_INTEGER,
        nextDoubleUnsafe: () => 1 - Number.EPSILON / 2,
      }),
    )

  it.effect("waits twice as long before each try, up to the longest", () =>
    Effect.gen(function* () {
      const tries = Array.from({ length: 8 }, () => ({ end: refused }))
      assert.deepStrictEqual(
        yield* longest([{ end: lost, after: 0 }, ...tries]),
        [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000],
      )
      const backoff = { base: Duration.millis(10), cap: Duration.millis(30) }
      assert.deepStrictEqual(yield* longest([{ end: lost, after: 0 }, ...tries.slice(5)], backoff), [10, 20, 30, 30])
      assert.deepStrictEqual(yield* longest([{ end: draining, after: 0 }]), [5000])
      const flooding = new Disconnect({ reason: "Flooding" })
      assert.deepStrictEqual(yield* longest([{ end: flooding, after: 0 }]), [10_500])
    }),
  )

  it.effect("begins anew only behind a stay that was longer than the wait before it, and behind what was mended", () =>
    Effect.gen(function* () {
      const lostAfter = (after: number) => ({ end: lost, after })
      assert.deepStrictEqual(
        yield* longest([lostAfter(0), lostAfter(500), lostAfter(1001), lostAfter(0)]),
        [500, 1000, 500, 1000],
      )
      // A visit that was not online is no stay, however long it took.
      assert.deepStrictEqual(yield* longest([lostAfter(0), { end: refused }, { end: refused }]), [500, 1000, 2000])
    }),
  )

  it.effect("has what is final mended once it has been online, and tries again at once", () =>
    Effect.gen(function* () {
      const wrong = new RequestError({ reason: "InvalidCredentials" })
      const asked: Array<string> = []
      const run = (script: ReadonlyArray<Visit>, mends: ReadonlyArray<boolean>) => {
        const left = [...mends]
        const waits: Array<number> = []
        let visits = 0
        return Reconnect.stay(
          (arrived) =>
            Effect.gen(function* () {
              const step = script[visits++]
              if (step === undefined) return waits
              if (step.after !== undefined) yield* arrived
              return yield* step.end
            }),
          {
            onAway: (_, __, attempt) => Effect.sync(() => waits.push(attempt)),
            mend: ({ reason }) => Effect.sync(() => (asked.push(reason), left.shift() ?? false)),
          },
        )
      }
      const steps = [{ end: lost, after: 0 }, { end: refused }, { end: wrong }, { end: refused }, { end: wrong }]
      assert.deepStrictEqual(yield* finish(run(steps, [true, true])), [0, 1, 0])
      assert.deepStrictEqual(asked, ["InvalidCredentials", "InvalidCredentials"])
      assert.strictEqual(yield* Effect.flip(finish(run(steps, [true, false]))), wrong)
      // Before that nothing is asked.
      assert.strictEqual(yield* Effect.flip(finish(run([{ end: wrong }], [true]))), wrong)
      assert.strictEqual(asked.length, 4)
    }),
  )

  it.effect("makes a try only if it is within the time that the first connection may take", () =>
    Effect.gen(function* () {
      const patience = { absent: Duration.seconds(10), busy: Duration.seconds(10) }
      const later = (seconds: number) =>
        new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(seconds) })
      const zero = { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => 0 }
      for (const [waits, comes] of [
        [[9.999], true],
        [[10], false],
        [[5, 4], true],
        [[5, 5], false],
      ] as const) {
        const { stay } = guest(
          waits.map((seconds) => ({ end: later(seconds) })),
          patience,
        )
        const exit = yield* Effect.exit(finish(stay)).pipe(Effect.provideService(Random.Random, zero))
        assert.strictEqual(Exit.isSuccess(exit), comes, waits.join())
      }
    }),
  )

  it("comes back after what may be otherwise later, and after a name that is still held", () => {
    for (const reason of ["InvalidToken", "InvalidCredentials", "TokenRevoked", "PasswordChanged"] as const) {
      assert.isTrue(Reconnect.outdated.has(reason))
    }
    assert.strictEqual(Reconnect.outdated.size, 4)
    for (const error of [refused, lost, new RequestError({ reason: "Banned" })]) {
      assert.isTrue(Reconnect.isConnectionFailure(error))
    }
    for (const error of [new Error("no"), undefined, "ConnectionLost"]) {
      assert.isFalse(Reconnect.isConnectionFailure(error))
    }
  })

  it.effect("comes back after a frame that was changed on its way, also where it was a sign-in", () =>
    Effect.gen(function* () {
      for (const reason of ["InvalidFrame", "UnexpectedFrame", "Unavailable", "TooManyLogins"] as const) {
        const { stay } = guest([{ end: lost, after: 0 }, { end: new RequestError({ reason }) }])
        assert.strictEqual(yield* finish(stay), "home")
      }
      const old = guest([{ end: lost, after: 0 }, { end: new ConnectError({ reason: "OldServer" }) }])
      assert.strictEqual(yield* finish(old.stay), "home")
    }),
  )
})
