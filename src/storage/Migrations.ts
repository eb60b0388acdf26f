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
import tokenScopes from "./migrations/0007_token_scopes.ts"
import signingKeys from "./migrations/0008_signing_keys.ts"
import files from "./migrations/0010_files.ts"
import serviceAudit from "./migrations/0011_service_audit.ts"
import inviteLinks from "./migrations/0012_invite_links.ts"
import addressBans from "./migrations/0013_address_bans.ts"
import epochs from "./migrations/0014_epochs.ts"
import search from "./migrations/0015_search.ts"
import keptClients from "./migrations/0016_kept_clients.ts"
import webhooks from "./migrations/0009_webhooks.ts"

/** In order; one that was released is never changed, only followed by another. */
const migrations = (schema: Schema) => ({
  "0001_accounts": accounts(schema),
  "0002_history": history(schema),
  "0003_channels": channels(schema),
  "0004_channel_makers": channelMakers(schema),
  "0005_looks": looks(),
  "0006_history_id": historyId,
  "0007_token_scopes": tokenScopes,
  "0008_signing_keys": signingKeys,
  "0009_webhooks": webhooks(schema),
  "0010_files": files(schema),
  "0011_service_audit": serviceAudit(schema),
  "0012_invite_links": inviteLinks(schema),
  "0013_address_bans": addressBans(schema),
  "0014_epochs": epochs(schema),
  "0015_search": search(schema),
  "0016_kept_clients": keptClients(schema),
})

/** The version that this Natter knows. */
export const latest = (schema: Schema): number =>
  Math.max(...Object.keys(migrations(schema)).map((name) => Number.parseInt(name, 10)))

/** Brings the database up to date, all or nothing. Refuses one that a later version of Natter has written. */
export const run: Effect.Effect<void, Migrator.MigrationError | SqlError, SqlClient | Dialect> = Effect.gen(
  function* () {
    const sql = yield* SqlClient
    const { schema } = yield* Dialect
    const known = latest(schema)
    yield* Migrator.make({})({ loader: Migrator.fromRecord(migrations(schema)), table: "migrations" })
    const [row] = yield* sql<{ version: number }>`SELECT MAX(migration_id) AS version FROM migrations`
    if (row !== undefined && row.version > known) {
      return yield* new Migrator.MigrationError({
        kind: "BadState",
        message: `it was written by a newer Natter (schema ${row.version}, this one knows ${known})`,
      })
    }
  },
)
