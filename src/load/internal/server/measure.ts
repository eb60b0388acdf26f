/** Measures a load of another server, over HTTP or WebSocket: a measured part, a point every second, and a result. */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { measuredPart, type Result } from "../../../scenario/Result.ts"
import { Progress } from "../../Progress.ts"
import type { LoadError } from "../../LoadError.ts"
import type { LoadOptions, LoadTarget } from "./LoadOptions.ts"
import * as Pace from "./pace.ts"
import { LoadRecord } from "./LoadRecord.ts"
import { resultOf } from "./resultOf.ts"
import { LoadSeries } from "./LoadSeries.ts"

/** Begins the measured part. Returns a pace for each of so many senders. */
export type Begin = (senders: number) => Arr.NonEmptyReadonlyArray<Pace.Pace>

const everySecond = Schedule.fixed("1 second")

/** Runs the load, shows its progress, and makes a result of it. */
export const measure = Effect.fnUntraced(function* <R>(
  what: LoadTarget,
  options: LoadOptions,
  load: (record: LoadRecord, begin: Begin) => Effect.Effect<void, LoadError, R>,
): Effect.fn.Return<Result, LoadError, Exclude<R, Scope.Scope> | Progress> {
  const progress = yield* Progress
  const startedAt = yield* DateTime.now
  const record = new LoadRecord(yield* Clock.Clock, Duration.toMillis(options.timeout))
  const lasts = Duration.toMillis(options.lasts)

  const begin: Begin = (senders) => {
    record.begin()
    const start = record.now()
    const limits: Pace.Limits = { end: start + lasts, count: options.count }
    return Option.match(options.perSecond, {
      onSome: (perSecond) => Pace.shares(start, perSecond, senders, limits),
      onNone: () => Arr.replicate(Pace.eager(limits), senders),
    })
  }
  const seconds = new LoadSeries(record)
  const watch = Effect.suspend(() => {
    const now = record.now()
    const latency = seconds.add()
    return progress.show({
      name: what.name,
      phase:
        record.measuredFrom === undefined ? "arriving" : now < record.measuredFrom + lasts ? "measuring" : "finishing",
      elapsed: now / 1000,
      lasts: ((record.measuredFrom ?? now) + lasts) / 1000,
      membersIn: record.connected,
      members: what.connections,
      sent: record.sent,
      delivered: record.answered,
      latency,
      errors: record.failed,
    })
  })
  const result = () => resultOf({ what, options, startedAt, record, series: seconds.series })

  yield* load(record, begin).pipe(
    Effect.raceFirst(Effect.schedule(watch, everySecond).pipe(Effect.andThen(Effect.never))),
    Effect.scoped,
    Effect.onInterrupt(() => {
      record.mark("stopped")
      return options.stopped?.(result()) ?? Effect.void
    }),
  )
  record.mark(measuredPart.ends)
  yield* watch
  return result()
})
