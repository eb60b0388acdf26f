import type { Snapshot } from "../../../scenario/Snapshot.ts"

/** Seconds over which a rate is taken. A shorter time makes it jump, a longer one makes it lag. */
const window = 3

/** Messages a second. */
export interface PerSecond {
  readonly sent: number
  readonly delivered: number
}

type Point = Pick<Snapshot, "delivered" | "elapsed" | "sent">

const gap = 0.1

/** Rates of the last seconds, from counters that only grow. */
export class Rates {
  // Those in the window, and the last one before it.
  private points: Array<Point> = []

  add({ delivered, elapsed, sent }: Snapshot): void {
    const before = this.points.at(-2)
    if (before !== undefined && elapsed - before.elapsed < gap) this.points.pop()
    this.points.push({ delivered, elapsed, sent })
    while (this.points.length > 2 && elapsed - this.points[1]!.elapsed >= window) this.points.shift()
  }

  get now(): PerSecond {
    const first = this.points[0]
    const last = this.points.at(-1)
    const seconds = first === undefined || last === undefined ? 0 : last.elapsed - first.elapsed
    if (seconds <= 0) return { sent: 0, delivered: 0 }
    return { sent: (last!.sent - first!.sent) / seconds, delivered: (last!.delivered - first!.delivered) / seconds }
  }
}
