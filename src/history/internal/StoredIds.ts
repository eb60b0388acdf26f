import type { Entry, Known } from "../../domain/Entry.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { UserId } from "../../domain/User.ts"

/** The ids of a run of entries whose places follow each other. */
interface Generation {
  readonly users: Map<UserId, Map<MessageId, Seq>>
  /** Ids in it. */
  count: number
  /** The place of its first entry. */
  readonly first: Seq
  /** When its entries were stored, by place: numbers in one array are no objects for the garbage collector. */
  readonly times: Array<number>
  /** The latest of these times. */
  newest: number
}

const generation = (first: Seq): Generation => ({ users: new Map(), count: 0, first, times: [], newest: -Infinity })

/**
 * The ids that one channel has stored: the latest `capacity` in any case, at most twice as many. They are kept longer
 * than entries may be, so nothing here refers to an entry, whose content could then not go.
 *
 * There are two generations. When the young one is full, the old one is dropped as a whole and the young one takes its
 * place: no id is ever deleted from a map that others are looked up in.
 */
export class StoredIds {
  private readonly capacity: number
  private old: Generation | undefined
  private young: Generation | undefined
  /** Ids stored before this time are forgotten. */
  private forgottenBefore = -Infinity

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** Notes an entry; it follows the last one noted. */
  add({ from, id, seq, timestamp }: Entry): void {
    if (this.young === undefined || this.young.count >= this.capacity) {
      this.old = this.young
      this.young = generation(seq)
    }
    const { times, users } = this.young
    times.push(timestamp)
    this.young.newest = Math.max(this.young.newest, timestamp)
    if (id === undefined) return
    const ids = users.get(from.id)
    if (ids === undefined) users.set(from.id, new Map([[id, seq]]))
    else ids.set(id, seq)
    this.young.count++
  }

  find(user: UserId, id: MessageId): Known | undefined {
    return this.findIn(this.young, user, id) ?? this.findIn(this.old, user, id)
  }

  /** Those stored since a time, the oldest first; the latest `capacity` of them. */
  since(time: number): ReadonlyArray<Known> {
    const from = Math.max(time, this.forgottenBefore)
    return [this.old, this.young]
      .flatMap((generation) => (generation === undefined ? [] : knownOf(generation, from)))
      .slice(-this.capacity)
  }

  /** Forgets those stored before a time. */
  forget(before: number): void {
    this.forgottenBefore = before
    if (this.old !== undefined && this.old.newest < before) this.old = undefined
    if (this.young !== undefined && this.young.newest < before) this.young = undefined
  }

  private findIn(generation: Generation | undefined, user: UserId, id: MessageId): Known | undefined {
    const seq = generation?.users.get(user)?.get(id)
    if (generation === undefined || seq === undefined) return undefined
    const timestamp = timeOf(generation, seq)
    return timestamp < this.forgottenBefore ? undefined : { user, id, seq, timestamp }
  }
}

const timeOf = ({ first, times }: Generation, seq: Seq): number => times[seq - first]!

const knownOf = (generation: Generation, from: number): ReadonlyArray<Known> => {
  const known: Array<Known> = []
  for (const [user, ids] of generation.users) {
    for (const [id, seq] of ids) {
      const timestamp = timeOf(generation, seq)
      if (timestamp >= from) known.push({ user, id, seq, timestamp })
    }
  }
  return known.sort((one, other) => one.seq - other.seq)
}
