/** What the disk has of every channel: its names, its states, its audit log and what was said there. */
import { changed, type ChannelRecord, make, type Act } from "../../src/channels/ChannelRecord.ts"
import type { ChannelId } from "../../src/domain/ChannelId.ts"
import type { Entry } from "../../src/domain/Entry.ts"
import type { ChannelWrite } from "../../src/testing/simulation/Disk.ts"
import { mayEnter, type Someone } from "./Rules.ts"
import { View } from "./View.ts"

/** What a channel was from one moment on. */
interface State {
  readonly from: number
  readonly record: ChannelRecord
}

export class Channel {
  readonly id: ChannelId
  readonly entries: Array<Entry> = []
  readonly view = new View()
  /** What was done with rights: the audit log as it has to be. */
  readonly acts: Array<Act> = []
  /** The oldest first. Direct conversations have none. */
  readonly states: Array<State> = []
  /** When it got its name of now. */
  renamedAt: number
  /** By user, when the user was last kicked, and the last place then. */
  readonly kicks = new Map<string, { readonly at: number; readonly seq: number }>()
  /** What a direct conversation is called in the story. */
  private readonly label: string | undefined

  /** Nothing is left of it. */
  isRemoved = false

  constructor(id: ChannelId, now: number, label?: string) {
    this.id = id
    this.label = label
    this.renamedAt = now
  }

  get name(): string {
    return this.label ?? this.record?.name ?? this.id
  }

  get isDirect(): boolean {
    return this.label !== undefined
  }

  get record(): ChannelRecord | undefined {
    return this.states.at(-1)?.record
  }

  /** The last place. */
  get last(): number {
    return this.entries.length
  }

  /** Whether somebody was allowed to be in it at any time from a moment on. */
  everAllowed(who: Someone, from: number, now: number): boolean {
    return this.during(from, now, (record, end) => mayEnter(record, who, end))
  }

  /** Whether there was any time from a moment on at which this could be said of it; `end` is when it ended. */
  during(from: number, now: number, holds: (record: ChannelRecord, end: number) => boolean): boolean {
    let end = now
    for (const state of this.states.toReversed()) {
      if (holds(state.record, end)) return true
      if (state.from <= from) return false
      end = state.from
    }
    // Before it was made nothing kept anybody out.
    return this.states.length === 0
  }
}

export class Channels {
  private readonly byId = new Map<ChannelId, Channel>()
  /** Direct conversations by what both parties call them in the story. */
  private readonly directs = new Map<string, Channel>()
  private readonly named = new Map<string, Channel>()
  /** All channels that ever had a name. */
  private readonly everNamed = new Map<string, Set<Channel>>()

  get all(): Iterable<Channel> {
    return this.byId.values()
  }

  get(id: ChannelId): Channel | undefined {
    return this.byId.get(id)
  }

  /** The channel that has a name now: `tea`, or `ada&ben`. */
  called(name: string): Channel | undefined {
    return this.named.get(name) ?? this.directs.get(name)
  }

  /** Those that have or had a name. */
  everCalled(name: string): ReadonlySet<Channel> {
    return this.everNamed.get(name) ?? new Set()
  }

  /** The direct conversation of this id; it begins with its first entry. */
  direct(id: ChannelId, label: string, now: number): Channel {
    const channel = this.byId.get(id) ?? new Channel(id, now, label)
    this.byId.set(id, channel)
    this.directs.set(label, channel)
    return channel
  }

  /** Takes in what was written of a channel. */
  write({ act, changes, created, id, removed = false }: ChannelWrite, now: number): Channel | undefined {
    const channel = this.byId.get(id) ?? new Channel(id, now)
    const before = channel.record ?? (created === undefined ? undefined : make(created))
    if (before === undefined) return undefined
    this.byId.set(id, channel)
    const record = changes.reduce(changed, before)
    if (created !== undefined || changes.length > 0) channel.states.push({ from: now, record })
    if (act !== undefined) channel.acts.push(act)
    channel.isRemoved ||= removed
    if (removed && this.named.get(before.name) === channel) this.named.delete(before.name)
    if (created !== undefined || record.name !== before.name) {
      if (this.named.get(before.name) === channel) this.named.delete(before.name)
      this.named.set(record.name, channel)
      this.everNamed.set(record.name, new Set([...this.everCalled(record.name), channel]))
      channel.renamedAt = now
    }
    return channel
  }
}
