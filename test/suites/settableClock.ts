import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface SettableClock {
  readonly clock: Clock.Clock
  /** Sets the clock on the wall, by milliseconds forward or back. No time passes. */
  readonly set: (by: number) => void
}

/** The clock that there is, with a wall clock that can be set as people set theirs. A test clock moves on as before. */
const settable: Effect.Effect<SettableClock> = Effect.map(Clock.Clock, (clock) => {
  let ahead = 0
  const millis = () => clock.currentTimeMillisUnsafe() + ahead
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(ahead) * 1_000_000n
  return {
    clock: {
      ...clock,
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: clock.monotonicTimeNanos,
      sleep: (duration) => clock.sleep(duration),
    },
    set: (by) => void (ahead += by),
  }
})

/** Runs a test with a clock that it may set. */
export const withSettable = <A, E, R>(test: (set: SettableClock["set"]) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(settable, ({ clock, set }) => Effect.provideService(test(set), Clock.Clock, clock))
