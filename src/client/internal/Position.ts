import type { ChannelName } from "../../domain/ChannelName.ts"
import * as Seq from "../../domain/Seq.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { ClientEvent, Entry, Missed } from "../Event.ts"

/** Entries that are held back while those before them are fetched. Beyond it they are fetched, too. */
const heldAhead = 256

const firstOfAll = Seq.next(Seq.zero)

/**
 * How far one has come in a channel. What comes live is told at once, unless something before it is missing: that is
 * fetched first, page by page, up to where what is held back begins.
 */
export class Position {
  /** As the channel is called now. */
  name: ChannelName
  /** The last entry that was told. */
  last: Seq.Seq
  /** The entries up to here are to be fetched; undefined where none is missing. */
  private upTo: Seq.Seq | undefined
  /** What came behind `upTo`, without a gap. */
  private held: Array<Entry> = []
  /** Brought in by others, before it is known from where one has to be told: until then everything is held back. */
  begun: boolean

  constructor(name: ChannelName, last: Seq.Seq, begun = true) {
    this.name = name
    this.last = last
    this.begun = begun
  }

  /** Whether something has to be fetched. */
  get behind(): boolean {
    return this.begun && this.upTo !== undefined
  }

  /** One has got in, to where the entries up to `seq` were told to others. */
  enter({ first = firstOfAll, seq }: Pick<ServerFrameOf<"Joined">, "first" | "seq">): ReadonlyArray<ClientEvent> {
    if (this.last > seq) {
      // It is not the history that it was: nothing of it was told, as far as one can know.
      this.last = seq
      return seq === Seq.zero ? [] : [this.missed(firstOfAll, seq)]
    }
    this.upTo = seq
    return this.begun ? this.settle(Seq.before(first)) : []
  }

  /** Now it is known: one has to be told what is behind `read`, if that is before the place where one was brought in. */
  begin(read: Seq.Seq | undefined): ReadonlyArray<ClientEvent> {
    if (this.begun) return []
    this.begun = true
    if (read !== undefined && read < this.last) this.last = read
    return this.settle()
  }

  /** An entry as it happens; gives what can be told now. */
  hear(entry: Entry): ReadonlyArray<ClientEvent> {
    const { seq } = entry
    // Version 1 has no places.
    if (seq === Seq.zero) return [entry]
    const before = this.held.at(-1)?.seq ?? this.upTo ?? this.last
    if (seq <= before) return []
    if (this.upTo === undefined && seq === this.last + 1) {
      this.last = seq
      return [entry]
    }
    if (seq === before + 1 && this.held.length < heldAhead) {
      this.held.push(entry)
    } else if (this.held.length < heldAhead) {
      this.upTo = Seq.before(seq)
      this.held = [entry]
    } else {
      this.upTo = seq
      this.held = []
    }
    return []
  }

  /** The channel is called differently now; so it is told of what is held back, which comes behind the news of that. */
  rename(name: ChannelName): void {
    this.name = name
    this.held = this.held.map((entry) => ({ ...entry, channel: name }))
  }

  /** A page of what is behind `last`; gives what can be told now. */
  read({ entries, first, more }: ServerFrameOf<"HistoryPage">): ReadonlyArray<ClientEvent> {
    const told: Array<ClientEvent> = [...this.skip(Seq.before(first))]
    for (const entry of entries) {
      // What is behind that is held back, or comes live: one told from here would come before those between.
      if (entry.seq <= this.last || entry.seq > (this.upTo ?? this.last)) continue
      told.push(...this.skip(Seq.before(entry.seq)), { ...entry, channel: this.name })
      this.last = entry.seq
    }
    return [...told, ...(more && entries.length > 0 ? this.settle() : this.giveUp())]
  }

  /** What is missing cannot be had. */
  giveUp(): ReadonlyArray<ClientEvent> {
    return this.settle(this.upTo)
  }

  /** Goes on live, where nothing is missing any more; what is up to a place is lost. */
  private settle(lost: Seq.Seq | undefined = this.last): ReadonlyArray<ClientEvent> {
    const skipped = this.skip(lost)
    if (this.upTo === undefined || this.last < this.upTo) return skipped
    const held = this.held.filter(({ seq }) => seq > this.last)
    this.held = []
    this.upTo = undefined
    this.last = held.at(-1)?.seq ?? this.last
    return [...skipped, ...held]
  }

  private skip(lost: Seq.Seq): ReadonlyArray<Missed> {
    // What is held back is not lost.
    const to = Math.min(lost, this.upTo ?? this.last) as Seq.Seq
    if (to <= this.last) return []
    const missed = this.missed(Seq.next(this.last), to)
    this.last = to
    return [missed]
  }

  private missed(from: Seq.Seq, to: Seq.Seq): Missed {
    return { type: "Missed", channel: this.name, from, to }
  }
}
