/**
 * Milliseconds that only ever go forward, as fast as time passes: for whatever lasts, waits, or may happen so often. The
 * clock on the wall says what the date is, and is set back and forth by people and by other machines.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Whole ones, as the timers count them. Only the difference between two means something, and only in one process. */
const toMillis = (nanos: bigint): number => Math.trunc(Number(nanos) / 1_000_000)

/** The same with its fractions, where what is short is measured. */
export const exact = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

/** By a clock that is at hand: no effect has to be run. */
export const millis = (clock: Clock.Clock): number => toMillis(clock.monotonicTimeNanosUnsafe())

export const now: Effect.Effect<number> = Effect.map(Clock.monotonicTimeNanos, toMillis)
