import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Durability } from "../domain/Durability.ts"
import type { Entry, StoredId, Message } from "../domain/Entry.ts"
import type { Fence } from "../domain/Fence.ts"
import type { FileId } from "../domain/FileId.ts"
import type { HistoryId } from "../domain/HistoryId.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { UserId } from "../domain/User.ts"
import type { HistoryError } from "./HistoryError.ts"

/** A log as a channel finds it when it starts. */
export interface LogSnapshot {
  /**
   * Which history this is: another one where the log was begun anew or brought back from a copy, so that its places may
   * mean other entries than before. Undefined where the history cannot tell.
   */
  readonly history?: HistoryId | undefined
  /** The oldest place kept; behind `seq` where nothing is kept. */
  readonly first: Seq
  /** The last place given, whether its entry is still kept or not. */
  readonly seq: Seq
  /** How safe the entries are at this moment. */
  readonly durability: Durability
  /**
   * The latest entries, the oldest first: the last 256 at least, if there are as many. A channel that crashed finds
   * among them those that were stored but not yet told to its members.
   */
  readonly recent: ReadonlyArray<Entry>
  /** The ids stored since the time that was asked for, the oldest first; the latest 16 384 of them. */
  readonly ids: ReadonlyArray<StoredId>
}

/** Entries to be stored together, with the places behind `after`. */
export interface Batch {
  /** The last place given, as far as the caller knows. Where it is not, the append fails with `Conflict`. */
  readonly after: Seq
  /**
   * At least one; their places follow `after` without a gap. No timestamp is below that of the entry before, the last
   * one that is stored included: "since" and "until" divide a log in two.
   */
  readonly entries: ReadonlyArray<Entry>
  /** How safe the entries have to be when `append` succeeds. A history that can't do that says so by its answer. */
  readonly durability: Durability
  /** By which claim the caller has the channel. By an older one than the last, the append fails with `Fenced`. */
  readonly fence?: Fence | undefined
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
  /**
   * Words, all of which a message has: each finds what begins with it. One with signs in it stands for words in a row, and a
   * star at its end is not needed. Nothing else has a meaning of its own. `Sought` has the rules.
   */
  readonly text: string
  /** Texts that a message has as they are, but for how they are written: large or small letters, one kind of blanks or another. */
  readonly phrases?: ReadonlyArray<string> | undefined
  /** Names, in whatever case: it is shown as said by one of them. */
  readonly from?: ReadonlyArray<string> | undefined
  /** From this moment on, and before that one, in milliseconds since 1970. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Only messages that carry a file. */
  readonly file?: boolean | undefined
  /** Only messages with a web address. */
  readonly link?: boolean | undefined
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

/** The methods of `History`. */
export interface HistoryShape {
  /** Whether a log of this history can have had this id: otherwise it is that of another store, or of another day. */
  readonly isOurs: (id: HistoryId) => boolean
  /**
   * Reads what a channel needs to start; of the ids those stored at `since` or later. With a fence it also takes the log
   * over: from then on nothing is stored by an older claim. Fails with `Fenced` where there is a newer one.
   */
  readonly load: (channel: ChannelId, since: number, fence?: Fence) => Effect.Effect<LogSnapshot, HistoryError>
  /** Those of these ids that were stored, for as long as ids are remembered. */
  readonly known: (
    channel: ChannelId,
    ids: ReadonlyArray<{ readonly user: UserId; readonly id: MessageId }>,
  ) => Effect.Effect<ReadonlyArray<StoredId>, HistoryError>
  /**
   * Stores entries, all or none, and succeeds with how safe they are now. An edit, a deletion or a reaction also
   * changes the message that it is about. Fails with any of the reasons of `HistoryError`.
   */
  readonly append: (channel: ChannelId, batch: Batch) => Effect.Effect<Durability, HistoryError>
  /** The same, done at the call, by a history that never waits for anything: a channel need not wake its fiber for it. */
  readonly appendUnsafe: ((channel: ChannelId, batch: Batch) => Exit.Exit<Durability, HistoryError>) | undefined
  /** The messages at these places as they are now, in the order of their places. */
  readonly messages: (
    channel: ChannelId,
    seqs: ReadonlyArray<Seq>,
  ) => Effect.Effect<ReadonlyArray<Message>, HistoryError>
  /** Those of these files that a message of the channel carries, which is kept and not deleted. */
  readonly carried: (
    channel: ChannelId,
    files: ReadonlyArray<FileId>,
  ) => Effect.Effect<ReadonlyArray<FileId>, HistoryError>
  readonly page: (channel: ChannelId, range: Range) => Effect.Effect<Page, HistoryError>
  readonly search: (query: Query) => Effect.Effect<Hits, HistoryError>
  /**
   * Moves the read markers of users forward; each user is there at most once. A marker never goes back, nor beyond the
   * last place. Succeeds with the markers as they are now, in the same order.
   */
  readonly mark: (channel: ChannelId, read: ReadonlyArray<Reader>) => Effect.Effect<ReadonlyArray<Reader>, HistoryError>
  /** Gives these users a marker at the beginning of the channel, unless they have one. */
  readonly touch: (channel: ChannelId, users: ReadonlyArray<UserId>) => Effect.Effect<void, HistoryError>
  /** The markers of a user, in the order of the channels' ids, those behind `after`. */
  readonly markers: (
    user: UserId,
    page: { readonly after?: ChannelId | undefined; readonly limit: number },
  ) => Effect.Effect<ReadonlyArray<Marker>, HistoryError>
  /** Removes everything that is kept of a channel, markers included: it begins anew. */
  readonly remove: (channel: ChannelId) => Effect.Effect<void, HistoryError>
  /**
   * Removes entries beyond the bounds of `HistorySettings`, a limited number in one call, and succeeds with how many.
   * The layer calls it by itself.
   */
  readonly prune: (outdated: Outdated) => Effect.Effect<number, HistoryError>
}

/** Which stamps are too old to be kept: those below these. */
export interface Outdated {
  readonly entries: number
  readonly ids: number
}
