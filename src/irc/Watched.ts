import type { ChannelName } from "../domain/ChannelName.ts"
import { keyOf, nickOf } from "./Names.ts"

/** Nicks that one session can watch. */
export const maxWatched = 100

interface Entry {
  readonly nick: string
  /** Where it is, of the channels that the session is in: one is there as long as one is in any. */
  readonly channels: Set<ChannelName>
}

/** Whom a session wants to know of, whether they are there (MONITOR). */
export class Watched {
  private readonly entries = new Map<string, Entry>()

  get nicks(): ReadonlyArray<string> {
    return [...this.entries.values()].map(({ nick }) => nick)
  }

  has(name: string): boolean {
    return this.entries.size > 0 && this.entries.has(keyOf(nickOf(name)))
  }

  isThere(nick: string): boolean {
    return (this.entries.get(keyOf(nick))?.channels.size ?? 0) > 0
  }

  /** False where there is no room. */
  add(nick: string, channels: Iterable<ChannelName>): boolean {
    const key = keyOf(nick)
    if (!this.entries.has(key) && this.entries.size >= maxWatched) return false
    this.entries.set(key, { nick, channels: new Set(channels) })
    return true
  }

  remove(nick: string): void {
    this.entries.delete(keyOf(nick))
  }

  clear(): void {
    this.entries.clear()
  }

  /** Whether somebody is there who was not before. */
  came(name: string, channel: ChannelName): boolean {
    const entry = this.entries.get(keyOf(nickOf(name)))
    if (entry === undefined) return false
    const { channels } = entry
    const isNew = channels.size === 0
    channels.add(channel)
    return isNew
  }

  /** Whether somebody is not there any more who was. */
  went(name: string, channel: ChannelName): boolean {
    const channels = this.entries.get(keyOf(nickOf(name)))?.channels
    return channels !== undefined && channels.delete(channel) && channels.size === 0
  }

  /** The session is not in a channel any more. Says who is not there for it any more. */
  left(channel: ChannelName): ReadonlyArray<string> {
    const gone: Array<string> = []
    for (const { channels, nick } of this.entries.values()) {
      if (channels.delete(channel) && channels.size === 0) gone.push(nick)
    }
    return gone
  }
}
