import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { TestClock } from "effect/testing"
import { calm, type Conditions } from "../../src/proxy/internal/conditions.ts"
import type { End } from "../../src/proxy/internal/end.ts"
import { Way } from "../../src/proxy/internal/way.ts"

const nothing = () => {}

/** A way between two ends in memory, and what arrived when. */
const way = Effect.fnUntraced(function* (conditions: Partial<Conditions>, seed = "1") {
  const said = yield* Queue.unbounded<Uint8Array | undefined>()
  const arrived: Array<readonly [at: number, bytes: number]> = []
  const from: End = { pull: Queue.take(said), write: () => Effect.void, end: Effect.void, stopReading: nothing }
  const note = (bytes: number) => Effect.map(Clock.currentTimeMillis, (at) => void arrived.push([at, bytes]))
  const to: End = { ...from, write: (bytes) => note(bytes.length), end: note(0) }
  const way = new Way(seed, { arrived: nothing, lost: nothing, corrupted: nothing })
  way.set({ ...calm, ...conditions })
  yield* Effect.forkScoped(way.carry(from, to))
  return {
    way,
    arrived,
    say: (bytes: number) => Queue.offer(said, new Uint8Array(bytes)),
    end: Queue.offer(said, undefined),
  }
})

describe("Way", () => {
  it.effect("delays what is said, and the end, but not one behind the other", () =>
    Effect.gen(function* () {
      const { arrived, end, say } = yield* way({ delay: 100 })
      yield* say(1)
      yield* TestClock.adjust(40)
      yield* say(2)
      yield* end
      yield* TestClock.adjust(59)
      assert.deepStrictEqual(arrived, [])
      yield* TestClock.adjust(1000)
      assert.deepStrictEqual(arrived, [
        [100, 1],
        [140, 2],
        [140, 0],
      ])
    }),
  )

  it.effect("keeps the order in spite of jitter, and the jitter with the seed", () =>
    Effect.gen(function* () {
      const played = Effect.fnUntraced(function* (seed: string) {
        const start = yield* Clock.currentTimeMillis
        const { arrived, say } = yield* way({ delay: 10, jitter: 100 }, seed)
        for (let i = 1; i <= 20; i++) {
          yield* say(i)
          yield* TestClock.adjust(5)
        }
        yield* TestClock.adjust(200)
        assert.deepStrictEqual(
          arrived.map(([, bytes]) => bytes),
          Array.from({ length: 20 }, (_, i) => i + 1),
        )
        return arrived.map(([at]) => at - start)
      })
      const first = yield* played("1")
      assert.deepStrictEqual(yield* played("1"), first)
      assert.notDeepEqual(yield* played("2"), first)
    }),
  )

  it.effect("lets so many bytes through a second, and follows a change", () =>
    Effect.gen(function* () {
      const { arrived, say, way: line } = yield* way({ bytesPerSecond: 1000 })
      const through = () => arrived.reduce((sum, [, bytes]) => sum + bytes, 0)
      yield* say(10_000)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(through(), 2000)
      line.set({ ...calm, stalled: true })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(through(), 2000)
      line.set(calm)
      yield* TestClock.adjust("50 millis")
      assert.strictEqual(through(), 10_000)
    }),
  )
})
