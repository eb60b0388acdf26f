/** The result of a load, from what was recorded. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Result, Verdict } from "../../../scenario/Result.ts"
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

/** Of the measured part. */
const secondsOf = (record: LoadRecord): number => (record.now() - (record.measuredFrom ?? 0)) / 1000

/** One of a hundred may take longer: so may the server stand still for a hundredth of the time. */
const mayStandStill = 0.01

/**
 * Without a rate, a connection that waits in vain sends nothing meanwhile: a server that stands still loses few requests
 * for a long time. So the time counts, too.
 */
const p99Of = ({ options, record }: Measurement, most: number): Pick<Verdict, "holds" | "found"> => {
  const response = record.latencies.get("response")
  if (response === undefined || response.count === response.lost) return { holds: false, found: "nothing was answered" }
  const { count, lost } = response
  const stoodStill = Option.isNone(options.perSecond) && record.stoodStill > secondsOf(record) * 1000 * mayStandStill
  const found = [
    `${response.percentile(0.99).toFixed(2)} ms`,
    ...(lost === 0 ? [] : [`${lost} of ${count} never answered`]),
    ...(stoodStill ? [`nothing was answered for ${(record.stoodStill / 1000).toFixed(1)} s`] : []),
  ]
  return { holds: response.keeps(0.99, most) && !stoodStill, found: found.join(", ") }
}

const verdicts = (measurement: Measurement): Result["verdicts"] => {
  const { options, record } = measurement
  return [
    ...Option.match(options.p99, {
      onNone: () => [],
      onSome: (most) => [
        {
          promise: "p99 of response",
          ...p99Of(measurement, Duration.toMillis(most)),
          asked: `at most ${Duration.toMillis(most)} ms`,
        },
      ],
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
    // Rates are taken over it.
    seconds: secondsOf(record),
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
