/** The border to Effect's metrics: what was read is put there, in which form whoever prints or sends metrics finds it. */
import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { Distribution } from "./Distribution.ts"
import { type Declaration, type MetricName, metrics } from "./metrics.ts"
import { type Reading, Readings, type Source } from "./Readings.ts"

const ignore = (): void => {}

const names = Object.keys(metrics) as Array<string> as Array<MetricName>

/** As Effect has a histogram: how many were at most so much, for each bound. */
const stateOf = ({ bounds, counts, sum }: Distribution): Metric.HistogramState => {
  let count = 0
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, at): [number, number] => {
    count += counts[at]!
    return [bound, count]
  })
  // What was least and most is not kept.
  return { buckets, count, min: 0, max: 0, sum }
}

const put = (context: Context.Context<never>, { labels, name, value }: Reading): void => {
  const { kind, meaning: description, unit }: Declaration = metrics[name]
  const attributes = { unit, ...labels }
  const register = <State>(metric: Metric.Metric<never, State>, state: State) =>
    Metric.registerUnsafe(metric, context, { get: () => state, update: ignore, modify: ignore })
  if (value instanceof Distribution) {
    register(Metric.histogram(name, { description, attributes, boundaries: value.bounds }), stateOf(value))
  } else if (kind === "counter") {
    register(Metric.counter(name, { description, attributes, incremental: true }), { count: value, incremental: true })
  } else {
    register(Metric.gauge(name, { description, attributes }), { value })
  }
}

/** Everything as it is now. */
const read = (source: Source): Context.Context<never> => {
  const readings = new Readings()
  source(readings)
  const context = Context.make(Metric.MetricRegistry, new Map())
  // In the order in which they are declared.
  const series = Map.groupBy(readings.all, ({ name }) => name)
  for (const name of names) for (const reading of series.get(name) ?? []) put(context, reading)
  return context
}

/** In the text format of Prometheus. */
export const text = (source: Source): string => PrometheusMetrics.formatUnsafe(read(source))

/** A registry in which there is at any time what is so then: for whoever reads it by itself, every so often. */
export class LiveRegistry extends Map {
  private readonly source: Source

  constructor(source: Source) {
    super()
    this.source = source
  }

  override values() {
    return Context.get(read(this.source), Metric.MetricRegistry).values()
  }
}
