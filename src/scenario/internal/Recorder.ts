import type * as Clock from "effect/Clock"
import type { Timed } from "../Expectation.ts"
import { Histogram } from "../Histogram.ts"
import { measuredPart, type Result } from "../Result.ts"
import type { Sample } from "../World.ts"

/** Reasons that are told apart; what comes beyond is counted together. */
const reasonsKept = 100

/** What is measured of a run, and a point of every second of it. Latencies count where they were due in the measured part. */
export class Recorder {
  sent = 0
  delivered = 0
  acknowledged = 0
  /** Sent, and given up. */
  unsaid = 0
  failed = 0
  membersIn = 0
  /** Of the measured part, by `now`. */
  from = Number.POSITIVE_INFINITY
  to = Number.POSITIVE_INFINITY
  /** The most that the service occupied, where it is known. */
  mostMemory: number | undefined
  readonly latencies = new Map<Timed, Histogram>()
  readonly errors = new Map<string, number>()
  readonly marks: Array<{ readonly at: number; readonly label: string }> = []
  private readonly clock: Clock.Clock
  private readonly origin: number
  private readonly all = new Map<string, { name: string; unit: string; points: Array<readonly [number, number]> }>()
  private recent = new Histogram()
  private last = { at: 0, sent: 0, delivered: 0, failed: 0, cpu: undefined as number | undefined }

  constructor(clock: Clock.Clock) {
    this.clock = clock
    this.origin = this.now()
  }

  /** Milliseconds, by a clock that all processes of a machine share. */
  now(): number {
    return Number(this.clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  /** Seconds since the load began. */
  get elapsed(): number {
    return (this.now() - this.origin) / 1000
  }

  begin(): void {
    this.from = this.now()
    this.mark(measuredPart.begins)
  }

  end(): void {
    this.to = this.now()
    this.mark(measuredPart.ends)
  }

  mark(label: string): void {
    this.marks.push({ at: this.elapsed, label })
  }

  error(reason: string): void {
    const kept = this.errors.has(reason) || this.errors.size < reasonsKept ? reason : "other"
    this.errors.set(kept, (this.errors.get(kept) ?? 0) + 1)
    this.failed++
  }

  /** Something that was due at a moment is done now. What comes with arriving is timed as well. */
  done(what: Timed, due: number): void {
    const took = Math.max(0, this.now() - due)
    if (what === "delivery") this.recent.record(took)
    const measured = due >= this.from && due < this.to
    if (!measured && (what === "delivery" || what === "acknowledgement")) return
    let histogram = this.latencies.get(what)
    if (histogram === undefined) this.latencies.set(what, (histogram = new Histogram()))
    histogram.record(took)
  }

  /** Adds a point to each graph, for the time since the last; what was delivered in that time took so long. */
  point({ cpuSeconds, residentBytes }: Sample): { readonly p50: number; readonly p99: number } | undefined {
    const { delivered, elapsed: at, failed, last, recent, sent } = this
    const seconds = at - last.at
    if (seconds <= 0) return undefined
    this.last = { at, sent, delivered, failed, cpu: cpuSeconds }
    this.add("sent", "/s", (sent - last.sent) / seconds)
    this.add("delivered", "/s", (delivered - last.delivered) / seconds)
    this.add("errors", "/s", (failed - last.failed) / seconds)
    this.add("members in", "", this.membersIn)
    if (residentBytes !== undefined) {
      this.mostMemory = Math.max(this.mostMemory ?? 0, residentBytes)
      this.add("service memory", "bytes", residentBytes)
    }
    // After a restart it counts from nothing again.
    if (cpuSeconds !== undefined && last.cpu !== undefined && cpuSeconds >= last.cpu) {
      this.add("service cpu", "%", ((cpuSeconds - last.cpu) / seconds) * 100)
    }
    if (recent.count === 0) return undefined
    this.recent = new Histogram()
    const latency = { p50: recent.percentile(0.5), p99: recent.percentile(0.99) }
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
