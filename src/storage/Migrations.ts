import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { Dialect, type Schema } from "./Dialect.ts"
import accounts from "./migrations/0001_accounts.ts"
import history from "./migrations/0002_history.ts"
import channels from "./migrations/0003_channels.ts"
import channelMakers from "./migrations/0004_channel_makers.ts"
import looks from "./migrations/0005_looks.ts"
import historyId from "./migrations/0006_history_id.ts"

/** In order; one that was released is never changed, only followed by another. */
const migrations = (schema: Schema) => ({
  "0001_accounts": accounts(schema),
  "0002_history": history(schema),
  "0003_channels": channels(schema),
  "0004_channel_makers": channelMakers(schema),
  "0005_looks": looks(),
  "0006_history_id": historyId,
})

/** Brings the database up to date, all or nothing. Refuses one that a later version of Natter has written. */
export const run: Effect.Effect<void, Migrator.MigrationError | SqlError, SqlClient | Dialect> = Effect.gen(
  function* () {
    const sql = yield* SqlClient
    const wanted = migrations((yield* Dialect).schema)
    const latest = Object.keys(wanted).length
    yield* Migrator.make({})({ loader: Migrator.fromRecord(wanted), table: "migrations" })
    const [row] = yield* sql<{ version: number }>`SELECT MAX(migration_id) AS version FROM migrations`
    if (row !== undefined && row.version > latest) {
      return yield* new Migrator.MigrationError({
        kind: "BadState",
        message: `it was written by a newer Natter (schema ${row.version}, this one knows ${latest})`,
      })
    }
  },
)
