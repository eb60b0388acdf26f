/** What a service does at this moment, made of what it says of itself twice. */
import { quantile, type Samples } from "../Samples.ts"

export interface Vitals {
  readonly version: string | undefined
  readonly uptime: number | undefined
  readonly ready: boolean | undefined
  /** By transport, those that there are. */
  readonly connections: ReadonlyMap<string, number>
  readonly connectionsLimit: number | undefined
  readonly sessions: number | undefined
  readonly users: number | undefined
  readonly channels: number | undefined
  /** A second, since it was asked before. */
  readonly messages: number | undefined
  readonly deliveries: number | undefined
  readonly bytesIn: number | undefined
  readonly bytesOut: number | undefined
  readonly refused: number | undefined
  readonly shed: number | undefined
  readonly slowConsumers: number | undefined
  readonly storeFailures: number | undefined
  readonly requestErrors: number | undefined
  readonly httpRequests: number | undefined
  /** Seconds. */
  readonly lag: Percentiles
  readonly commit: Percentiles
  /** Entries stored together, on the average. */
  readonly batch: number | undefined
  readonly outboxBytes: number | undefined
  /** Commands that wait in the mailbox that has most of them. */
  readonly mailbox: number | undefined
  /** Seconds by which timers are late. */
  readonly loopDelay: Percentiles
  /** The share of time in which the event loop was busy. */
  readonly loopBusy: number | undefined
  readonly heapUsed: number | undefined
  readonly heapLimit: number | undefined
  readonly resident: number | undefined
  readonly freeBytes: number | undefined
}

export interface Percentiles {
  readonly p50: number | undefined
  readonly p99: number | undefined
}

/** What lies so many seconds between two moments. A service that was started in between begins at nothing again. */
export const vitals = (before: Samples, after: Samples, seconds: number): Vitals => {
  const perSecond = (name: string): number | undefined => {
    const now = after.value(name)
    // A counter appears with the first that it counts.
    if (now === undefined || seconds <= 0) return undefined
    const then = before.value(name) ?? 0
    return (now >= then ? now - then : now) / seconds
  }
  const percentiles = (name: string): Percentiles => {
    const [then, now] = [before.buckets(name), after.buckets(name)]
    return { p50: quantile(0.5, then, now), p99: quantile(0.99, then, now) }
  }
  const [batches, entries] = [
    perSecond("natter_history_batch_entries_count"),
    perSecond("natter_history_batch_entries_sum"),
  ]
  const ready = after.value("natter_ready")
  return {
    version: after.label("natter_build_info", "version"),
    uptime: after.value("natter_uptime_seconds"),
    ready: ready === undefined ? undefined : ready === 1,
    connections: new Map([...after.by("natter_connections", "transport")].filter(([, count]) => count > 0)),
    connectionsLimit: after.value("natter_connections_limit"),
    sessions: after.value("natter_sessions"),
    users: after.value("natter_users"),
    channels: after.value("natter_channels"),
    messages: perSecond("natter_messages_total"),
    deliveries: perSecond("natter_deliveries_total"),
    bytesIn: perSecond("natter_received_bytes_total"),
    bytesOut: perSecond("natter_sent_bytes_total"),
    refused: perSecond("natter_connections_refused_total"),
    shed: perSecond("natter_shed_frames_total"),
    slowConsumers: perSecond("natter_slow_consumers_total"),
    storeFailures: perSecond("natter_store_failures_total"),
    requestErrors: perSecond("natter_request_errors_total"),
    httpRequests: perSecond("natter_http_requests_total"),
    lag: percentiles("natter_delivery_lag_seconds"),
    commit: percentiles("natter_history_commit_seconds"),
    batch: batches === undefined || entries === undefined || batches === 0 ? undefined : entries / batches,
    outboxBytes: after.value("natter_outbox_bytes"),
    mailbox: after.value("natter_fullest_mailbox_commands"),
    loopDelay: {
      p50: after.value("natter_event_loop_delay_seconds", { at: "p50" }),
      p99: after.value("natter_event_loop_delay_seconds", { at: "p99" }),
    },
    loopBusy: perSecond("natter_event_loop_active_seconds_total"),
    heapUsed: after.value("natter_heap_used_bytes"),
    heapLimit: after.value("natter_heap_limit_bytes"),
    resident: after.value("process_resident_memory_bytes"),
    freeBytes: after.value("natter_data_free_bytes"),
  }
}
