/**
 * Every metric, once: its name, what it is, in which unit, by which labels it is told apart, and what it means. The text
 * for Prometheus, what goes to a collector, docs/METRICS.md and whoever shows them go by this list. A name is never used
 * for something else, and no label is a user's, a channel's or an address: there are as many series as this list says,
 * however many people come.
 */

type Kind = "counter" | "gauge" | "histogram"

export interface Declaration {
  readonly kind: Kind
  readonly unit: string
  readonly labels: ReadonlyArray<string>
  /** One line, for people. */
  readonly meaning: string
  /** Of a histogram. */
  readonly bounds?: ReadonlyArray<number>
}

const counter = <const Labels extends ReadonlyArray<string> = readonly []>(
  unit: string,
  meaning: string,
  labels?: Labels,
) => ({ kind: "counter" as const, unit, labels: (labels ?? []) as Labels, meaning })

const gauge = <const Labels extends ReadonlyArray<string> = readonly []>(
  unit: string,
  meaning: string,
  labels?: Labels,
) => ({ kind: "gauge" as const, unit, labels: (labels ?? []) as Labels, meaning })

const histogram = <const Labels extends ReadonlyArray<string> = readonly []>(
  unit: string,
  bounds: ReadonlyArray<number>,
  meaning: string,
  labels?: Labels,
) => ({ kind: "histogram" as const, unit, bounds, labels: (labels ?? []) as Labels, meaning })

/** Of seconds, from a tenth of a millisecond to ten seconds. */
const short = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Of seconds, for what takes a millisecond at least. */
const long = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const powersOfTwo = [1, 2, 4, 8, 16, 32, 64, 128, 256]

