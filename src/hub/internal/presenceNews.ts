import * as Duration from "effect/Duration"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { Member } from "../Member.ts"
import type { Presence, PresenceSettings } from "../Presence.ts"
import * as events from "./events.ts"

const never = Number.POSITIVE_INFINITY

/** Tells the members who came and went, and the whole of it to those that had no room for a part. */
export class PresenceNews {
  private readonly presence: Presence
  private readonly members: ReadonlyMap<SessionId, Member>
  private readonly coalesce: number
  /** Members that were left out of a diff and have to be told everything. */
  private readonly unaware = new Set<SessionId>()
  private tellUnawareAt = never

  constructor(presence: Presence, members: ReadonlyMap<SessionId, Member>, settings: PresenceSettings) {
    this.presence = presence
    this.members = members
    this.coalesce = Duration.toMillis(settings.coalesce)
  }

  /** When there will be something to tell, in milliseconds. */
  get nextAt(): number {
    return Math.min(this.presence.nextAt, this.tellUnawareAt)
  }

  /** Tells what is due. */
  tell(channel: ChannelName, now: number): void {
    const diff = now >= this.presence.nextAt ? this.presence.advance(now) : undefined
    if (diff === undefined && now < this.tellUnawareAt) return
    const change = diff === undefined ? undefined : events.presence(channel, diff)
    const whole = this.unaware.size === 0 ? change : events.wholePresence(channel, this.presence.snapshot())
    for (const [session, { encoding, outbox }] of this.members) {
      const event = this.unaware.has(session) ? whole : change
      const bytes = event?.bytes(encoding)
      if (bytes === undefined) continue
      if (outbox.offer("presence", bytes)) this.unaware.delete(session)
      else this.unaware.add(session)
    }
    this.tellUnawareAt = this.unaware.size === 0 ? never : now + this.coalesce
  }

  /** A session has left. */
  forget(session: SessionId): void {
    this.unaware.delete(session)
  }
}
