import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { TestClock } from "effect/testing"
import { noConditions, type Conditions } from "../../src/proxy/internal/conditions.ts"
import type { Endpoint } from "../../src/proxy/internal/Endpoint.ts"
import { Pipe } from "../../src/proxy/internal/Pipe.ts"

const nothing = () => {}

/** A way between two ends in memory, and what arrived when. */
const pipe = Effect.fnUntraced(function* (conditions: Partial<Conditions>, seed = "1") {
  const said = yield* Queue.unbounded<Uint8Array | undefined>()
  const arrived: Array<readonly [at: number, bytes: number]> = []
  const from: Endpoint = { pull: Queue.take(said), write: () => Effect.void, end: Effect.void, stopReading: nothing }
  const note = (bytes: number) => Effect.map(Clock.currentTimeMillis, (at) => void arrived.push([at, bytes]))
  const to: Endpoint = { ...from, write: (bytes) => note(bytes.length), end: note(0) }
  const pipe = new Pipe(seed, { arrived: nothing, lost: nothing, corrupted: nothing })
  pipe.set({ ...noConditions, ...conditions })
  yield* Effect.forkScoped(pipe.carry(from, to))
  return {
    pipe,
    arrived,
    say: (bytes: number) => Queue.offer(said, new Uint8Array(bytes)),
    end: Queue.offer(said, undefined),
  }
})

describe("Pipe", () => {
  it.effect("delays what is said, and the end, but not one behind the other", () =>
    Effect.gen(function* () {
      const { arrived, end, say } = yield* pipe({ delay: 100 })
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
        const { arrived, say } = yield* pipe({ delay: 10, jitter: 100 }, seed)
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
      const { arrived, say, pipe: line } = yield* pipe({ bytesPerSecond: 1000 })
      const through = () => arrived.reduce((sum, [, bytes]) => sum + bytes, 0)
      yield* say(10_000)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(through(), 2000)
      line.set({ ...noConditions, stalled: true })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(through(), 2000)
      line.set(noConditions)
      yield* TestClock.adjust("50 millis")
      assert.strictEqual(through(), 10_000)
    }),
  )

  it.effect("lets as many through in tiny pieces, though every timer is late", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const late = Duration.millis(1)
      const lateClock: Clock.Clock = Object.assign(Object.create(clock), {
        sleep: (duration: Duration.Duration) =>
          clock.sleep(Duration.sum(Duration.millis(Math.ceil(Duration.toMillis(duration))), late)),
      })
      const { arrived, say } = yield* Effect.provideService(pipe({ bytesPerSecond: 1_000_000 }), Clock.Clock, lateClock)
      for (let n = 0; n < 11_000; n++) yield* say(100)
      yield* TestClock.adjust("1 second")
      const through = arrived.reduce((sum, [, bytes]) => sum + bytes, 0)
      assert.isAtLeast(through, 950_000)
      assert.isAtMost(through, 1_000_000)
    }),
  )
})
