import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { DataFolder, DataFolderError } from "./DataFolder.ts"
import type { PostgresError, PostgresOptions } from "./Postgres.ts"
import * as Sqlite from "./Sqlite.ts"

/** Loaded only where it is used: it takes as long to load as all the rest. */
const postgres = (options: PostgresOptions): Layer.Layer<SqlClient, PostgresError> =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./Postgres.ts")),
      ({ layer }) => layer(options),
    ),
  )

/** The database of the data folder, or one of a Postgres server. */
export const layer = (
  options: { readonly postgres: PostgresOptions } | { readonly sqlite: Omit<Sqlite.SqliteOptions, "file"> },
): Layer.Layer<SqlClient, PostgresError | DataFolderError | Sqlite.DatabaseError, DataFolder> =>
  "postgres" in options ? postgres(options.postgres) : Sqlite.layer(options.sqlite)
