import type { MessageId } from "../../../domain/MessageId.ts"
import type { Seq } from "../../../domain/Seq.ts"
import type { UserId } from "../../../domain/User.ts"
import type { Known } from "../../../domain/Entry.ts"

/** Ids after which a generation is full. At most twice as many are kept of one channel. */
const maxIds = 16_384

/**
 * The ids of some time. A number per id is all that is kept: an object for each would be copied by the garbage collector
 * again and again before it is old.
 */
class Generation {
  private readonly users = new Map<UserId, Map<MessageId, number>>()
  private readonly seqs: Array<Seq> = []
  private readonly timestamps: Array<number> = []

  get size(): number {
    return this.seqs.length
  }

  /** When its first id came. */
  get since(): number {
    return this.timestamps[0] ?? Number.POSITIVE_INFINITY
  }

  find(user: UserId, id: MessageId): Place | undefined {
    const at = this.users.get(user)?.get(id)
    return at === undefined ? undefined : { seq: this.seqs[at]!, timestamp: this.timestamps[at]! }
  }

  add(user: UserId, id: MessageId, seq: Seq, timestamp: number): void {
    let ids = this.users.get(user)
    if (ids === undefined) this.users.set(user, (ids = new Map()))
    ids.set(id, this.seqs.length)
    this.seqs.push(seq)
    this.timestamps.push(timestamp)
  }

  forget(user: UserId, id: MessageId): void {
    this.users.get(user)?.delete(id)
  }
}

type Place = Pick<Known, "seq" | "timestamp">

/**
 * The client-made ids of the last entries, so that one sent again is recognised without asking history, which knows
 * them all. Bounded by age and by number, in two generations.
 */
export class RecentIds {
  private readonly lifetime: number
  private young = new Generation()
  private old = new Generation()

  /** `lifetime` in milliseconds. */
  constructor(lifetime: number) {
    this.lifetime = lifetime
  }

  find(user: UserId, id: MessageId, now: number): Place | undefined {
    const found = this.young.find(user, id) ?? this.old.find(user, id)
    return found === undefined || now - found.timestamp > this.lifetime ? undefined : found
  }

  add(user: UserId, id: MessageId, seq: Seq, timestamp: number): void {
    if (this.young.size >= maxIds || timestamp - this.young.since > this.lifetime) {
      this.old = this.young
      this.young = new Generation()
    }
    this.young.add(user, id, seq, timestamp)
  }

  forget(user: UserId, id: MessageId): void {
    this.young.forget(user, id)
    this.old.forget(user, id)
  }
}
