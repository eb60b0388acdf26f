import type { Entry, Message } from "../../domain/Entry.ts"
import { maxMessageIdLength } from "../../domain/Limits.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { Person } from "../../domain/User.ts"

/** Entries in one block. */
const maxRows = 512
/** Bytes that the first block of a channel has at first, and that a block has at most. */
const fewestBytes = 512
const mostBytes = 64 * 1024
/** Characters of a content that is kept as bytes; of a longer one there are few, and it would fill a block. */
const maxInline = 4096
/** What precedes the bytes of an entry: in one byte the length of its id, 0 if it has none; in two that of its content. */
const headerBytes = 3
/** Bytes that UTF-8 takes for one UTF-16 unit, at most. */
const maxBytesPerUnit = 3

/** Of its content, in characters. */
export const lengthOf = (entry: Entry): number => ("content" in entry ? entry.content.length : 0)

const isThere = (entry: Entry): entry is Message => entry.type === "Message" && entry.deleted === undefined

/** A message as it is when it is said, and short: nearly every entry is one. */
const isPlain = (entry: Entry): entry is Message =>
  entry.type === "Message" &&
  entry.file === undefined &&
  entry.edited === undefined &&
  entry.deleted === undefined &&
  entry.reactions === undefined &&
  entry.content.length <= maxInline &&
  (entry.id === undefined || entry.id.length <= maxMessageIdLength) &&
  // UTF-8 has no lone surrogates.
  entry.content.isWellFormed()

/**
 * Entries whose places follow each other. Plain messages are kept as bytes and numbers, and made into objects again
 * whenever they are read. Objects that stay would be copied twice by the garbage collector before they are taken for
 * old, for every message that is ever said, and everybody waits for that. All other entries, and messages that were
 * changed, are few: they are kept as the objects they are.
 *
 * The memory of a block is free again when the block goes, as a whole. Where messages come fast it is used again for the
 * next block instead: memory outside the heap that is dropped all the time makes the garbage collector walk the whole heap.
 */
export class Block {
  /** The place of its first entry. */
  first: Seq
  rows = 0
  private people: Array<Person> = []
  private timestamps: Array<number> = []
  /** Where an entry's bytes end; they begin where those of the entry before end. */
  private ends: Array<number> = []
  private bytes: Buffer
  private objects: Map<number, Entry> | undefined
  /** What plain messages answer, by their rows. */
  private answers: Map<number, Seq> | undefined
  /** Rows that have been removed, from the first on. */
  private removed = 0
  /** Characters of content that take memory here: what was wiped out does so until its row is removed. */
  characters = 0

  /** One behind another has room for as many bytes at once; the first begins small, since many channels stay small. */
  constructor(first: Seq, before?: Block) {
    this.first = first
    this.bytes = Buffer.allocUnsafeSlow(before?.bytes.length ?? fewestBytes)
  }

  /** The block itself, empty, with the room that it has, for entries from this place on. */
  cleared(first: Seq): this {
    this.first = first
    this.rows = 0
    this.removed = 0
    this.characters = 0
    this.objects = this.answers = undefined
    return this
  }

  /** Adds an entry behind the others, if there is room. */
  add(entry: Entry): boolean {
    const { rows } = this
    const start = this.startOf(rows)
    if (rows === maxRows) return false
    let end = start
    if (isPlain(entry)) {
      const { content, id = "" } = entry
      const needed = start + headerBytes + id.length + content.length * maxBytesPerUnit
      if (needed > mostBytes) return false
      if (needed > this.bytes.length) this.grow(needed)
      end = this.write(start, id, content)
      if (entry.replyTo !== undefined) (this.answers ??= new Map()).set(rows, entry.replyTo)
    } else {
      this.keep(rows, entry)
    }
    if (this.ends.length === 0) {
      // An array of one is small: what an empty one grows to by a push is four times as large. Most channels stay small.
      this.ends = [end]
      this.people = [entry.from]
      this.timestamps = [entry.timestamp]
    } else {
      this.ends[rows] = end
      this.people[rows] = entry.from
      this.timestamps[rows] = entry.timestamp
    }
    this.rows++
    this.characters += lengthOf(entry)
    return true
  }

  entry(row: number): Entry {
    return this.objects?.get(row) ?? this.read(row)
  }

  timestamp(row: number): number {
    return this.timestamps[row]!
  }

  /** What the message in a row says; undefined if it is no message, or one that was deleted. */
  content(row: number): string | undefined {
    const entry = this.objects?.get(row)
    if (entry === undefined) return this.bytes.toString("utf8", this.saidAt(row), this.ends[row])
    return isThere(entry) ? entry.content : undefined
  }

  /** Who said it. */
  speaker(row: number): Person | undefined {
    const entry = this.objects?.get(row)
    return entry === undefined || isThere(entry) ? this.people[row] : undefined
  }

  /** Those entries that are no plain messages. */
  others(): Iterable<Entry> {
    return this.objects?.values() ?? []
  }

  /** Puts another entry there. What it said until now is wiped out. */
  replace(row: number, entry: Entry): void {
    const before = this.objects?.get(row)
    this.characters += lengthOf(entry) - (before === undefined ? 0 : lengthOf(before))
    this.keep(row, entry)
    if (this.hasBytes(row)) this.bytes.fill(0, this.startOf(row) + headerBytes, this.ends[row])
  }

  /** Removes the rows before one. */
  removeBefore(row: number): void {
    for (; this.removed < row; this.removed++) {
      const entry = this.objects?.get(this.removed)
      if (entry !== undefined) this.characters -= lengthOf(entry)
      if (this.hasBytes(this.removed)) this.characters -= this.bytes.readUInt16LE(this.startOf(this.removed) + 1)
      this.objects?.delete(this.removed)
      this.answers?.delete(this.removed)
    }
  }

  private keep(row: number, entry: Entry): void {
    this.objects ??= new Map()
    this.objects.set(row, entry)
  }

  private hasBytes(row: number): boolean {
    return this.startOf(row) < this.ends[row]!
  }

  private startOf(row: number): number {
    return row === 0 ? 0 : this.ends[row - 1]!
  }

  /** Where the bytes of its content begin. */
  private saidAt(row: number): number {
    const start = this.startOf(row)
    return start + headerBytes + this.bytes[start]!
  }

  private write(start: number, id: string, content: string): number {
    const { bytes } = this
    bytes[start] = id.length
    bytes.writeUInt16LE(content.length, start + 1)
    const said = start + headerBytes + id.length
    if (id !== "") bytes.write(id, start + headerBytes, "latin1")
    return said + bytes.write(content, said, "utf8")
  }

  private read(row: number): Message {
    const { bytes } = this
    const start = this.startOf(row)
    const said = this.saidAt(row)
    const content = bytes.toString("utf8", said, this.ends[row])
    const place = { seq: (this.first + row) as Seq, from: this.people[row]!, timestamp: this.timestamps[row]! }
    const replyTo = this.answers?.get(row)
    if (bytes[start] === 0) {
      return replyTo === undefined
        ? { type: "Message", ...place, content }
        : { type: "Message", ...place, content, replyTo }
    }
    const id = bytes.toString("latin1", start + headerBytes, said) as MessageId
    return replyTo === undefined
      ? { type: "Message", ...place, id, content }
      : { type: "Message", ...place, id, content, replyTo }
  }

  private grow(needed: number): void {
    let size = this.bytes.length
    while (size < needed) size *= 2
    const bytes = Buffer.allocUnsafeSlow(size)
    this.bytes.copy(bytes)
    this.bytes = bytes
  }
}
