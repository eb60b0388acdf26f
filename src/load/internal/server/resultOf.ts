/** The result of a load, from what was recorded. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Result } from "../../../scenario/Result.ts"
import { here, version } from "../../Machine.ts"
import type { LoadRecord } from "./LoadRecord.ts"
import type { LoadOptions, LoadTarget } from "./LoadOptions.ts"
import type { Series } from "./LoadSeries.ts"

export interface Measurement {
  readonly what: LoadTarget
  readonly options: LoadOptions
  readonly startedAt: DateTime.Utc
  readonly record: LoadRecord
  readonly series: ReadonlyArray<Series>
}

const verdicts = ({ options, record }: Measurement): Result["verdicts"] => {
  const response = record.latencies.get("response")
  return [
    ...Option.match(options.p99, {
      onNone: () => [],
      onSome: (most) => {
        const p99 = response?.percentile(0.99)
        return [
          {
            promise: "p99 of response",
            holds: p99 !== undefined && p99 <= Duration.toMillis(most),
            found: p99 === undefined ? "nothing was answered" : `${p99.toFixed(2)} ms`,
            asked: `at most ${Duration.toMillis(most)} ms`,
          },
        ]
      },
    }),
    ...(options.noErrors
      ? [{ promise: "no errors", holds: record.failed === 0, found: `${record.failed} errors`, asked: "none" }]
      : []),
  ]
}

/** In a closed loop a request is sent when it is due, so the latencies `service` and `response` would be the same. */
const latencies = ({ options, record }: Measurement): Result["latencies"] =>
  [...record.latencies]
    .filter(([name]) => name !== "service" || Option.isSome(options.perSecond))
    .map(([name, histogram]) => histogram.summary(name))

export const resultOf = (measurement: Measurement): Result => {
  const { record, series, startedAt, what } = measurement
  return {
    format: "natter-load/1",
    natter: version,
    what: { name: what.name, about: what.about },
    world: what.kind,
    target: what.target,
    machine: here(),
    startedAt: DateTime.formatIso(startedAt),
    // Of the measured part: rates are taken over it.
    seconds: (record.now() - (record.measuredFrom ?? 0)) / 1000,
    processes: 1,
    latencies: latencies(measurement),
    series,
    counters: {
      sent: record.sent,
      delivered: record.answered,
      "bytes sent": record.bytesSent,
      "bytes received": record.bytesReceived,
      ...Object.fromEntries([...record.counters].sort(([a], [b]) => a.localeCompare(b))),
    },
    errors: Object.fromEntries(record.errors),
    marks: record.marks,
    verdicts: verdicts(measurement),
  }
}
