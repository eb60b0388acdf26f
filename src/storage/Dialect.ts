/** What the databases say differently, in one value each. */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Durability } from "../domain/Durability.ts"
import type { Fence } from "../domain/Fence.ts"
import type { Batch, LogSnapshot } from "../history/HistoryShape.ts"
import type { Seq } from "../domain/Seq.ts"
import type { HistoryError } from "../history/HistoryError.ts"
import type { OfContent } from "../history/Sought.ts"
import type { Syntax } from "./internal/historyWords.ts"

/** What the migrations put into the tables. As released: a change of one of these takes a migration of its own. */
export interface Schema {
  /** A text column that compares as bytes, whatever the database's language. */
  readonly key: string
  /** A primary key that counts up and gives no number twice, even after rows were removed. */
  readonly counter: string
  /** A table whose rows lie in the order of its primary key. */
  readonly clustered: string
  /** Of the table of entries: a column before all others, its key, and the column of what is indexed of the content. */
  readonly row: string
  readonly entryKey: string
  readonly words: string
  /** The full-text index, and the triggers that do what follows from an entry. */
  readonly history: ReadonlyArray<string>
  /** A column of JSON that can be looked into, and the triggers that keep it in step with its message. */
  readonly json: string
  readonly files: ReadonlyArray<string>
  /** What a log has of the epoch by which it was taken over. */
  readonly fences: ReadonlyArray<string>
  /** Of the entries: what a message is that has to be indexed anew, by the rules of 0015. */
  readonly unindexed: string
}

/** A message, as it was when its words were found. */
export interface Reindexed {
  readonly channel: ChannelId
  readonly seq: Seq
  readonly edited: Seq | null
  readonly words: ReadonlyArray<string>
}

/** Where the same is said in different words. */
export interface Phrases {
  /** An expression: the reactions of the message `e`, as JSON or null. */
  readonly reactions: string
  /** How words are put into what the index is asked. */
  readonly words: Syntax
  /** The entries `e` that the index finds: `FROM` this, and further conditions. */
  readonly matching: (words: string) => Fragment
  /** Whether the entry `e` is by somebody of this name, folded as a search does it. */
  readonly isNamed: (name: string) => Fragment
  /** Whether the entry `e` says what is sought beyond words, where the database can tell: by a function of ours. */
  readonly says: ((query: OfContent) => Fragment) | undefined
  /** Gives messages other words, unless they have changed since. A row for each that was given some. */
  readonly index: (rows: ReadonlyArray<Reindexed>) => Effect.Effect<ReadonlyArray<unknown>, SqlError>
  /** A table of one row: a statement that reads it is on disk when it is done, whatever is usual on the server. */
  readonly safely: Fragment
  /** Finds a claim where it is its partition's last, and keeps it that for the rest of the transaction. */
  readonly holding: (fence: Fence) => Fragment
  /** Waits for whoever does the same until its transaction has ended: what they count is seen in its order. */
  readonly inTurn: Fragment
  /** Tables of values, however many in one parameter: the statement stays the same. */
  readonly numbers: (values: ReadonlyArray<number>) => Fragment
  readonly texts: (values: ReadonlyArray<string>) => Fragment
  /** With the columns `one` and `two`. */
  readonly pairs: (values: ReadonlyArray<readonly [string, string | number]>) => Fragment
}

/** How the database appends to a log, and how safe that is. */
export interface Log {
  /** Where a log begins and ends, and how safe it is. With a fence it is taken over by the way. */
  readonly bounds: (
    channel: ChannelId,
    fence?: Fence,
  ) => Effect.Effect<Pick<LogSnapshot, "first" | "seq" | "durability">, SqlError | HistoryError>
  readonly append: (channel: ChannelId, batch: Batch) => Effect.Effect<Durability, SqlError | HistoryError>
  /** Whether it gives up by itself what takes longer than `patience`. */
  readonly inTime: boolean
}

export interface DialectShape {
  readonly schema: Schema
  readonly phrases: (sql: SqlClient) => Phrases
  readonly log: (sql: SqlClient) => Effect.Effect<Log, SqlError, Scope.Scope>
  /** How long a history waits for an answer. */
  readonly patience: Duration.Duration
  /** Whether this error of the database's driver says nothing about what was stored. */
  readonly leavesDoubt: (cause: object) => boolean
}

/**
 * The dialect of the database at hand. Whoever makes a `SqlClient` provides it along with it, so the stores can't be
 * built on a database that nobody has described here: that is a type error.
 */
export class Dialect extends Context.Service<Dialect, DialectShape>()("natter/storage/Dialect") {}
