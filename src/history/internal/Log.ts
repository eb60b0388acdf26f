import type { FileId } from "../../domain/FileId.ts"
import type { HistoryId } from "../../domain/HistoryId.ts"
import { oneForm, type Reaction } from "../../domain/Reaction.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Person, UserId } from "../../domain/User.ts"
import type { Deleted, Edited, Entry, Message, Reacted } from "../../domain/Entry.ts"
import type { LogSnapshot } from "../HistoryShape.ts"
import type { HistoryError } from "../HistoryError.ts"
import { maxChanges } from "../HistorySettings.ts"
import { Entries } from "./Entries.ts"
import { StoredIds } from "./StoredIds.ts"

/** Entries that a channel finds again when it starts. */
const recentEntries = 256
/** Ids of one channel that a channel is told when it starts; up to twice as many are remembered. */
const maxIds = 16_384

/** One channel's history in memory. */
export class Log {
  readonly id: HistoryId
  readonly entries = new Entries()
  readonly ids = new StoredIds(maxIds)
  readonly markers = new Map<UserId, Seq.Seq>()
  /** Messages that are there, apart from deleted ones. */
  private said = 0

  constructor(id: HistoryId) {
    this.id = id
  }

  /** The last place given. */
  get seq(): Seq.Seq {
    return this.entries.last
  }

  load(since: number): LogSnapshot {
    const { first, last } = this.entries
    return {
      history: this.id,
      first,
      seq: last,
      durability: "memory",
      recent: this.entries.between((last - recentEntries + 1) as Seq.Seq, last),
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
    const slack = Math.min(maxEntries / 4, 512)
    if (this.said > maxEntries + slack || this.entries.length > maxEntries + maxChanges + slack) this.cut(maxEntries)
    return undefined
  }

  private add(said: Entry): void {
    const entry = said.type === "Reacted" ? { ...said, reaction: oneForm(said.reaction) } : said
    this.entries.add(entry)
    this.ids.add(entry)
    if (entry.type !== "Message") this.change(entry)
    else this.said++
  }

  /** Removes the oldest until there are at most so many messages, and not too much between them. */
  private cut(maxEntries: number): void {
    const { first, last, length } = this.entries
    let count = Math.max(0, length - maxEntries - maxChanges)
    let said = this.said - this.saidIn(first, count)
    for (; said > maxEntries && first + count <= last; count++) {
      if (this.entries.speaker((first + count) as Seq.Seq) !== undefined) said--
    }
    this.entries.removeFirst(count, true)
    this.said = said
  }

  /** How many of so many entries, from a place on, are messages. */
  private saidIn(from: Seq.Seq, count: number): number {
    let said = 0
    for (let n = 0; n < count; n++) if (this.entries.speaker((from + n) as Seq.Seq) !== undefined) said++
    return said
  }

  /** Removes the oldest entries. */
  removeFirst(count: number): void {
    this.said -= this.saidIn(this.entries.first, count)
    this.entries.removeFirst(count)
  }

  message(seq: Seq.Seq): Message | undefined {
    const entry = this.entries.get(seq)
    return entry?.type === "Message" ? entry : undefined
  }

  /** Messages behind a place that others said and that are there. */
  unread(user: UserId, read: Seq.Seq): number {
    const { entries } = this
    let unread = 0
    // Asked for a hundred channels at once: no message is read for it.
    for (let seq = Math.max(read + 1, entries.first) as Seq.Seq; seq <= entries.last; seq = Seq.next(seq)) {
      const speaker = entries.speaker(seq)
      if (speaker !== undefined && speaker.id !== user) unread++
    }
    return unread
  }

  /** How many were removed. */
  prune(entriesBefore: number, idsBefore: number): number {
    this.ids.forget(idsBefore)
    const count = this.entries.firstSince(entriesBefore) - this.entries.first
    this.removeFirst(count)
    return count
  }

  /** Files that its messages carry. */
  carried(): ReadonlySet<FileId> {
    const files = new Set<FileId>()
    for (const entry of this.entries.others(Seq.zero)) {
      if (entry.type === "Message" && entry.file !== undefined) files.add(entry.file.id)
    }
    return files
  }

  private change(entry: Edited | Deleted | Reacted): void {
    const message = this.message(entry.target)
    if (message === undefined) return
    if (message.deleted !== undefined)
      return entry.type === "Edited" ? this.entries.replace({ ...entry, content: "" }) : undefined
    switch (entry.type) {
      case "Edited":
        return this.entries.replace({ ...message, content: entry.content, edited: entry.seq })
      case "Deleted":
        return this.erase(message)
      case "Reacted":
        return this.entries.replace({ ...message, reactions: reacted(message.reactions ?? [], entry) })
    }
  }

  /** The words go, also from the edits, and so does the file. */
  private erase({ edited: _, file: _file, reactions: _reactions, ...message }: Message): void {
    this.said--
    this.entries.replace({ ...message, content: "", deleted: true })
    for (const entry of this.entries.others(message.seq)) {
      if (entry.type === "Edited" && entry.target === message.seq) this.entries.replace({ ...entry, content: "" })
    }
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
