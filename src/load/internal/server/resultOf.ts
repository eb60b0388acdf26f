/** The result of a load, from what was recorded. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Judge from "../../../scenario/Judge.ts"
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

/** From the beginning of the measured part until now, in milliseconds. */
const sinceBegin = ({ record }: Measurement): number => record.now() - (record.measuredFrom ?? 0)

/**
 * How long the measured part was, in milliseconds: until nothing more was due, and until the last answer came. A request
 * that was waited for in vain at the end does not make it longer.
 */
const measuredMillis = (measurement: Measurement): number => {
  const { options, record } = measurement
  const from = record.measuredFrom ?? 0
  const whole = Duration.toMillis(options.lasts)
  const lasts = Math.min(whole, sinceBegin(measurement))
  return Option.match(options.perSecond, {
    onNone: () => Math.max(record.sent < options.count ? lasts : record.sentAt - from, record.answeredAt - from),
    // What takes its time all along is on its way at the end, too; only what takes longer then has made it longer.
    onSome: (perSecond) => {
      const { min = 0 } = record.latencies.get("response")?.summary("") ?? {}
      // Each has its share of the time, also the last one, after which nothing was due.
      const due = Math.min(whole, Math.max(lasts, (record.sent * 1000) / perSecond), (options.count * 1000) / perSecond)
      return Math.max(due, record.answeredAt - from - min)
    },
  })
}

/**
 * Without a rate, a connection that waits in vain sends nothing meanwhile: a server that stands still loses few requests
 * for a long time. So the time counts, too: where a share of the requests may fail, it may stand still for that share.
 */
const stoodStill = (measurement: Measurement, share: number): ReadonlyArray<string> => {
  const { options, record } = measurement
  return Option.isNone(options.perSecond) && record.stoodStill > sinceBegin(measurement) * share
    ? [`nothing was answered for ${(record.stoodStill / 1000).toFixed(1)} s`]
    : []
}

const nothing = { holds: false, found: "nothing was answered" } as const

const p99 = (measurement: Measurement, most: number): Verdict => {
  const { answered, latencies } = measurement.record
  const response = latencies.get("response")
  const asked = { promise: "p99 of response", asked: `at most ${most} ms` }
  if (response === undefined || answered === 0) return { ...asked, ...nothing }
  const { count, lost } = response
  const still = stoodStill(measurement, 0.01)
  const found = [
    `${response.percentile(0.99).toFixed(2)} ms`,
    ...(lost === 0 ? [] : [`${lost} of ${count} never answered`]),
    ...still,
  ]
  return { ...asked, holds: response.keeps(0.99, most) && still.length === 0, found: found.join(", ") }
}

/** What was due is each request and, over WebSocket, each connection that was to be opened. */
const errorRate = (measurement: Measurement, atMost: number): Verdict => {
  const { answered, latencies, refused, waiting } = measurement.record
  const due = ["response", "handshake"].flatMap((name) => latencies.get(name) ?? [])
  const sum = (part: "count" | "lost") => due.reduce((sum, histogram) => sum + histogram[part], 0)
  const { asked, found, holds } = Judge.errorRate(sum("lost") + refused, sum("count") - waiting, atMost)
  const promise = "error rate"
  if (answered === 0) return { promise, asked, ...nothing }
  const still = stoodStill(measurement, atMost)
  return { promise, asked, holds: holds && still.length === 0, found: [found, ...still].join(", ") }
}

const verdicts = (measurement: Measurement): Result["verdicts"] => {
  const { options, record } = measurement
  const seconds = measuredMillis(measurement) / 1000
  return [
    ...Option.toArray(Option.map(options.p99, (most) => p99(measurement, Duration.toMillis(most)))),
    ...Option.toArray(Option.map(options.errorRate, (atMost) => errorRate(measurement, atMost))),
    ...Option.toArray(
      Option.map(options.throughput, (atLeast) => ({
        promise: "throughput of response",
        ...Judge.throughput(record.answered - record.refused, seconds, atLeast),
      })),
    ),
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
    seconds: measuredMillis(measurement) / 1000,
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
