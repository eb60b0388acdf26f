import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { ChannelStore } from "../channels/ChannelStore.ts"
import type { History } from "../history/History.ts"
import type { HistoryError } from "../history/HistoryError.ts"
import { DataFolder, type DataFolderError } from "./DataFolder.ts"
import type { WebhookStore } from "../webhooks/WebhookStore.ts"
import type { Dialect } from "./Dialect.ts"
import type * as FolderLock from "./FolderLock.ts"
import * as OwnFolder from "./OwnFolder.ts"
import * as Sqlite from "./Sqlite.ts"
import * as Stores from "./Stores.ts"

/** Where the database is: in a folder, or in a file of the caller's choice. */
export type SqliteStorageOptions = (
  | {
      /**
       * Made where it is not there, readable by its owner only; holds `natter.db`. It is locked until the layer closes,
       * so that two hubs can't run on it (`natter user` and `natter token` may).
       */
      readonly folder: string
    }
  | {
      /** Made where it is not there. It has no lock: see to it that one hub at a time uses it. `:memory:` for none. */
      readonly file: string
    }
) &
  Pick<Sqlite.SqliteOptions, "synchronous" | "busyTimeout">

/**
 * `History`, `ChannelStore` and `WebhookStore` in a SQLite database that is brought up to date when the layer is built. It lives on a
 * thread of its own, so no statement keeps the program from doing something else.
 *
 * ```ts
 * const chat = Hub.layer.pipe(Layer.provideMerge(SqliteStorage.layer({ folder: "data" })))
 * ```
 *
 * How much is kept is set by `HistorySettings`, provided to this layer; without it a channel keeps 10 000 entries of the
 * last 7 days.
 *
 * Your own tables go into the same database, with the `SqlClient` that comes along. Natter has these names:
 * `migrations`, `accounts`, `account_changes`, `tokens`, `invites`, `identities`, `signing_keys`, `kept_clients`, `epochs`, `logs`, `history_identity`, `entries`, `entry_words`
 * and what begins with it, `ids`, `reactions`, `markers`, `channels`, `webhooks`, `files`, `files_identity`, and what begins with `channel_` or `webhook_`. Read them if you
 * like, but write only yours: a prefix keeps yours apart from those that later versions bring.
 *
 * ```ts
 * const orders = Effect.gen(function* () {
 *   const sql = yield* SqlClient
 *   yield* sql`CREATE TABLE IF NOT EXISTS shop_orders (id TEXT PRIMARY KEY, channel TEXT NOT NULL)`
 * })
 * ```
 *
 * There is one connection. Statements that wait at the same moment share a commit; a transaction (`sql.withTransaction`)
 * has the database to itself, Natter's appends included, so keep it short. Statements can't be streamed.
 *
 * Fails with `DataFolderError` or `DatabaseError` where folder or file can't be used or hold no database of Natter's,
 * also one that a newer version has written, one that is damaged, or a `natter.db` that was copied while it was in use
 * (docs/BACKUP.md says how to make a copy); with `FolderInUse` where somebody else runs a hub on the folder, with `LockFileError` where it
 * can't be locked; with
 * `HistoryError` where the database does not answer while it is opened.
 */
export const layer = (
  options: SqliteStorageOptions,
): Layer.Layer<
  History | ChannelStore | WebhookStore | SqlClient | Dialect,
  DataFolderError | FolderLock.FolderInUse | FolderLock.LockFileError | Sqlite.DatabaseError | HistoryError
> => Layer.provideMerge(Stores.layer, "file" in options ? Sqlite.layerFile(options) : inFolder(options))

const inFolder = ({ folder, ...options }: Extract<SqliteStorageOptions, { readonly folder: string }>) =>
  OwnFolder.layer(options).pipe(
    Layer.provide(DataFolder.layer(folder)),
    Layer.provide([NodeFileSystem.layer, NodePath.layer]),
  )
