import type { Entry, StoredId } from "../../domain/Entry.ts"
import { IdTable } from "../../domain/IdTable.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import type { UserId } from "../../domain/User.ts"

/**
 * The ids that one channel has stored: the latest `capacity` in any case, at most twice as many. They are kept longer
 * than entries may be, so nothing here refers to an entry, whose content could then not go.
 *
 * There are two generations. When the young one is full, the old one is dropped as a whole and the young one takes its
 * place: no id is ever deleted from a table that others are looked up in.
 */
export class StoredIds {
  private readonly capacity: number
  private old: IdTable | undefined
  private young: IdTable | undefined
  /** Ids stored before this time are forgotten. */
  private forgottenBefore = -Infinity

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** Notes the id of an entry, if it has one. */
  add({ from, id, seq, timestamp }: Entry): void {
    if (id === undefined) return
    this.youngWithRoom().add(from.id, id, seq, timestamp)
  }

  find(user: UserId, id: MessageId): StoredId | undefined {
    const place = this.young?.find(user, id) ?? this.old?.find(user, id)
    return place === undefined || place.timestamp < this.forgottenBefore ? undefined : { user, id, ...place }
  }

  /** Those stored since a time, the oldest first; the latest `capacity` of them. */
  since(time: number): ReadonlyArray<StoredId> {
    const from = Math.max(time, this.forgottenBefore)
    return [this.old, this.young].flatMap((ids) => ids?.since(from) ?? []).slice(-this.capacity)
  }

  /** Forgets those stored before a time. */
  forget(before: number): void {
    this.forgottenBefore = before
    if (this.old !== undefined && this.old.newest < before) this.old = undefined
    if (this.young !== undefined && this.young.newest < before) this.young = undefined
  }

  private youngWithRoom(): IdTable {
    const { old, young } = this
    if (young !== undefined && young.size < this.capacity) return young
    this.old = young
    return (this.young = old?.cleared() ?? new IdTable())
  }
}
