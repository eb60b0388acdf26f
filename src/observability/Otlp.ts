/** What goes to a collector by OTLP: traces of messages, log lines, metrics. Each is off until a setting asks for it. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as OtlpExporter from "effect/observability/OtlpExporter"
import * as OtlpLogger from "effect/observability/OtlpLogger"
import * as OtlpMetrics from "effect/observability/OtlpMetrics"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import * as collector from "./internal/collector.ts"
import { Meters } from "./Meters.ts"
import { type OtlpSettings, parseHeaders } from "./OtlpSettings.ts"
import type { Publication, PublishTracer } from "./PublishTracer.ts"
import type { Source } from "./Readings.ts"
import { LiveRegistry } from "./Registry.ts"

/** How many spans or lines are kept at most until they are sent. */
const maxBatchSize = 1000

/** Whoever stops the service does not wait longer for a collector. */
const shutdownTimeout = Duration.seconds(1)

const optionsOf = ({ endpoint, headers }: OtlpSettings, signal: collector.Signal, version: string) => ({
  url: `${endpoint.replace(/\/$/, "")}/v1/${signal}`,
  headers: parseHeaders(Redacted.value(headers)) ?? {},
  resource: { serviceName: "natter", serviceVersion: version },
  maxBatchSize,
  shutdownTimeout,
})

/** What the exporter of a signal needs, built in the scope at hand. */
const exporting = Effect.fnUntraced(function* (signal: collector.Signal) {
  const meter = yield* Meters
  return yield* Layer.build(Layer.merge(Layer.fresh(OtlpExporter.layerFlusher), collector.layer(signal, meter)))
})

/** The spans of one publication, the parts as children of the whole. */
const put = (tracer: Tracer.Tracer, publication: Publication, at: (millis: number) => bigint): void => {
  const { batch, deliveries, parent, transport } = publication
  const { readAt, renderedAt, storedAt, takenAt, toldAt, writtenAt } = publication
  const span = (name: string, parent: Option.Option<Tracer.AnySpan>, from: number) =>
    tracer.span({
      name,
      parent,
      annotations: Context.empty(),
      links: [],
      startTime: at(from),
      kind: Option.isNone(parent) ? "server" : "internal",
      root: Option.isNone(parent),
      sampled: true,
    })
  const whole = span("publish", parent === undefined ? Option.none() : Option.some(Tracer.externalSpan(parent)), readAt)
  whole.attribute("natter.transport", transport)
  whole.attribute("natter.batch", batch)
  whole.attribute("natter.deliveries", deliveries)
  const parts = [
    ["mailbox", readAt, takenAt],
    ["history.append", takenAt, storedAt],
    ["fan-out", toldAt, renderedAt],
    ["socket.write", renderedAt, writtenAt],
  ] as const
  for (const [name, from, to] of parts) span(name, Option.some(whole), from).end(at(to), Exit.void)
  whole.end(at(writtenAt), Exit.void)
}

/** Follows messages, as many as the settings say, until the scope closes. */
export const traces = Effect.fnUntraced(function* (
  settings: OtlpSettings,
  version: string,
): Effect.fn.Return<void, never, Scope.Scope> {
  const { sample } = settings.traces
  if (settings.endpoint === "" || sample === 0) return
  const meter = yield* Meters
  const clock = yield* Clock.Clock
  const random = yield* Random.Random
  const context = yield* exporting("traces")
  const tracer = yield* Effect.provideContext(OtlpTracer.make(optionsOf(settings, "traces", version)), context)
  const publications: PublishTracer = {
    sample: () => sample >= 1 || random.nextDoubleUnsafe() < sample,
    record: (publication) => {
      const offset = clock.currentTimeNanosUnsafe() - clock.monotonicTimeNanosUnsafe()
      put(tracer, publication, (millis) => BigInt(Math.round(millis * 1_000_000)) + offset)
    },
  }
  meter.tracer = publications
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      if (meter.tracer === publications) meter.tracer = undefined
    }),
  )
})

/** Sends what the source reads, every so often, until the scope closes. */
export const metrics = Effect.fnUntraced(function* (
  settings: OtlpSettings,
  version: string,
  source: Source,
): Effect.fn.Return<void, never, Scope.Scope> {
  if (settings.endpoint === "" || !settings.metrics) return
  const context = yield* exporting("metrics")
  const { maxBatchSize: _, ...options } = optionsOf(settings, "metrics", version)
  yield* OtlpMetrics.make({ ...options, exportInterval: Duration.seconds(15) }).pipe(
    Effect.provideService(Metric.MetricRegistry, new LiveRegistry(source)),
    Effect.provideContext(context),
  )
})

/** A logger whose lines are sent, until the scope closes; undefined where they are not to be. */
export const logger = Effect.fnUntraced(function* (settings: OtlpSettings, version: string) {
  if (settings.endpoint === "" || !settings.logs) return undefined
  const context = yield* exporting("logs")
  return yield* Effect.provideContext(OtlpLogger.make(optionsOf(settings, "logs", version)), context)
})
