import { IdTable, type Place } from "../../../domain/IdTable.ts"
import type { MessageId } from "../../../domain/MessageId.ts"
import type { Seq } from "../../../domain/Seq.ts"
import type { UserId } from "../../../domain/User.ts"

/** Ids after which a generation is full. At most twice as many are kept of one channel. */
const maxIds = 16_384

/**
 * The client-made ids of the last entries, so that one sent again is recognised without asking history, which knows
 * them all. Bounded by age and by number, in two generations.
 */
export class RecentIds {
  private readonly lifetime: number
  private young: IdTable | undefined
  private old: IdTable | undefined

  /** `lifetime` in milliseconds. */
  constructor(lifetime: number) {
    this.lifetime = lifetime
  }

  /** Where it was stored, unless that has an earlier stamp than `since`. */
  find(user: UserId, id: MessageId, since: number): Place | undefined {
    const found = this.young?.find(user, id) ?? this.old?.find(user, id)
    return found === undefined || found.timestamp < since ? undefined : found
  }

  add(user: UserId, id: MessageId, seq: Seq, timestamp: number): void {
    this.youngAt(timestamp).add(user, id, seq, timestamp)
  }

  forget(user: UserId, id: MessageId): void {
    this.young?.forget(user, id)
    this.old?.forget(user, id)
  }

  /** The generation for what has this stamp. A wall clock that jumps ends one early: history knows the ids all the same. */
  private youngAt(timestamp: number): IdTable {
    const { old, young } = this
    const full = young !== undefined && young.size >= maxIds
    if (young !== undefined && !full && timestamp - young.earliest <= this.lifetime) return young
    this.old = young
    // One that is old but not full is better made anew, since a small one may do from now on.
    return (this.young = full && old !== undefined ? old.cleared() : new IdTable())
  }
}
