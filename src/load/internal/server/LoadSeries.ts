/** The graphs of a load of another server, with a point for every second. */
import type { LoadRecord } from "./LoadRecord.ts"
import type { Snapshot } from "../../../scenario/Snapshot.ts"

export interface Series {
  readonly name: string
  readonly unit: string
  readonly points: ReadonlyArray<readonly [number, number]>
}

/** Seconds of a point, at least. */
const shortest = 0.5

const mebibyte = 1024 * 1024

export class LoadSeries {
  private readonly record: LoadRecord
  private readonly all = new Map<string, { name: string; unit: string; points: Array<readonly [number, number]> }>()
  private last = { at: 0, sent: 0, answered: 0, failed: 0, bytesReceived: 0, cpu: process.cpuUsage() }

  constructor(record: LoadRecord) {
    this.record = record
  }

  get series(): ReadonlyArray<Series> {
    return [...this.all.values()]
  }

  /** Adds a point for the time since the last one; the latencies of that time, where something was answered. */
  add(): Snapshot["latency"] {
    const { last, record } = this
    const { answered, bytesReceived, failed, sent } = record
    const at = record.now()
    const seconds = (at - last.at) / 1000
    // What happened in a moment is no rate: it would be drawn as a spike.
    if (seconds < shortest) return undefined
    const cpu = process.cpuUsage()
    const busy = (cpu.user + cpu.system - last.cpu.user - last.cpu.system) / 1e6
    this.last = { at, sent, answered, failed, bytesReceived, cpu }
    const latency = record.takeRecent()
    if (latency !== undefined) {
      this.point("response p50", "ms", latency.p50)
      this.point("response p99", "ms", latency.p99)
    }
    this.point("sent", "/s", (sent - last.sent) / seconds)
    this.point("answered", "/s", (answered - last.answered) / seconds)
    this.point("errors", "/s", (failed - last.failed) / seconds)
    this.point("received", "MiB/s", (bytesReceived - last.bytesReceived) / mebibyte / seconds)
    this.point("connections", "", record.connected)
    // Where this comes near 100 %, the figures show the limit of the load, not of the server.
    this.point("cpu of the load itself", "%", (busy / seconds) * 100)
    return latency
  }

  private point(name: string, unit: string, value: number): void {
    let one = this.all.get(name)
    if (one === undefined) this.all.set(name, (one = { name, unit, points: [] }))
    one.points.push([Math.round(this.record.now()) / 1000, Math.round(value * 1000) / 1000])
  }
}
