import type { Counts } from "../OpenLoad.ts"

/** Each bucket reaches a hundredth further than the one before. */
const step = Math.log(1.01)
const minute = 60_000

const bucketOf = (milliseconds: number): number =>
  Math.max(0, Math.round(Math.log(Math.min(minute, Math.max(0.001, milliseconds)) * 1000) / step))

/** Latencies in milliseconds, to a part in a hundred, from a microsecond to a minute. */
export class Histogram {
  private readonly buckets = new Uint32Array(bucketOf(minute) + 1)

  record(milliseconds: number): void {
    this.buckets[bucketOf(milliseconds)]!++
  }

  get counts(): Counts {
    return [...this.buckets].flatMap((count, bucket) => (count === 0 ? [] : [[bucket, count] as const]))
  }
}

/** The latency that this share of all is not above, in milliseconds; 0 where there is none. */
export const percentile = (all: ReadonlyArray<Counts>, share: number): number => {
  const sums = new Map<number, number>()
  let total = 0
  for (const [bucket, count] of all.flat()) {
    sums.set(bucket, (sums.get(bucket) ?? 0) + count)
    total += count
  }
  let below = 0
  for (const [bucket, count] of [...sums].sort(([a], [b]) => a - b)) {
    below += count
    if (below >= total * share) return Math.exp(bucket * step) / 1000
  }
  return 0
}
