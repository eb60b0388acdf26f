import type { MessageId } from "../../domain/MessageId.ts"
import type { UserId } from "../../domain/User.ts"
import type { Known } from "../../domain/Entry.ts"

/** Ids kept of one channel, whatever their age. */
const maxIds = 16_384

/**
 * The client-made ids of the last entries, so that one sent again is recognised without asking history, which knows
 * them all. Bounded by age and by number, the oldest forgotten first.
 */
export class RecentIds {
  private readonly lifetime: number
  private readonly known = new Map<string, Known>()

  /** `lifetime` in milliseconds. */
  constructor(lifetime: number) {
    this.lifetime = lifetime
  }

  find(user: UserId, id: MessageId, now: number): Known | undefined {
    const found = this.known.get(`${user} ${id}`)
    return found === undefined || now - found.timestamp > this.lifetime ? undefined : found
  }

  add(one: Known): void {
    // Delete first: the order is that of their age.
    this.forget(one)
    this.known.set(`${one.user} ${one.id}`, one)
    for (const [key, oldest] of this.known) {
      if (this.known.size <= maxIds && one.timestamp - oldest.timestamp <= this.lifetime) break
      this.known.delete(key)
    }
  }

  forget({ id, user }: Pick<Known, "id" | "user">): void {
    this.known.delete(`${user} ${id}`)
  }
}
