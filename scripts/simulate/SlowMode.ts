import type { Channel } from "./Channels.ts"
import { isSlowed, type Someone } from "./Rules.ts"

/** Checks that where there is slow mode, people wait between two messages. */
export class SlowMode {
  private readonly spokenAt = new WeakMap<Channel, Map<string, number>>()
  /** The service knows in its memory who has spoken, and forgets it where that is lost or in doubt. */
  private forgottenAt = 0

  /** What was said up to a moment does not count: by then the service runs anew, and its disk does as it is told. */
  forget(upTo: number): void {
    this.forgottenAt = Math.max(this.forgottenAt, upTo)
  }

  /** Whether a message at this moment comes late enough behind the one before. */
  allows(channel: Channel, who: Someone, now: number): boolean {
    const { record } = channel
    const slowMode = record?.slowMode ?? 0
    if (record === undefined || slowMode === 0) return true
    const spoken = this.spokenAt.get(channel) ?? new Map<string, number>()
    this.spokenAt.set(channel, spoken)
    const last = spoken.get(who.name) ?? 0
    spoken.set(who.name, now)
    return last <= this.forgottenAt || now - last >= slowMode || !isSlowed(record, who)
  }
}
