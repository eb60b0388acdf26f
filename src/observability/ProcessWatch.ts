/**
 * How the process is: memory, time of the processor, the event loop, garbage collections. What has to be watched for that
 * is watched from the first time on that somebody asks: who has no metrics read pays nothing.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  constants,
  type IntervalHistogram,
  monitorEventLoopDelay,
  performance,
  PerformanceObserver,
} from "node:perf_hooks"
import * as v8 from "node:v8"
import { Distribution } from "./Distribution.ts"
import { metrics } from "./metrics.ts"
import type { Readings } from "./Readings.ts"

/** Milliseconds between two looks at how late the event loop is. */
const resolution = 20

/** Times are forgotten after so many milliseconds at the earliest, so that two who ask see much the same. */
const forgetAfter = 5000

const collections = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weak",
} as Readonly<Record<number, string>>

interface Collection {
  readonly duration: number
  readonly detail: { readonly kind: number }
}

interface Watch {
  readonly delays: IntervalHistogram
  readonly observer: PerformanceObserver
  /** When the delays were forgotten last. */
  since: number
}

export class ProcessWatch {
  private watch: Watch | undefined
  private readonly collected = new Map(
    Object.values(collections).map((kind) => [kind, new Distribution(metrics.natter_gc_seconds.bounds)]),
  )

  /** Puts down how it is now, in milliseconds of the clock that is never set. */
  read(readings: Readings, now: number): void {
    const memory = process.memoryUsage()
    const { system, user } = process.cpuUsage()
    readings.number("natter_heap_used_bytes", memory.heapUsed)
    readings.number("natter_heap_size_bytes", memory.heapTotal)
    readings.number("natter_heap_limit_bytes", v8.getHeapStatistics().heap_size_limit)
    readings.number("process_resident_memory_bytes", memory.rss)
    readings.number("process_cpu_seconds_total", (user + system) / 1e6)
    readings.number("natter_event_loop_active_seconds_total", performance.eventLoopUtilization().active / 1000)
    this.readDelays(readings, (this.watch ??= this.begin(now)), now)
    for (const [kind, times] of this.collected) readings.distribution("natter_gc_seconds", times, { kind })
  }

  end(): void {
    this.watch?.delays.disable()
    this.watch?.observer.disconnect()
    this.watch = undefined
  }

  private begin(now: number): Watch {
    const delays = monitorEventLoopDelay({ resolution })
    delays.enable()
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as ReadonlyArray<unknown> as ReadonlyArray<Collection>) {
        this.collected.get(collections[entry.detail.kind] ?? "")?.observe(entry.duration / 1000)
      }
    })
    observer.observe({ entryTypes: ["gc"] })
    return { delays, observer, since: now }
  }

  private readDelays(readings: Readings, watch: Watch, now: number): void {
    const { delays } = watch
    // What is measured is how long a turn of the timer took; late is what is beyond its interval.
    const late = (nanos: number) => (delays.count === 0 ? 0 : Math.max(0, nanos / 1e9 - resolution / 1000))
    readings.number("natter_event_loop_delay_seconds", late(delays.percentile(50)), { at: "p50" })
    readings.number("natter_event_loop_delay_seconds", late(delays.percentile(99)), { at: "p99" })
    readings.number("natter_event_loop_delay_seconds", late(delays.max), { at: "max" })
    if (now - watch.since < forgetAfter) return
    watch.since = now
    delays.reset()
  }
}

/** Until the scope closes. */
export const make: Effect.Effect<ProcessWatch, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => new ProcessWatch()),
  (watch) => Effect.sync(() => watch.end()),
)
