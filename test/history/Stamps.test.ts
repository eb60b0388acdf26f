import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Monotonic from "../../src/domain/Monotonic.ts"
import * as Stamps from "../../src/history/Stamps.ts"
import { dice } from "../suites/historyWorld.ts"
import { withSettable } from "../suites/settableClock.ts"

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

const world = Effect.map(Clock.Clock, (clock) => {
  const stamps = Stamps.make(clock)
  return {
    stamp: () => stamps.at(Monotonic.millis(clock)),
    before: (age: number) => stamps.before(age, Monotonic.millis(clock)),
  }
})

describe("Stamps", () => {
  it.effect("are what the wall clock says; where it never jumps, what has a stamp of so long ago is so old", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const { before, stamp } = yield* world
      assert.strictEqual(stamp(), 1_700_000_000_000)
      assert.strictEqual(before(hour), 1_700_000_000_000 - hour)
      yield* TestClock.adjust(minute)
      assert.strictEqual(stamp(), 1_700_000_000_000 + minute)
      assert.strictEqual(before(hour), 1_700_000_000_000 + minute - hour)
    }),
  )

  it.effect("a clock set forward makes nothing older, and back to where it was nothing younger for ever", () =>
    withSettable(
      Effect.fnUntraced(function* (set) {
        yield* TestClock.setTime(100 * day)
        const { before, stamp } = yield* world
        yield* TestClock.adjust(day)
        const said = stamp()
        set(8 * day)
        yield* TestClock.adjust(minute)
        assert.isAtMost(before(7 * day), said)
        assert.strictEqual(stamp(), 109 * day + minute)
        // What was said since has a stamp from after the jump; when that is seven days ago it counts.
        yield* TestClock.adjust(7 * day)
        assert.strictEqual(before(7 * day), 109 * day + minute)
      }),
    ),
  )

  it.effect("a clock set back makes what is said then no older than it is", () =>
    withSettable(
      Effect.fnUntraced(function* (set) {
        yield* TestClock.setTime(100 * day)
        const { before, stamp } = yield* world
        set(-50 * day)
        const said = stamp()
        set(50 * day)
        yield* TestClock.adjust(10 * minute)
        assert.isAtMost(before(10 * minute), said)
        yield* TestClock.adjust(1)
        assert.isAbove(before(10 * minute), said)
      }),
    ),
  )

  it.effect("whatever is done to the clock, nothing counts as older than it is, and in the end everything does", () =>
    withSettable(
      Effect.fnUntraced(function* (set) {
        const roll = dice(11)
        const clock = yield* Clock.Clock
        yield* TestClock.setTime(20_000 * day)
        const { before, stamp } = yield* world
        const said: Array<{ readonly at: number; readonly stamp: number }> = []
        for (let step = 0; step < 3000; step++) {
          // A second, an hour, a year; more jumps than are remembered.
          if (roll(3) === 0) set((roll(2) === 0 ? 1 : -1) * (roll(1000) + [0, hour, 365 * day][roll(3)]!))
          yield* TestClock.adjust(roll(5) * 1000)
          said.push({ at: Monotonic.millis(clock), stamp: stamp() })
          const age = (1 + roll(600)) * 1000
          const youngest = before(age)
          for (const { at, stamp } of said.slice(-300)) {
            if (stamp < youngest) assert.isAtLeast(Monotonic.millis(clock) - at, age)
          }
        }
        yield* TestClock.adjust(2 * day)
        stamp()
        yield* TestClock.adjust(2 * hour)
        assert.isAbove(before(hour), stamp() - 2 * hour)
      }),
    ),
  )
})
