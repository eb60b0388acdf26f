import type { Entry } from "../../domain/Entry.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Person } from "../../domain/User.ts"
import { Block } from "./Block.ts"

/** The entries of one channel, in blocks. Their places have no gaps, so a place says where an entry is. */
export class Entries {
  private blocks: Array<Block> = []
  /** The next block, where the last one that was removed is used again. */
  private spare: Block | undefined
  /** The oldest place kept; behind the last where nothing is kept. */
  first: Seq.Seq = Seq.next(Seq.zero)
  /** The last place given. */
  last: Seq.Seq = Seq.zero
  /** Of the content that takes memory. */
  characters = 0

  get length(): number {
    return this.last - this.first + 1
  }

  /** Adds an entry, whose place is behind the last. */
  add(entry: Entry): void {
    const last = this.blocks.at(-1)
    const before = last?.characters ?? 0
    if (last?.add(entry) === true) {
      this.characters += last.characters - before
    } else {
      const block = this.spare?.cleared(entry.seq) ?? new Block(entry.seq, last)
      this.spare = undefined
      block.add(entry)
      this.blocks = [...this.blocks, block]
      this.characters += block.characters
    }
    this.last = entry.seq
  }

  get(seq: Seq.Seq): Entry | undefined {
    const block = this.blockOf(seq)
    return block?.entry(seq - block.first)
  }

  timestamp(seq: Seq.Seq): number | undefined {
    const block = this.blockOf(seq)
    return block?.timestamp(seq - block.first)
  }

  /** What the message at a place says; undefined if there is none, or it was deleted. */
  content(seq: Seq.Seq): string | undefined {
    const block = this.blockOf(seq)
    return block?.content(seq - block.first)
  }

  /** Who said it. */
  speaker(seq: Seq.Seq): Person | undefined {
    const block = this.blockOf(seq)
    return block?.speaker(seq - block.first)
  }

  /** From one place to another, both included, as far as they are kept. */
  between(from: Seq.Seq, to: Seq.Seq): ReadonlyArray<Entry> {
    const entries: Array<Entry> = []
    const end = Math.min(to, this.last)
    for (let seq = Math.max(from, this.first) as Seq.Seq; seq <= end; seq = Seq.next(seq)) {
      entries.push(this.get(seq)!)
    }
    return entries
  }

  /** Those behind a place that are no plain messages; nothing else is looked at. */
  *others(after: Seq.Seq): Iterable<Entry> {
    for (const block of this.blocks) {
      if (block.first + block.rows <= after) continue
      for (const entry of block.others()) if (entry.seq > after) yield entry
    }
  }

  /** Puts another entry where the one with its place is. */
  replace(entry: Entry): void {
    const block = this.blockOf(entry.seq)
    if (block === undefined) return
    const before = block.characters
    block.replace(entry.seq - block.first, entry)
    this.characters += block.characters - before
  }

  /** Removes the oldest. With `more` to come their memory is kept for what comes, at most that of one block. */
  removeFirst(count: number, more = false): void {
    const first = Math.min(this.first + count, this.last + 1) as Seq.Seq
    const kept = this.blocks.findIndex((block) => first < block.first + block.rows)
    const removed = this.blocks.splice(0, kept === -1 ? this.blocks.length : kept)
    for (const block of removed) this.characters -= block.characters
    this.spare = more ? (removed.at(-1) ?? this.spare) : undefined
    const block = this.blocks[0]
    const before = block?.characters ?? 0
    block?.removeBefore(first - block.first)
    this.characters -= before - (block?.characters ?? 0)
    this.first = first
  }

  /** The first place of a time or later; behind the last if there is none. */
  firstSince(time: number): Seq.Seq {
    let seq = this.first
    while (seq <= this.last && this.timestamp(seq)! < time) seq = Seq.next(seq)
    return seq
  }

  /** The last place of a time or earlier; before the first if there is none. */
  lastUntil(time: number): Seq.Seq {
    let seq = this.last
    while (seq >= this.first && this.timestamp(seq)! > time) seq = Seq.before(seq)
    return seq
  }

  private blockOf(seq: Seq.Seq): Block | undefined {
    if (seq < this.first || seq > this.last) return undefined
    const { blocks } = this
    // The first block behind it.
    let low = 1
    let high = blocks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (blocks[middle]!.first <= seq) low = middle + 1
      else high = middle
    }
    return blocks[low - 1]
  }
}
