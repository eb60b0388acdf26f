/** A dashboard for Grafana: each panel is a line here, and its metrics are those that are declared. */
import type { MetricName, NameOf } from "../../src/observability/metrics.ts"
import type { Document } from "./Document.ts"

interface Series {
  readonly expr: string
  readonly legend: string
}

interface Panel {
  readonly title: string
  /** As Grafana names it. */
  readonly unit: string
  readonly series: ReadonlyArray<Series>
}

const here = '{instance=~"$instance"}'

const gauge = (name: NameOf<"gauge">, legend: string): Series => ({ expr: `${name}${here}`, legend })

const gaugeBy = (name: NameOf<"gauge">, label: string): Series => ({
  expr: `sum by (${label}) (${name}${here})`,
  legend: `{{${label}}}`,
})

const rate = (name: NameOf<"counter">, legend: string): Series => ({
  expr: `sum(rate(${name}${here}[$__rate_interval]))`,
  legend,
})

const rateBy = (name: NameOf<"counter">, label: string): Series => ({
  expr: `sum by (${label}) (rate(${name}${here}[$__rate_interval]))`,
  legend: `{{${label}}}`,
})

const quantiles = (name: NameOf<"histogram">): ReadonlyArray<Series> =>
  [0.5, 0.99, 0.999].map((share) => ({
    expr: `histogram_quantile(${share}, sum by (le) (rate(${name}_bucket${here}[$__rate_interval])))`,
    legend: `p${share * 100}`,
  }))

const mean = (name: NameOf<"histogram">, legend: string): Series => ({
  expr: `sum(rate(${name}_sum${here}[$__rate_interval])) / sum(rate(${name}_count${here}[$__rate_interval]))`,
  legend,
})

const rateOfSum = (name: NameOf<"histogram">, label: string): Series => ({
  expr: `sum by (${label}) (rate(${name}_sum${here}[$__rate_interval]))`,
  legend: `{{${label}}}`,
})

const panels: ReadonlyArray<Panel> = [
  {
    title: "Connections",
    unit: "short",
    series: [gaugeBy("natter_connections", "transport"), gauge("natter_connections_limit", "limit")],
  },
  {
    title: "Sessions, users, channels",
    unit: "short",
    series: [
      gauge("natter_sessions", "sessions"),
      gauge("natter_users", "users"),
      gauge("natter_channels", "channels"),
    ],
  },
  { title: "Messages", unit: "ops", series: [rate("natter_messages_total", "messages")] },
  { title: "Deliveries", unit: "ops", series: [rate("natter_deliveries_total", "deliveries")] },
  {
    title: "Bytes",
    unit: "Bps",
    series: [rate("natter_received_bytes_total", "in"), rate("natter_sent_bytes_total", "out")],
  },
  { title: "Delivery lag", unit: "s", series: quantiles("natter_delivery_lag_seconds") },
  { title: "Commit", unit: "s", series: quantiles("natter_history_commit_seconds") },
  { title: "Entries stored together", unit: "short", series: [mean("natter_history_batch_entries", "mean")] },
  { title: "Waiting to be sent", unit: "bytes", series: [gaugeBy("natter_outbox_bytes", "lane")] },
  {
    title: "Waiting in mailboxes",
    unit: "short",
    series: [
      gaugeBy("natter_mailbox_commands", "mailbox"),
      gauge("natter_fullest_mailbox_commands", "fullest channel"),
    ],
  },
  {
    title: "Left out and ended",
    unit: "ops",
    series: [rateBy("natter_shed_frames_total", "lane"), rate("natter_slow_consumers_total", "slow consumers")],
  },
  { title: "Disconnects", unit: "ops", series: [rateBy("natter_disconnects_total", "reason")] },
  { title: "Connections refused", unit: "ops", series: [rateBy("natter_connections_refused_total", "reason")] },
  { title: "Sign-ins", unit: "ops", series: [rateBy("natter_sign_ins_total", "outcome")] },
  { title: "Requests refused", unit: "ops", series: [rateBy("natter_request_errors_total", "reason")] },
  { title: "Failures of stores", unit: "ops", series: [rateBy("natter_store_failures_total", "trouble")] },
  { title: "HTTP requests", unit: "ops", series: [rateBy("natter_http_requests_total", "status")] },
  { title: "HTTP request time", unit: "s", series: quantiles("natter_http_request_seconds") },
  {
    title: "Event loop: busy",
    unit: "percentunit",
    series: [
      rate("natter_event_loop_active_seconds_total", "one core"),
      rate("process_cpu_seconds_total", "all threads"),
    ],
  },
  { title: "Event loop: timers late", unit: "s", series: [gaugeBy("natter_event_loop_delay_seconds", "at")] },
  {
    title: "Memory",
    unit: "bytes",
    series: [
      gauge("natter_heap_used_bytes", "heap used"),
      gauge("natter_heap_size_bytes", "heap"),
      gauge("process_resident_memory_bytes", "resident"),
    ],
  },
  { title: "Garbage collection", unit: "s", series: [rateOfSum("natter_gc_seconds", "kind")] },
  { title: "Room on the disk", unit: "bytes", series: [gauge("natter_data_free_bytes", "free")] },
  {
    title: "Open files",
    unit: "short",
    series: [gauge("process_open_fds", "open"), gauge("process_max_fds", "limit")],
  },
]

const datasource = { type: "prometheus", uid: "${datasource}" }
const width = 8
const height = 7

/** In Grafana's own terms. */
const drawn = ({ series, title, unit }: Panel, at: number) => ({
  id: at + 1,
  type: "timeseries",
  title,
  datasource,
  gridPos: { x: (at % 3) * width, y: Math.floor(at / 3) * height, w: width, h: height },
  fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: "never" } }, overrides: [] },
  options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } },
  targets: series.map(({ expr, legend }, index) => ({
    refId: String.fromCharCode(65 + index),
    datasource,
    expr,
    legendFormat: legend,
  })),
})

const instances: MetricName = "natter_build_info"

const dashboard = {
  title: "Natter",
  uid: "natter",
  tags: ["natter"],
  schemaVersion: 39,
  editable: true,
  refresh: "10s",
  time: { from: "now-1h", to: "now" },
  templating: {
    list: [
      { name: "datasource", type: "datasource", query: "prometheus" },
      {
        name: "instance",
        type: "query",
        datasource,
        query: `label_values(${instances}, instance)`,
        refresh: 2,
        includeAll: true,
        multi: true,
        current: { text: "All", value: "$__all" },
      },
    ],
  },
  panels: panels.map(drawn),
}

/** For operators. */
export const grafanaDashboard: Document = {
  path: "docs/operating/grafana.json",
  render: () => `${JSON.stringify(dashboard, null, 2)}\n`,
}
