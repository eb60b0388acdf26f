import type { LogSnapshot } from "../../../history/HistoryShape.ts"
import type { Stamps } from "../../../history/Stamps.ts"

/** The stamps of one channel. They never run backwards, whatever is done to the wall clock. */
export class ChannelStamps {
  private readonly stamps: Stamps["Service"]
  private readonly rememberIds: number
  private last = Number.NEGATIVE_INFINITY

  /** `rememberIds` in milliseconds, like all times here. */
  constructor(stamps: Stamps["Service"], rememberIds: number) {
    this.stamps = stamps
    this.rememberIds = rememberIds
  }

  /** Goes on behind what history has. */
  load({ ids, recent }: Pick<LogSnapshot, "ids" | "recent">): void {
    this.last = Math.max(this.last, recent.at(-1)?.timestamp ?? this.last, ids.at(-1)?.timestamp ?? this.last)
  }

  /** What is said now gets this one. */
  next(now: number): number {
    return (this.last = Math.max(this.last, this.stamps.at(now)))
  }

  /** Ids with an earlier stamp are not remembered any more. */
  idsSince(now: number): number {
    return this.stamps.before(this.rememberIds, now)
  }
}
