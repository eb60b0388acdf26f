import type { Reaction } from "../../domain/Reaction.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Person, UserId } from "../../domain/User.ts"
import type { Deleted, Edited, Entry, Message, Reacted } from "../../domain/Entry.ts"
import type { LogSnapshot } from "../History.ts"
import type { HistoryError } from "../HistoryError.ts"
import { StoredIds } from "./StoredIds.ts"

/** Entries that a channel finds again when it starts. */
const recentEntries = 256
/** Ids of one channel that a channel is told when it starts; up to twice as many are remembered. */
const maxIds = 16_384

const lengthOf = (entry: Entry): number => ("content" in entry ? entry.content.length : 0)

/** One channel's history in memory. Its entries have no gaps, so a place says where an entry is. */
export class Log {
  seq: Seq.Seq = Seq.zero
  entries: Array<Entry> = []
  /** Of the content kept. */
  characters = 0
  readonly ids = new StoredIds(maxIds)
  readonly markers = new Map<UserId, Seq.Seq>()

  get first(): Seq.Seq {
    return this.entries[0]?.seq ?? Seq.next(this.seq)
  }

  load(since: number): LogSnapshot {
    return {
      first: this.first,
      seq: this.seq,
      durability: "memory",
      recent: this.entries.slice(-recentEntries),
      ids: this.ids.since(since),
    }
  }

  /** Stores entries behind that place, or says why it cannot. */
  append(after: Seq.Seq, entries: ReadonlyArray<Entry>, maxEntries: number): HistoryError["reason"] | undefined {
    if (after !== this.seq) return "Conflict"
    for (const { from, id } of entries) {
      if (id !== undefined && this.ids.find(from.id, id) !== undefined) return "Duplicate"
    }
    for (const entry of entries) this.add(entry)
    // Cut seldom, not at each entry: at most a quarter more than wanted is kept.
    if (this.entries.length > maxEntries + Math.min(maxEntries / 4, 1024)) {
      this.removeFirst(this.entries.length - maxEntries)
    }
    return undefined
  }

  private add(entry: Entry): void {
    this.entries.push(entry)
    this.characters += lengthOf(entry)
    this.seq = entry.seq
    this.ids.add(entry)
    if (entry.type !== "Message") this.change(entry)
  }

  between(from: Seq.Seq, to: Seq.Seq): ReadonlyArray<Entry> {
    const { first } = this
    return this.entries.slice(Math.max(0, from - first), Math.max(0, to - first + 1))
  }

  message(seq: Seq.Seq): Message | undefined {
    const entry = this.entries[seq - this.first]
    return entry?.type === "Message" ? entry : undefined
  }

  /** Messages behind a place that others said and that are there. */
  unread(user: UserId, read: Seq.Seq): number {
    const { entries } = this
    let unread = 0
    // Asked for a hundred channels at once: nothing is copied.
    for (let at = Math.max(0, read - this.first + 1); at < entries.length; at++) {
      const entry = entries[at]!
      if (entry.type === "Message" && entry.deleted === undefined && entry.from.id !== user) unread++
    }
    return unread
  }

  removeFirst(count: number): number {
    for (const entry of this.entries.splice(0, count)) this.characters -= lengthOf(entry)
    return count
  }

  prune(entriesBefore: number, idsBefore: number): number {
    this.ids.forget(idsBefore)
    const kept = this.entries.findIndex(({ timestamp }) => timestamp >= entriesBefore)
    return this.removeFirst(kept === -1 ? this.entries.length : kept)
  }

  private change(entry: Edited | Deleted | Reacted): void {
    const message = this.message(entry.target)
    if (message === undefined) return
    if (message.deleted !== undefined)
      return entry.type === "Edited" ? this.replace({ ...entry, content: "" }) : undefined
    switch (entry.type) {
      case "Edited":
        return this.replace({ ...message, content: entry.content, edited: entry.seq })
      case "Deleted":
        return this.erase(message)
      case "Reacted":
        return this.replace({ ...message, reactions: reacted(message.reactions ?? [], entry) })
    }
  }

  /** The words go, also from the edits. */
  private erase({ edited: _, reactions: _reactions, ...message }: Message): void {
    this.replace({ ...message, content: "", deleted: true })
    for (const entry of this.between(Seq.next(message.seq), this.seq)) {
      if (entry.type === "Edited" && entry.target === message.seq) this.replace({ ...entry, content: "" })
    }
  }

  private replace(entry: Entry): void {
    const at = entry.seq - this.first
    this.characters += lengthOf(entry) - lengthOf(this.entries[at]!)
    this.entries[at] = entry
  }
}

const reacted = (
  reactions: NonNullable<Message["reactions"]>,
  { from, on, reaction }: Reacted,
): Message["reactions"] => {
  const users = (of: Reaction): ReadonlyArray<Person> => reactions.find((one) => one.reaction === of)?.users ?? []
  const others = users(reaction).filter(({ id }) => id !== from.id)
  const now = on ? (users(reaction).some(({ id }) => id === from.id) ? users(reaction) : [...others, from]) : others
  const next = reactions.some((one) => one.reaction === reaction)
    ? reactions.map((one) => (one.reaction === reaction ? { reaction, users: now } : one))
    : [...reactions, { reaction, users: now }]
  const left = next.filter(({ users }) => users.length > 0)
  return left.length === 0 ? undefined : left
}
