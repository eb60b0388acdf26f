import type { Result } from "./Result.ts"

/** Each bucket reaches a hundredth further than the one before. */
const step = Math.log(1.01)
const longest = 600_000

const bucketOf = (milliseconds: number): number =>
  Math.max(0, Math.round(Math.log(Math.min(longest, Math.max(0.001, milliseconds)) * 1000) / step))

const middleOf = (bucket: number): number => Math.exp(bucket * step) / 1000

/** Latencies in milliseconds, to a part in a hundred, from a microsecond to ten minutes. */
export class Histogram {
  count = 0
  private min = Number.POSITIVE_INFINITY
  private max = 0
  private sum = 0
  private readonly buckets = new Map<number, number>()

  record(milliseconds: number): void {
    const bucket = bucketOf(milliseconds)
    this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + 1)
    this.count++
    this.sum += milliseconds
    if (milliseconds < this.min) this.min = milliseconds
    if (milliseconds > this.max) this.max = milliseconds
  }

  /** Adds what another has counted, to the exactness of a bucket. */
  add({ count, counts, max, mean, min }: Result["latencies"][number]): void {
    if (count === 0) return
    for (const [bucket, times] of counts) this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + times)
    this.count += count
    this.sum += mean * count
    this.min = Math.min(this.min, min)
    this.max = Math.max(this.max, max)
  }

  /** What this share of all is not above; 0 where there is none. */
  percentile(share: number): number {
    return this.percentileOf(this.counts(), share)
  }

  summary(name: string): Result["latencies"][number] {
    const counts = this.counts()
    const at = (share: number) => this.percentileOf(counts, share)
    return {
      name,
      unit: "ms",
      counts,
      count: this.count,
      min: this.count === 0 ? 0 : this.min,
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      p999: at(0.999),
      max: this.max,
      mean: this.count === 0 ? 0 : this.sum / this.count,
    }
  }

  private counts(): Array<[number, number]> {
    return [...this.buckets].sort(([a], [b]) => a - b)
  }

  private percentileOf(counts: ReadonlyArray<readonly [number, number]>, share: number): number {
    let below = 0
    for (const [bucket, count] of counts) {
      below += count
      if (below >= this.count * share) return Math.min(this.max, Math.max(this.min, middleOf(bucket)))
    }
    return 0
  }
}
