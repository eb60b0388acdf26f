/** The metrics of a thread on their way to another one, and those of several threads together. */
import { Distribution } from "../../observability/Distribution.ts"
import { type MetricName, metrics } from "../../observability/metrics.ts"
import type { Reading } from "../../observability/Readings.ts"

export interface PlainReading extends Omit<Reading, "value"> {
  readonly value:
    | number
    | { readonly bounds: ReadonlyArray<number>; readonly counts: Float64Array; readonly sum: number }
}

export const toPlain = ({ labels, name, value }: Reading): PlainReading => ({
  name,
  labels,
  value: typeof value === "number" ? value : { bounds: value.bounds, counts: value.counts, sum: value.sum },
})

/** The process has these once, whichever thread reads them. */
const isOfProcess = (name: MetricName): boolean => name.startsWith("process_")

/** What is alive in a thread. Other gauges are of the whole, and read in the main thread. */
const perThread: ReadonlySet<MetricName> = new Set<MetricName>([
  "natter_connections",
  "natter_sessions",
  "natter_users",
  "natter_memberships",
  "natter_mailbox_commands",
  "natter_outbox_bytes",
  "natter_uploads",
  "natter_heap_used_bytes",
  "natter_heap_size_bytes",
])

/** The largest of all threads. */
const largest: ReadonlySet<MetricName> = new Set<MetricName>([
  "natter_event_loop_delay_seconds",
  "natter_fullest_mailbox_commands",
])

const isSummed = (name: MetricName): boolean =>
  !isOfProcess(name) && (metrics[name].kind !== "gauge" || perThread.has(name))

const add = (value: Reading["value"], other: PlainReading["value"]): Reading["value"] => {
  if (typeof value === "number") return typeof other === "number" ? value + other : value
  if (typeof other === "number") return value
  const sum = new Distribution(value.bounds)
  sum.sum = value.sum + other.sum
  for (let at = 0; at < sum.counts.length; at++) sum.counts[at] = value.counts[at]! + (other.counts[at] ?? 0)
  return sum
}

const keyOf = ({ labels, name }: Pick<Reading, "labels" | "name">): string => `${name} ${JSON.stringify(labels)}`

/** Those of the main thread, with what the others add to them. */
export const together = (
  main: ReadonlyArray<Reading>,
  others: ReadonlyArray<ReadonlyArray<PlainReading>>,
): ReadonlyArray<Reading> => {
  const found = new Map<string, Reading>(main.map((reading) => [keyOf(reading), reading]))
  for (const reading of others.flat()) {
    const { labels, name, value } = reading
    const key = keyOf(reading)
    const known = found.get(key)
    if (isSummed(name)) {
      const before = known?.value ?? (typeof value === "number" ? 0 : new Distribution(value.bounds))
      found.set(key, { name, labels, value: add(before, value) })
    } else if (largest.has(name) && typeof value === "number" && typeof known?.value === "number") {
      found.set(key, { name, labels, value: Math.max(known.value, value) })
    }
  }
  // One name after the other, as whoever reads them wants it.
  return [...Map.groupBy(found.values(), ({ name }) => name).values()].flat()
}
