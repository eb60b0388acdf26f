/** The database of a service, whichever it is. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { MessagePort } from "node:worker_threads"
import type { DataFolder, DataFolderError } from "./DataFolder.ts"
import type { LockOptions } from "./DatabaseLock.ts"
import type { Dialect } from "./Dialect.ts"
import type { DatabaseInUse } from "./Ownership.ts"
import * as OwnFolder from "./OwnFolder.ts"
import type { PostgresOptions } from "./Postgres.ts"
import type { PostgresError } from "./PostgresError.ts"
import * as Sqlite from "./Sqlite.ts"

/** Of one kind or the other, where a setting decides. */
export type AnyDatabase = Layer.Layer<
  SqlClient | Dialect,
  PostgresError | DataFolderError | Sqlite.DatabaseError,
  DataFolder
>

/** A database on a Postgres server. The driver is loaded only here: it takes as long to load as all the rest. */
export const postgres = (options: PostgresOptions): Layer.Layer<SqlClient | Dialect, PostgresError> =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./Postgres.ts")),
      ({ layer }) => layer(options),
    ),
  )

/** Keeps other services off a database on a Postgres server, until the layer closes. */
export const holdPostgres = (options: LockOptions): Layer.Layer<never, DatabaseInUse | PostgresError> =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./DatabaseLock.ts")),
      ({ layer }) => layer(options),
    ),
  )

/** The same, kept from other services, checked to be whole, and marked while it is open. */
export const sqliteAlone = (options: Omit<Sqlite.SqliteOptions, "file">) => OwnFolder.layer(options)

/** The SQLite database of the data folder. */
export const sqlite = (
  options: Omit<Sqlite.SqliteOptions, "file">,
): Layer.Layer<SqlClient | Dialect, Sqlite.DatabaseError | DataFolderError, DataFolder> => Sqlite.layer(options)

/** The same that another thread has open; `port` leads there, and errors call it `name`. */
export const sqliteJoined = (name: string, port: Effect.Effect<MessagePort, { readonly message: string }>) =>
  Sqlite.layerJoined(name, port)
