import type { ChannelName } from "../../domain/ChannelName.ts"
import * as Place from "../../domain/Place.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { ClientEvent, Entry, Missed } from "../Event.ts"

/** Live entries that are held back while those before them are fetched. Any beyond that are fetched as well. */
const heldAhead = 256

const firstOfAll = Place.next(Place.zero)

/**
 * How far the subscribers have got in one channel. A live entry is emitted at once, unless one before it is missing:
 * those are fetched first, page by page, up to where the entries that are held back begin.
 */
export class Position {
  /** As the channel is called now. */
  name: ChannelName
  /** The channel's for ever, and which history its places are of, as far as the server says. */
  id: string | undefined
  history: string | undefined
  /** Counts the histories that there have been. */
  era = 0
  /** Why the client was not let in again: what waits to be sent there is never sent anywhere else. */
  refused: RequestError | undefined
  /** The last entry that was emitted. */
  last: Place.Place
  /** The entries behind `last` up to here have to be fetched; undefined where none is missing. */
  private upTo: Place.Place | undefined
  /** The live entries behind `upTo`, without a gap. */
  private held: Array<Entry> = []
  /**
   * False where another user has brought the client in, and the read marker is not known yet: until then everything is
   * held back.
   */
  begun: boolean

  constructor(name: ChannelName, last: Place.Place, begun = true) {
    this.name = name
    this.last = last
    this.begun = begun
  }

  /** The client is in the channel once more: it goes on behind `last`, a place in `history`. */
  resume(last: Place.Place, history: string | undefined, begun: boolean): void {
    this.last = last
    this.history = history
    this.begun = begun
    this.upTo = undefined
    this.held = []
  }

  /** Whether there is something to fetch now. */
  get isBehind(): boolean {
    return this.begun && this.upTo !== undefined
  }

  /** The client has joined, when the last entry of the channel was `seq`. Returns what can be emitted now. */
  join(joined: Pick<ServerFrameOf<"Joined">, "first" | "history" | "id" | "seq">): ReadonlyArray<ClientEvent> {
    const { first = firstOfAll, history, id, seq } = joined
    // A channel that is shorter than it was has another history in any case. Of one without entries nothing was emitted.
    const isOther = this.history !== undefined && history !== undefined && this.history !== history
    const changed = this.last > seq || (isOther && this.last > Place.zero)
    this.id = id ?? this.id
    this.history = history
    if (changed) {
      this.era++
      this.last = this.begun ? Place.before(first) : seq
    }
    this.upTo = seq
    const ready = this.begun ? this.settle(Place.before(first)) : []
    return changed ? [{ type: "HistoryChanged", channel: this.name }, ...ready] : ready
  }

  /**
   * The read marker is known now: entries are emitted from behind it, if it is before the place at which the client was
   * brought in.
   */
  begin(read: Place.Place | undefined): ReadonlyArray<ClientEvent> {
    if (this.begun) return []
    this.begun = true
    if (read !== undefined && read < this.last) this.last = read
    return this.settle()
  }

  /** A live entry. Returns what can be emitted now. */
  add(entry: Entry): ReadonlyArray<ClientEvent> {
    const { seq } = entry
    // A server of version 1 numbers nothing.
    if (seq === Place.zero) return [entry]
    const before = this.held.at(-1)?.seq ?? this.upTo ?? this.last
    if (seq <= before) return []
    if (this.upTo === undefined && seq === this.last + 1) {
      this.last = seq
      return [entry]
    }
    if (seq === before + 1 && this.held.length < heldAhead) {
      this.held.push(entry)
    } else if (this.held.length < heldAhead) {
      this.upTo = Place.before(seq)
      this.held = [entry]
    } else {
      this.upTo = seq
      this.held = []
    }
    return []
  }

  /** The channel is called differently now. So is what is held back: it is told behind the news of that. */
  rename(name: ChannelName): void {
    this.name = name
    this.held = this.held.map((entry) => ({ ...entry, channel: name }))
  }

  /** A page of history from behind `last`. Returns what can be emitted now. */
  addPage({ entries, first }: ServerFrameOf<"HistoryPage">): ReadonlyArray<ClientEvent> {
    const before = this.last
    const ready: Array<ClientEvent> = [...this.skip(Place.before(first))]
    for (const entry of entries) {
      // Those behind `upTo` are held back already, or come live. From this page they would overtake those in between.
      if (entry.seq <= this.last || entry.seq > (this.upTo ?? this.last)) continue
      ready.push(...this.skip(Place.before(entry.seq)), { ...entry, channel: this.name })
      this.last = entry.seq
    }
    // It was the last page when it was read, but more may have been said until it came: only one that brings nothing is.
    return [...ready, ...(this.last > before ? this.settle() : this.giveUp())]
  }

  /** What is missing cannot be fetched: goes on behind it. */
  giveUp(): ReadonlyArray<ClientEvent> {
    return this.settle(this.upTo)
  }

  /** Counts what is up to `lost` as missed, and goes on with live entries if then nothing is missing any more. */
  private settle(lost: Place.Place | undefined = this.last): ReadonlyArray<ClientEvent> {
    const skipped = this.skip(lost)
    if (this.upTo === undefined || this.last < this.upTo) return skipped
    const { held } = this
    this.held = []
    this.upTo = undefined
    this.last = held.at(-1)?.seq ?? this.last
    return [...skipped, ...held]
  }

  private skip(lost: Place.Place): ReadonlyArray<Missed> {
    // Entries that are held back are not lost.
    const to = Math.min(lost, this.upTo ?? this.last) as Place.Place
    if (to <= this.last) return []
    const missed = this.missed(Place.next(this.last), to)
    this.last = to
    return [missed]
  }

  private missed(from: Place.Place, to: Place.Place): Missed {
    return { type: "Missed", channel: this.name, from, to }
  }
}

/** A channel that the server had no room for. */
export type ShutOut = Pick<Position, "history" | "id" | "name">
