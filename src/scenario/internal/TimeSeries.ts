import type * as Clock from "effect/Clock"
import { Histogram } from "../Histogram.ts"
import type { Result } from "../Result.ts"
import type { Snapshot } from "../Snapshot.ts"
import type { Counts } from "../LoadGenerator.ts"
import type { Sample } from "../World.ts"

/** Seconds of a point, at least: what happened in a moment is no rate, and would be drawn as a spike. */
const shortest = 0.5

/** The graphs of a run, with a point for every second, and the marks in them. */
export class TimeSeries {
  readonly marks: Array<{ readonly at: number; readonly label: string }> = []
  /** The most memory that the service occupied, in bytes; undefined where it cannot be measured. */
  mostMemory: number | undefined
  private readonly clock: Clock.Clock
  private readonly origin: number
  private readonly all = new Map<string, { name: string; unit: string; points: Array<readonly [number, number]> }>()
  private last = { at: 0, sent: 0, delivered: 0, failed: 0, cpu: undefined as number | undefined }

  constructor(clock: Clock.Clock) {
    this.clock = clock
    this.origin = this.now()
  }

  /** Milliseconds of the monotonic clock, which all processes of a machine share. */
  now(): number {
    return Number(this.clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  /** Seconds since the load began. */
  get elapsed(): number {
    return (this.now() - this.origin) / 1000
  }

  mark(label: string): void {
    this.marks.push({ at: this.elapsed, label })
  }

  /** Adds a point to each graph for the time since the last one. Returns the latency of the deliveries in that time. */
  point(
    { delivered, failed, membersIn, sent }: Counts,
    recent: Result["latencies"],
    { cpuSeconds, residentBytes }: Sample,
  ): Snapshot["latency"] {
    const { elapsed: at, last } = this
    if (residentBytes !== undefined) this.mostMemory = Math.max(this.mostMemory ?? 0, residentBytes)
    const seconds = at - last.at
    if (seconds < shortest) return undefined
    this.last = { at, sent, delivered, failed, cpu: cpuSeconds }
    this.add("sent", "/s", (sent - last.sent) / seconds)
    this.add("delivered", "/s", (delivered - last.delivered) / seconds)
    this.add("errors", "/s", (failed - last.failed) / seconds)
    this.add("members in", "", membersIn)
    if (residentBytes !== undefined) this.add("service memory", "bytes", residentBytes)
    // A service that was restarted counts its CPU time from 0 again.
    if (cpuSeconds !== undefined && last.cpu !== undefined && cpuSeconds >= last.cpu) {
      this.add("service cpu", "%", ((cpuSeconds - last.cpu) / seconds) * 100)
    }
    const histogram = new Histogram()
    for (const one of recent) histogram.add(one)
    if (histogram.count === 0) return undefined
    const latency = { p50: histogram.percentile(0.5), p99: histogram.percentile(0.99) }
    this.add("delivery p50", "ms", latency.p50)
    this.add("delivery p99", "ms", latency.p99)
    return latency
  }

  get series(): Result["series"] {
    return [...this.all.values()]
  }

  private add(name: string, unit: string, value: number): void {
    let one = this.all.get(name)
    if (one === undefined) this.all.set(name, (one = { name, unit, points: [] }))
    one.points.push([Math.round(this.elapsed * 1000) / 1000, Math.round(value * 1000) / 1000])
  }
}
