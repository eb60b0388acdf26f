import type { MessageId } from "../../domain/MessageId.ts"
import type { UserId } from "../../domain/User.ts"
import type { StoredMessage } from "../../history/History.ts"

/** Ids kept of one channel, whatever their age. */
const maxIds = 16_384

/**
 * The client-made ids of the last messages: a message sent again is answered with its first
 * result. Bounded by age and by number, the oldest forgotten first.
 */
export class RecentIds {
  private readonly lifetime: number
  private readonly messages = new Map<string, StoredMessage>()

  /** `lifetime` in milliseconds. */
  constructor(lifetime: number) {
    this.lifetime = lifetime
  }

  find(user: UserId, id: MessageId, now: number): StoredMessage | undefined {
    const found = this.messages.get(`${user} ${id}`)
    return found === undefined || now - found.timestamp > this.lifetime ? undefined : found
  }

  add(message: StoredMessage): void {
    if (message.id === undefined) return
    // Delete first: the order is that of their age.
    this.forget(message)
    this.messages.set(`${message.from.id} ${message.id}`, message)
    for (const [key, oldest] of this.messages) {
      if (this.messages.size <= maxIds && message.timestamp - oldest.timestamp <= this.lifetime) break
      this.messages.delete(key)
    }
  }

  forget(message: StoredMessage): void {
    if (message.id !== undefined) this.messages.delete(`${message.from.id} ${message.id}`)
  }
}
