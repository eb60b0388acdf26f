/** What was said, kept: a log of entries for each channel. The port; implementations that outlive the process are elsewhere. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Durability } from "../domain/Durability.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { UserId } from "../domain/User.ts"
import type { Entry, Known, Message } from "../domain/Entry.ts"
import type { HistoryError } from "./HistoryError.ts"
import { make } from "./internal/memoryHistory.ts"

/** What a channel starts with. */
export interface LogSnapshot {
  /** The oldest place kept; behind `seq` where nothing is kept. */
  readonly first: Seq
  /** The last place given, whether its entry is still kept or not. */
  readonly seq: Seq
  /** How safe all this is by now. */
  readonly durability: Durability
  /**
   * The latest entries, the oldest first. At least the last 256, where there are as many: a channel that crashed finds
   * in them what it had not told yet.
   */
  readonly recent: ReadonlyArray<Entry>
  /** The ids that were stored since then, the oldest first; the latest 16 384 of them. */
  readonly ids: ReadonlyArray<Known>
}

/** Entries to be stored together, with the places behind `after`. */
export interface Batch {
  /** The last place that is taken, as whoever appends believes. */
  readonly after: Seq
  /** One at least. */
  readonly entries: ReadonlyArray<Entry>
  /** How safe they have to be before they are acknowledged. */
  readonly durability: Durability
}

/** Entries of a channel, from one of four ends: the nearest to it, in the order of their places in any case. */
export type PageRange = (
  | { readonly after: Seq }
  | { readonly before: Seq }
  /** From a moment on, in milliseconds since 1970. */
  | { readonly since: number }
  /** Up to a moment, it included. */
  | { readonly until: number }
) & {
  /** At most this many; and no more content than a page holds, but one entry at least. */
  readonly limit: number
}

/** The same, and none behind a place. */
export type Range = PageRange & { readonly upTo: Seq }

export interface Page {
  readonly entries: ReadonlyArray<Entry>
  /** The oldest place kept; behind the last where nothing is kept. */
  readonly first: Seq
  /** Whether there are more in the direction that was asked for. */
  readonly more: boolean
}

export interface Query {
  readonly channels: ReadonlyArray<ChannelId>
  /** Words, all of which a message has; nothing in it has a meaning of its own. */
  readonly text: string
  readonly limit: number
  /** Continue behind this hit. */
  readonly before?: Cursor | undefined
}

/** A hit's place among the others: the newest first, and of those of one moment in the order of channel and place. */
export interface Cursor {
  readonly timestamp: number
  readonly channel: ChannelId
  readonly seq: Seq
}

export interface Hits {
  readonly hits: ReadonlyArray<{ readonly channel: ChannelId; readonly message: Message }>
  readonly next?: Cursor | undefined
}

/** How far a user has read in a channel. */
export interface Reader {
  readonly user: UserId
  readonly read: Seq
}

/** The same, of all the channels of one user. */
export interface Marker {
  readonly channel: ChannelId
  readonly read: Seq
  /** The last place given in the channel. */
  readonly last: Seq
  /** Messages behind `read` that others said and that are not deleted. */
  readonly unread: number
}

export class History extends Context.Service<
  History,
  {
    /** What a channel starts with; `since` is when the oldest id was sent that still has to be recognised. */
    readonly load: (channel: ChannelId, since: number) => Effect.Effect<LogSnapshot, HistoryError>
    /** Those of these ids that were stored, for as long as ids are remembered. */
    readonly known: (
      channel: ChannelId,
      ids: ReadonlyArray<{ readonly user: UserId; readonly id: MessageId }>,
    ) => Effect.Effect<ReadonlyArray<Known>, HistoryError>
    /** Stores entries, all or none, and says how safe they are then. What they change is changed with them. */
    readonly append: (channel: ChannelId, batch: Batch) => Effect.Effect<Durability, HistoryError>
    /** The messages at these places as they are now, in the order of their places. */
    readonly messages: (
      channel: ChannelId,
      seqs: ReadonlyArray<Seq>,
    ) => Effect.Effect<ReadonlyArray<Message>, HistoryError>
    readonly page: (channel: ChannelId, range: Range) => Effect.Effect<Page, HistoryError>
    readonly search: (query: Query) => Effect.Effect<Hits, HistoryError>
    /** These users, each at most once, have read up to here; it never goes back. Succeeds with what is in force. */
    readonly mark: (
      channel: ChannelId,
      read: ReadonlyArray<Reader>,
    ) => Effect.Effect<ReadonlyArray<Reader>, HistoryError>
    /** From now on it counts for these users: those without a marker have read nothing. */
    readonly touch: (channel: ChannelId, users: ReadonlyArray<UserId>) => Effect.Effect<void, HistoryError>
    /** The channels that count for a user, in the order of their ids, behind one of them. */
    readonly markers: (
      user: UserId,
      page: { readonly after?: ChannelId | undefined; readonly limit: number },
    ) => Effect.Effect<ReadonlyArray<Marker>, HistoryError>
    /** Removes what is too old or too much, a bounded part of it; says how many entries. The layer does it by itself. */
    readonly prune: (now: number) => Effect.Effect<number, HistoryError>
  }
>()("natter/history/History") {
  /** History in this process's memory: gone with it. At most 10 000 channels, those written to last. */
  static readonly layerMemory = Layer.effect(History, make)
}
