import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { Link } from "../../../src/client/internal/Link.ts"
import { outOfTime, stayHeard, timeFor } from "../../../src/client/internal/slowLink.ts"

/** A link over which so many bytes come each second; `whole` where each second brings whole frames. */
const flowing = (
  clock: Clock.Clock,
  bytesPerSecond: number,
  { whole = false, until = Number.POSITIVE_INFINITY } = {},
) => {
  const now = () => Math.min(until, Math.floor(clock.currentTimeMillisUnsafe() / 1000) * 1000)
  let spokeAt = 0
  const link: Link = {
    take: Effect.never,
    write: () => Effect.sync(() => void (spokeAt = clock.currentTimeMillisUnsafe())),
    heardAt: now,
    received: () => (now() / 1000) * bytesPerSecond,
    piecemeal: whole ? Effect.never : Effect.void,
    piecemealAt: () => (whole ? Number.NEGATIVE_INFINITY : now()),
    spokeAt: () => spokeAt,
    silent: () => Effect.never,
    closed: () => false,
    certificateRefused: () => false,
  }
  return link
}

const answerTime = Duration.seconds(30)

/** After how many seconds the time is over. */
const over = (link: Link) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const waiting = yield* Effect.forkChild(Effect.andThen(outOfTime(link, answerTime), Clock.currentTimeMillis))
    yield* TestClock.adjust("1 hour")
    return ((yield* Fiber.join(waiting)) - start) / 1000
  })

describe("the time for an answer", () => {
  it.effect("is over where nothing comes", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* over(flowing(yield* Clock.Clock, 0)), 30)
    }),
  )

  it.effect("is over where too little comes", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* over(flowing(yield* Clock.Clock, 250)), 30)
    }),
  )

  it.effect("is over where whole frames come, of which none is the answer", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* over(flowing(yield* Clock.Clock, 100_000, { whole: true })), 30)
    }),
  )

  it.effect("is given again where just enough bytes come", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* over(flowing(yield* Clock.Clock, 256)), 300)
      assert.strictEqual(yield* over(flowing(yield* Clock.Clock, 255.9)), 30)
    }),
  )

  it.effect("is over where no frame came in pieces for more than two seconds", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const late = (millis: number): Link => {
        const first = clock.currentTimeMillisUnsafe() + 30_000
        return { ...flowing(clock, 1000), piecemealAt: () => first - millis }
      }
      assert.strictEqual(yield* over(late(2000)), 60)
      assert.strictEqual(yield* over(late(2001)), 30)
    }),
  )

  it.effect("is over at once where there is none", () =>
    Effect.gen(function* () {
      yield* outOfTime(flowing(yield* Clock.Clock, 1000), Duration.zero)
    }),
  )

  it.effect("is given again while a frame comes slowly, but not for ever", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* over(flowing(yield* Clock.Clock, 1000)), 300)
    }),
  )

  it.effect("ends where the bytes do", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* over(flowing(yield* Clock.Clock, 1000, { until: 65_000 })), 90)
    }),
  )

  it("grows with what is sent", () => {
    assert.strictEqual(Duration.toSeconds(timeFor(4096)), 0)
    assert.strictEqual(Duration.toSeconds(timeFor(4096 + 256)), 17)
    assert.strictEqual(Duration.toSeconds(timeFor(25_600)), 100)
    assert.strictEqual(Duration.toSeconds(timeFor(1e9)), 300)
  })
})

describe("who receives a long frame", () => {
  const spoken = (bytesPerSecond: number, whole: boolean, given: (clock: Clock.Clock) => Partial<Link> = () => ({})) =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const link: Link = { ...flowing(clock, bytesPerSecond, { whole }), ...given(clock) }
      let times = 0
      const speak = Effect.andThen(
        link.write(new Uint8Array()),
        Effect.sync(() => void times++),
      )
      const speaking = yield* Effect.forkChild(stayHeard(link, speak))
      yield* TestClock.adjust("100 seconds")
      yield* Fiber.interrupt(speaking)
      return times
    })

  it.effect("says every ten seconds that it is there", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* spoken(1000, false), 10)
    }),
  )

  it.effect("says nothing where frames are whole: the server's question has come with them", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* spoken(1000, true), 0)
    }),
  )

  it.effect("says nothing where the frame has ended meanwhile, or the server has just heard of it", () =>
    Effect.gen(function* () {
      const ago = (millis: number) => (clock: Clock.Clock) => ({
        piecemealAt: () => clock.currentTimeMillisUnsafe() - millis,
        spokeAt: () => Number.NEGATIVE_INFINITY,
      })
      assert.strictEqual(yield* spoken(1000, false, ago(2000)), 10)
      assert.strictEqual(yield* spoken(1000, false, ago(2001)), 0)
      const spoke = (millis: number) => (clock: Clock.Clock) => ({
        spokeAt: () => clock.currentTimeMillisUnsafe() - millis,
      })
      assert.strictEqual(yield* spoken(1000, false, spoke(10_000)), 10)
      assert.strictEqual(yield* spoken(1000, false, spoke(9999)), 0)
    }),
  )
})
