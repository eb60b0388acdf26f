/** Reads what the metrics are, from whoever has it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import { Chat } from "../../chat/Chat.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { type Meter, Meters } from "../../observability/Meters.ts"
import * as ProcessWatch from "../../observability/ProcessWatch.ts"
import type { Readings, Source } from "../../observability/Readings.ts"
import { Sessions } from "../../session/Sessions.ts"
import { ConnectionLimits } from "../../transport/ConnectionLimits.ts"
import * as OpenFiles from "../../transport/OpenFiles.ts"
import { TlsContext } from "../../transport/tls/TlsContext.ts"
import { version } from "../version.ts"
import type { FilesShape } from "../../files/FilesShape.ts"
import type { WebhooksShape } from "../../webhooks/WebhooksShape.ts"

/** What was counted. */
const readMeter = (readings: Readings, meter: Meter): void => {
  readings.counts("natter_connections_refused_total", meter.refusals)
  readings.counts("natter_sign_ins_total", meter.signIns)
  readings.counts("natter_disconnects_total", meter.disconnects)
  readings.number("natter_slow_consumers_total", meter.disconnects.get("SlowConsumer"))
  readings.counts("natter_request_errors_total", meter.requestErrors)
  readings.number("natter_frames_received_total", meter.framesReceived)
  readings.number("natter_received_bytes_total", meter.bytesReceived)
  readings.number("natter_frames_sent_total", meter.framesSent)
  readings.number("natter_sent_bytes_total", meter.bytesSent)
  readings.number("natter_messages_total", meter.batchEntries.sum)
  readings.number("natter_deliveries_total", meter.deliveries)
  readings.distribution("natter_delivery_lag_seconds", meter.deliveryLag)
  readings.number("natter_shed_frames_total", meter.shedPresence, { lane: "presence" })
  readings.number("natter_shed_frames_total", meter.shedTyping, { lane: "typing" })
  readings.distribution("natter_history_batch_entries", meter.batchEntries)
  readings.distribution("natter_history_commit_seconds", meter.commit)
  readings.counts("natter_store_failures_total", meter.storeFailures)
  readings.counts("natter_http_requests_total", meter.http.requests)
  for (const [route, times] of meter.http.times) readings.distribution("natter_http_request_seconds", times, { route })
  for (const signal of ["traces", "logs", "metrics"] as const) {
    readings.number("natter_telemetry_sent_total", meter.telemetrySent[signal], { signal })
    readings.number("natter_telemetry_dropped_total", meter.telemetryDropped[signal], { signal })
  }
}

/** Files that people send, where the service takes some. */
const readUploads = (readings: Readings, { counters, underWay }: FilesShape): void => {
  readings.number("natter_uploads", underWay())
  readings.number("natter_file_bytes_total", counters.received, { direction: "in" })
  readings.number("natter_file_bytes_total", counters.read, { direction: "out" })
  readings.number("natter_files_total", counters.whole, { outcome: "whole" })
  readings.number("natter_files_total", counters.refused, { outcome: "refused" })
  readings.number("natter_files_total", counters.removed, { outcome: "removed" })
}

/** What goes out and comes in by webhooks, where the service has some. */
const readWebhooks = (readings: Readings, { counters, stats }: WebhooksShape): void => {
  const { incoming, lag, outgoing } = stats()
  readings.number("natter_webhooks", outgoing, { kind: "outgoing" })
  readings.number("natter_webhooks", incoming, { kind: "incoming" })
  readings.number("natter_webhook_attempts_total", counters.delivered, { outcome: "taken" })
  readings.number("natter_webhook_attempts_total", counters.failed, { outcome: "failed" })
  readings.number("natter_webhook_dead_letters_total", counters.dead)
  readings.number("natter_webhook_missed_total", counters.missed)
  readings.number("natter_webhook_lag_seconds", lag / 1000)
  readings.number("natter_webhook_messages_total", counters.received)
}

/** The transports that are named where nobody is there, too. */
const transports = ["tcp", "tls", "unix", "ws", "wss", "sse"]

interface Options {
  /** The data folder, where something is kept there. */
  readonly folder: string | undefined
  readonly isReady: () => boolean
}

export const make = Effect.fnUntraced(function* ({
  folder,
  isReady,
}: Options): Effect.fn.Return<Source, never, Scope.Scope | Chat | Sessions | ConnectionLimits | TlsContext> {
  const { directory, files, webhooks } = yield* Chat
  const sessions = yield* Sessions
  const limits = yield* ConnectionLimits
  const tls = yield* TlsContext
  const meter = yield* Meters
  const clock = yield* Clock.Clock
  const watch = yield* ProcessWatch.make
  const begunAt = Monotonic.millis(clock)

  const readSessions = (readings: Readings): void => {
    const { transports: found, waiting } = sessions.figures()
    for (const transport of new Set([...transports, ...found.keys()])) {
      readings.number("natter_connections", found.get(transport) ?? 0, { transport })
    }
    readings.number("natter_connections", limits.requests.taken, { transport: "http" })
    readings.number("natter_connections_limit", limits.most())
    for (const [lane, bytes] of Object.entries(waiting)) readings.number("natter_outbox_bytes", bytes, { lane })
  }

  const readHub = (readings: Readings): void => {
    const { channels, memberships, sessions, users, waiting } = directory.figures()
    readings.number("natter_sessions", sessions)
    readings.number("natter_users", users)
    readings.number("natter_channels", channels)
    readings.number("natter_memberships", memberships)
    readings.number("natter_mailbox_commands", waiting.directory, { mailbox: "directory" })
    readings.number("natter_mailbox_commands", waiting.channels, { mailbox: "channels" })
    readings.number("natter_fullest_mailbox_commands", waiting.most)
  }

  const readFiles = (readings: Readings): void => {
    const [open, limit, free] = [OpenFiles.open(), OpenFiles.limit(), folder === undefined ? undefined : freeIn(folder)]
    if (open !== undefined) readings.number("process_open_fds", open)
    if (limit !== undefined) readings.number("process_max_fds", limit)
    if (free !== undefined) readings.number("natter_data_free_bytes", free)
    const expires = tls.expires()
    if (expires !== undefined) readings.number("natter_certificate_expiry_timestamp_seconds", expires / 1000)
  }

  return (readings) => {
    const now = Monotonic.millis(clock)
    readMeter(readings, meter)
    readSessions(readings)
    readHub(readings)
    readFiles(readings)
    if (webhooks !== undefined) readWebhooks(readings, webhooks)
    if (files !== undefined) readUploads(readings, files)
    watch.read(readings, now)
    readings.number("natter_uptime_seconds", (now - begunAt) / 1000)
    readings.number("natter_build_info", 1, { version, node: process.versions.node })
    readings.number("natter_ready", isReady() ? 1 : 0)
  }
})

/** Bytes that this user may still write there. */
const freeIn = (folder: string): number | undefined => {
  try {
    const { bavail, bsize } = fs.statfsSync(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}
