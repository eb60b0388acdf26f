import type { Result } from "./Result.ts"

/** Each bucket reaches a hundredth further than the one before. */
const step = Math.log(1.01)
const shortest = 0.001
const longest = 600_000

const bucketOf = (milliseconds: number): number =>
  Math.max(0, Math.round(Math.log(Math.min(longest, Math.max(shortest, milliseconds)) * 1000) / step))

const middleOf = (bucket: number): number => Math.exp(bucket * step) / 1000

const lastBucket = bucketOf(longest)

/** How many latencies there were, by bucket: only those buckets in which there are any. */
export type Counts = ReadonlyArray<readonly [bucket: number, count: number]>

/** Latencies in milliseconds, to a part in a hundred, from a microsecond to ten minutes. */
export class Histogram {
  count = 0
  /** Those of them that never came: how long they would have taken nobody knows, only that it is longer. */
  lost = 0
  private min = Number.POSITIVE_INFINITY
  private max = 0
  private sum = 0
  /** Of a fixed size, so that recording costs the same however many latencies there are. */
  private readonly buckets = new Float64Array(lastBucket + 1)

  record(milliseconds: number, times = 1): void {
    if (times === 0) return
    this.buckets[bucketOf(milliseconds)]! += times
    this.count += times
    this.sum += milliseconds * times
    if (milliseconds < this.min) this.min = milliseconds
    if (milliseconds > this.max) this.max = milliseconds
  }

  /** Something was due and did not come: it has taken this long at least. */
  lose(milliseconds: number, times = 1): void {
    this.record(milliseconds, times)
    this.lost += times
  }

  /** Adds what another has counted, to the exactness of a bucket. */
  add({ count, counts, lost = 0, max, mean, min }: Result["latencies"][number]): void {
    if (count === 0) return
    this.lost += lost
    for (const [bucket, times] of counts) this.buckets[Math.min(lastBucket, Math.max(0, bucket))]! += times
    this.count += count
    this.sum += mean * count
    this.min = Math.min(this.min, min)
    this.max = Math.max(this.max, max)
  }

  /** The latency that this share of all is not above; 0 where there is none. */
  percentile(share: number): number {
    return this.percentileOf(this.counts, share)
  }

  /** Whether this share of all came, and took at most so long. */
  keeps(share: number, atMost: number): boolean {
    return this.count - this.lost >= this.count * share && this.percentile(share) <= atMost
  }

  summary(name: string): Result["latencies"][number] {
    const { counts } = this
    const at = (share: number) => this.percentileOf(counts, share)
    return {
      name,
      unit: "ms",
      counts,
      count: this.count,
      ...(this.lost === 0 ? {} : { lost: this.lost }),
      min: this.count === 0 ? 0 : this.min,
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      p999: at(0.999),
      max: this.max,
      mean: this.count === 0 ? 0 : this.sum / this.count,
    }
  }

  get counts(): Counts {
    return [...this.buckets].flatMap((count, bucket) => (count === 0 ? [] : [[bucket, count] as const]))
  }

  /** The middle of a bucket may lie outside of what was recorded. */
  private percentileOf(counts: Counts, share: number): number {
    return this.count === 0 ? 0 : Math.min(this.max, Math.max(this.min, percentile([counts], share)))
  }
}

/** The latency that this share of all that several have counted is not above, in milliseconds; 0 where there is none. */
export const percentile = (all: ReadonlyArray<Counts>, share: number): number => {
  const sums = new Float64Array(lastBucket + 1)
  let total = 0
  for (const [bucket, count] of all.flat()) {
    sums[bucket]! += count
    total += count
  }
  let below = 0
  for (const [bucket, count] of sums.entries()) {
    below += count
    if (count > 0 && below >= total * share) return middleOf(bucket)
  }
  return 0
}