export const metrics = {
  natter_connections: gauge(
    "connections",
    "Connections that carry a session, by transport (`tls` and `wss` are encrypted, `unix` is a socket in the file system), and those of HTTP that carry requests (`http`)",
    ["transport"],
  ),
  natter_connections_refused_total: counter(
    "connections",
    "Connections that were not let in: `ServerFull` and `TooManyConnections` were told so, for `Overwhelmed` there was no time",
    ["reason"],
  ),
  natter_connections_limit: gauge("connections", "Connections with a session that are let in at once"),
  natter_sessions: gauge("sessions", "Sessions that are signed in, those inside this program too"),
  natter_users: gauge("users", "Users with a session at least"),
  natter_channels: gauge("channels", "Channels in use"),
  natter_memberships: gauge("memberships", "Sessions in channels: a session in three of them counts three times"),
  natter_sign_ins_total: counter(
    "attempts",
    "Attempts to sign in, by `password`, `token` or `certificate`, and what became of them: `ok` or the reason of the error",
    ["method", "outcome"],
  ),
  natter_disconnects_total: counter("sessions", "Sessions that have ended, by the reason of the disconnect", [
    "reason",
  ]),
  natter_slow_consumers_total: counter(
    "sessions",
    "Sessions that were ended since they did not read what they were sent",
  ),
  natter_request_errors_total: counter("requests", "Requests that were answered with an error, by its reason", [
    "reason",
  ]),

  natter_frames_received_total: counter("frames", "Frames that clients have sent"),
  natter_received_bytes_total: counter("bytes", "Bytes that came in on connections with a session, as they came"),
  natter_frames_sent_total: counter("frames", "Frames that were handed to connections"),
  natter_sent_bytes_total: counter("bytes", "Bytes of these frames"),
  natter_messages_total: counter(
    "messages",
    "Messages, edits, deletions and reactions that got their place and were stored",
  ),
  natter_deliveries_total: counter(
    "frames",
    "Frames about what happens in channels, of all its members: one message to a channel of a hundred is a hundred",
  ),
  natter_delivery_lag_seconds: histogram(
    "seconds",
    short,
    "From reading a message off its connection to writing it to those of the members; one message a turn of a channel is timed",
  ),
  natter_outbox_bytes: gauge(
    "bytes",
    "What waits to be sent, by lane; `leaving` was given to connections that have no room",
    ["lane"],
  ),
  natter_shed_frames_total: counter("frames", "Frames that were left out since their reader was slow, by lane", [
    "lane",
  ]),
  natter_mailbox_commands: gauge(
    "commands",
    "Commands that wait in mailboxes: in the directory's, and in those of all channels together",
    ["mailbox"],
  ),
  natter_fullest_mailbox_commands: gauge("commands", "Commands that wait in the channel that has most of them"),

  natter_history_batch_entries: histogram("entries", powersOfTwo, "Entries that were stored together"),
  natter_history_commit_seconds: histogram(
    "seconds",
    short,
    "Time that storing such a batch took, the wait for the disk included; a history in memory takes none, and is not timed",
  ),
  natter_store_failures_total: counter(
    "calls",
    "Calls of a store that failed, by what it keeps (`files` are their bytes, `file_records` what is known of them), and why: `full` is a disk without room, `away` cannot be reached, `busy` had too much to do",
    ["store", "trouble"],
  ),
  natter_uploads: gauge("files", "Files that are being sent to the service at this moment"),
  natter_file_bytes_total: counter(
    "bytes",
    "Bytes of files that came and are safe (`in`), and that were read (`out`)",
    ["direction"],
  ),
  natter_files_total: counter(
    "files",
    "Files that came whole, that were refused by their hash or the scanner, and that are gone",
    ["outcome"],
  ),
  natter_webhooks: gauge("webhooks", "Webhooks there are, `outgoing` and `incoming`", ["kind"]),
  natter_webhook_attempts_total: counter(
    "attempts",
    "Deliveries of outgoing webhooks that were tried: `taken` or `failed`, whether they are tried again or not",
    ["outcome"],
  ),
  natter_webhook_dead_letters_total: counter("deliveries", "Deliveries of outgoing webhooks that were given up"),
  natter_webhook_missed_total: counter(
    "entries",
    "Entries that outgoing webhooks could not deliver, since history had lost them or there were too many",
  ),
  natter_webhook_lag_seconds: gauge(
    "seconds",
    "Time since the entry was said that waits longest to be delivered by an outgoing webhook; 0 where none waits",
  ),
  natter_webhook_messages_total: counter("messages", "Messages that came in by webhooks"),
  natter_data_free_bytes: gauge(
    "bytes",
    "Room on the disk of the data folder, where the service keeps something there",
  ),

  natter_http_requests_total: counter(
    "requests",
    "Requests to the HTTP API that were answered, by method, route and status",
    ["method", "route", "status"],
  ),
  natter_http_request_seconds: histogram("seconds", long, "Time from a request to the end of its answer", ["route"]),

  natter_event_loop_active_seconds_total: counter(
    "seconds",
    "Time in which the event loop was busy: its rate is the share of one core that it uses",
  ),
  natter_event_loop_delay_seconds: gauge(
    "seconds",
    "By how much timers are late, since it was asked for last: half of them (`p50`), one in a hundred (`p99`) and the latest (`max`). Measured from the first time on that somebody asks",
    ["at"],
  ),
  natter_gc_seconds: histogram(
    "seconds",
    short,
    "Time of a garbage collection, by its kind. Measured from the first time on that somebody asks for metrics",
    ["kind"],
  ),
  natter_heap_used_bytes: gauge("bytes", "Memory of JavaScript that is in use"),
  natter_heap_size_bytes: gauge("bytes", "Memory that JavaScript has, in use or not"),
  natter_heap_limit_bytes: gauge("bytes", "Memory of JavaScript beyond which the process ends"),
  process_resident_memory_bytes: gauge("bytes", "Memory of the process that is in RAM"),
  process_cpu_seconds_total: counter("seconds", "Time of processors that the process has used"),
  process_open_fds: gauge("files", "Files and sockets that are open"),
  process_max_fds: gauge("files", "Files and sockets that may be open (`ulimit -n`)"),
  natter_uptime_seconds: gauge("seconds", "Time since the service began to start"),
  natter_build_info: gauge("1", "Always 1; which version runs, and on which of Node", ["version", "node"]),
  natter_ready: gauge("1", "1 where `/readyz` says ready, otherwise 0"),
  natter_certificate_expiry_timestamp_seconds: gauge(
    "seconds",
    "When the TLS certificate expires, in seconds since 1970; absent where there is none",
  ),

  natter_telemetry_sent_total: counter(
    "items",
    "Spans, log lines and metrics that the collector took (`otlp.*`), by signal",
    ["signal"],
  ),
  natter_telemetry_dropped_total: counter(
    "items",
    "Those that were dropped, since the collector was away, slow or said no",
    ["signal"],
  ),
} as const

export type Metrics = typeof metrics
export type MetricName = keyof Metrics
export type NameOf<K extends Kind> = {
  [Name in MetricName]: Metrics[Name]["kind"] extends K ? Name : never
}[MetricName]
