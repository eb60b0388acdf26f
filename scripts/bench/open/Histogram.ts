import { createHistogram } from "node:perf_hooks"
import type { Latency } from "../OpenLoad.ts"

const minute = 60_000_000

/** Latencies in milliseconds, kept to a part in a thousand. */
export class Histogram {
  private readonly histogram = createHistogram({ lowest: 1, highest: minute, figures: 3 })

  record(milliseconds: number): void {
    this.histogram.record(Math.min(minute, Math.max(1, Math.round(milliseconds * 1000))))
  }

  get latency(): Latency {
    const { count, max } = this.histogram
    const at = (percentile: number) => (count === 0 ? 0 : this.histogram.percentile(percentile) / 1000)
    return { count, p50: at(50), p99: at(99), p999: at(99.9), max: count === 0 ? 0 : max / 1000 }
  }
}
