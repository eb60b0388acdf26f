/** What is drawn of the metrics: each figure at one moment, from what was read then and what was read before. */
import type { Metrics, Series } from "./answers.ts"

export type FigureName =
  | "sessions"
  | "users"
  | "messages"
  | "deliveries"
  | "deliveryTime"
  | "commitTime"
  | "requestTime"
  | "memory"
  | "heap"
  | "loopDelay"
  | "outbox"

/** Undefined where nothing can be said: nothing happened whose time could have been taken, or there is no such metric. */
export type Figures = Readonly<Record<FigureName, number | undefined>>

const named = ({ metrics }: Metrics, name: string): ReadonlyArray<Series> =>
  metrics.filter((series) => series.name === name)

const total = (metrics: Metrics, name: string): number | undefined => {
  const found = named(metrics, name)
  return found.length === 0 ? undefined : found.reduce((sum, { value = 0 }) => sum + value, 0)
}

const rate = (now: Metrics, before: Metrics, name: string): number | undefined => {
  const [later, earlier] = [total(now, name), total(before, name)]
  if (later === undefined || earlier === undefined || now.at <= before.at) return undefined
  // A service that was started anew counts from nothing.
  return Math.max(0, later - earlier) / ((now.at - before.at) / 1000)
}

/** Of all series of a histogram together, how many there were in each bucket since. */
const since = (now: Metrics, before: Metrics, name: string) => {
  const earlier = new Map(named(before, name).map((series) => [JSON.stringify(series.labels), series]))
  let bounds: ReadonlyArray<number> = []
  const counts: Array<number> = []
  for (const series of named(now, name)) {
    const old = earlier.get(JSON.stringify(series.labels))?.counts
    bounds = series.bounds ?? bounds
    series.counts?.forEach((count, at) => {
      counts[at] = (counts[at] ?? 0) + Math.max(0, count - (old?.[at] ?? 0))
    })
  }
  return { bounds, counts }
}

/** What the given share of values did not exceed, inside its bucket as if they were spread evenly there. */
export const quantile = (
  share: number,
  { bounds, counts }: { readonly bounds: ReadonlyArray<number>; readonly counts: ReadonlyArray<number> },
): number | undefined => {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all === 0) return undefined
  let below = 0
  for (const [at, count] of counts.entries()) {
    if (below + count >= share * all) {
      const from = at === 0 ? 0 : bounds[at - 1]!
      const to = bounds[at] ?? bounds.at(-1)!
      return from + (to - from) * ((share * all - below) / count)
    }
    below += count
  }
  return bounds.at(-1)
}

const p99 = (now: Metrics, before: Metrics, name: string) => quantile(0.99, since(now, before, name))

export const figuresOf = (now: Metrics, before: Metrics): Figures => ({
  sessions: total(now, "natter_sessions"),
  users: total(now, "natter_users"),
  messages: rate(now, before, "natter_messages_total"),
  deliveries: rate(now, before, "natter_deliveries_total"),
  deliveryTime: p99(now, before, "natter_delivery_lag_seconds"),
  commitTime: p99(now, before, "natter_history_commit_seconds"),
  requestTime: p99(now, before, "natter_http_request_seconds"),
  memory: total(now, "process_resident_memory_bytes"),
  heap: total(now, "natter_heap_used_bytes"),
  loopDelay: named(now, "natter_event_loop_delay_seconds").find(({ labels }) => labels["at"] === "p99")?.value,
  outbox: total(now, "natter_outbox_bytes"),
})
