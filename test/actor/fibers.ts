import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

/**
 * Runs an effect and says how many fibers that began within it are alive behind it. Yields first,
 * so that what is about to end has ended.
 */
export const fibersLeft = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    let alive = 0
    const result = yield* Effect.provideService(self, Metric.FiberRuntimeMetrics, {
      recordFiberStart: () => void alive++,
      recordFiberEnd: () => void alive--,
    })
    yield* settle
    return { alive, result }
  })

/** Lets everything run that can run without time passing. */
export const settle = Effect.forEach(Array.from({ length: 50 }), () => Effect.yieldNow, { discard: true })
