import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { RequestErrorOf } from "../../chat/Operation.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Membership } from "../../hub/audience/Memberships.ts"
import type { EventFrame } from "../../protocol/v2/render.ts"
import type { HistoryPage } from "../Actions.ts"
import { type ChannelEntry, type Gap, isEntry, type Missed } from "../ChannelEntry.ts"

/** Entries that are kept for a reader as they happen; one that is further behind reads them from history. */
const keptAhead = 256

/** Why there is nothing more to read. */
type End = Disconnect | RequestErrorOf<"NotMember"> | Cause.Done

/**
 * How far a reader of a channel's entries has come, and what has happened behind that place. It says what is to be read
 * next, and reads nothing by itself.
 */
export class Tail {
  /** Where the session is; undefined where it has to enter the channel, for the first time or once more. */
  private membership: Membership | undefined
  /** What the channel is called in what the session is told; it hears of a new name in its turn. */
  private called: ChannelName
  /** The channel's for ever, once it is known: the session comes back to this one, under whatever name. */
  id: ChannelId | undefined
  /** Which history the reader's place is one of, as far as that is known. */
  private history: string | undefined
  /** The last entry that was told since the session is in the channel. */
  private heard: Seq.Seq = Seq.zero
  /** The last entry that the reader has; undefined where it is to begin behind the last there is. */
  private last: Seq.Seq | undefined
  /** The last entry that there is, as far as one knows. */
  private known: Seq.Seq = Seq.zero
  /** Entries as they happened, without a gap among them; those before them are in history. */
  private kept: Array<ChannelEntry> = []
  private changed = false
  private waiter: (() => void) | undefined
  /** Set once there is nothing more to come. */
  over: Effect.Effect<never, End> | undefined

  constructor(channel: ChannelName, after: Seq.Seq | undefined, history?: string) {
    this.called = channel
    this.last = after
    this.history = history
  }

  /** Whether the session has to enter the channel before there is more to read. */
  get outside(): boolean {
    return this.membership === undefined
  }

  /** The channel's name as the session has to say it now. */
  get name(): ChannelName {
    return this.membership === undefined || isDirect(this.called) ? this.called : this.membership.link.name
  }

  /** What is to be read from history: behind which place, and up to which there is something. */
  get missing(): { readonly after: Seq.Seq; readonly upTo: Seq.Seq } | undefined {
    const { known, last } = this
    return last === undefined || known <= last ? undefined : { after: last, upTo: known }
  }

  /** The session is in the channel: from now on what is told there is kept. */
  follow(membership: Membership): void {
    this.membership = membership
    this.called = membership.name
    this.id = idOf(membership)
    this.kept = []
    this.heard = Seq.zero
  }

  /** The channel's last entry, or one behind that, is at this place; the oldest is `first`. */
  begin(seq: Seq.Seq, first: Seq.Seq): ReadonlyArray<Gap> {
    const { last } = this
    const history = this.membership?.link.history
    const isOther = this.history !== undefined && history !== undefined && this.history !== history
    this.history = history
    if (last === undefined || (last <= seq && !(isOther && last > Seq.zero))) {
      this.last ??= seq
      this.known = larger(this.known, seq)
      return []
    }
    // Nothing of it was read, as far as one can know.
    this.last = Seq.before(first)
    this.known = larger(seq, this.heard)
    return [{ type: "HistoryChanged", channel: this.called }]
  }

  /** What the session is told, in its order. `putOut`: that is why it is not in the channel any more. */
  hear(frame: EventFrame, putOut: boolean): void {
    if (this.membership === undefined || !("channel" in frame) || frame.channel !== this.called) return
    if (isEntry(frame)) return this.keep(frame)
    if (frame.type === "Renamed") {
      this.called = frame.name
    } else if (frame.type === "Left" && putOut) {
      this.end(Effect.fail(notMember()))
    } else if (frame.type === "Left") {
      this.called = this.name
      this.membership = undefined
      this.wake()
    }
  }

  /** The session has left a channel by itself. */
  left({ link, name }: Membership): void {
    // Into a direct conversation it may have been brought once more meanwhile, over another link.
    if (this.membership?.link === link || this.called === name) this.end(Cause.done())
  }

  end(over: Effect.Effect<never, End>): void {
    this.over ??= over
    this.wake()
  }

  /** What has happened right behind the reader's place. */
  take(): ReadonlyArray<ChannelEntry> {
    const { last } = this
    this.changed = false
    if (last === undefined || this.kept.length === 0) return []
    const fresh = this.kept[0]!.seq > last ? this.kept : this.kept.filter(({ seq }) => seq > last)
    const [next] = fresh
    this.kept = []
    if (next === undefined) return []
    if (next.seq !== Seq.next(last)) {
      this.kept = fresh
      return []
    }
    this.last = fresh.at(-1)!.seq
    return fresh
  }

  /** A page of what was missing up to a place; gives that, and says what history has not any more. */
  read({ entries, first }: HistoryPage, upTo: Seq.Seq): ReadonlyArray<ChannelEntry | Missed> {
    const read: Array<ChannelEntry | Missed> = [...this.skip(Seq.before(first))]
    for (const entry of entries) {
      read.push(...this.skip(Seq.before(entry.seq)), { ...entry, channel: this.called })
      this.last = entry.seq
    }
    if (entries.length === 0) read.push(...this.skip(upTo))
    return read
  }

  /** Waits until something has changed since the last `take`. One reader. */
  readonly change: Effect.Effect<void> = Effect.callback<void>((resume) => {
    this.waiter = () => resume(Effect.void)
    if (this.changed) this.wake()
    return Effect.sync(() => void (this.waiter = undefined))
  })

  private keep(entry: ChannelEntry): void {
    const { seq } = entry
    this.heard = seq
    if (this.last !== undefined && seq <= this.last) return
    this.known = larger(this.known, seq)
    const before = this.kept.at(-1)?.seq
    const follows = before === undefined || seq === Seq.next(before)
    if (follows && this.kept.length < keptAhead) this.kept.push(entry)
    else this.kept = []
    this.wake()
  }

  private wake(): void {
    this.changed = true
    const { waiter } = this
    this.waiter = undefined
    waiter?.()
  }

  private skip(to: Seq.Seq): ReadonlyArray<Missed> {
    if (this.last === undefined || to <= this.last) return []
    const missed: Missed = { type: "Missed", channel: this.called, from: Seq.next(this.last), to }
    this.last = to
    return [missed]
  }
}

/** By what a session comes back to a channel. */
export const idOf = ({ link, other }: Membership): ChannelId | undefined =>
  other === undefined ? link.id : ChannelId.make(other.id)

export const notMember = () =>
  new RequestError({ reason: "NotMember", detail: "Put out of the channel" }) as RequestErrorOf<"NotMember">

const larger = (one: Seq.Seq, other: Seq.Seq): Seq.Seq => (one > other ? one : other)
