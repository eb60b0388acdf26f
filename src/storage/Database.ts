/** The database of a service, whichever it is. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { DataFolder, DataFolderError } from "./DataFolder.ts"
import type { Dialect } from "./Dialect.ts"
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

/** The SQLite database of the data folder. */
export const sqlite = (
  options: Omit<Sqlite.SqliteOptions, "file">,
): Layer.Layer<SqlClient | Dialect, Sqlite.DatabaseError | DataFolderError, DataFolder> => Sqlite.layer(options)
