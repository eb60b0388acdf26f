import * as Layer from "effect/Layer"
import * as SqlAccounts from "./SqlAccounts.ts"
import * as SqlChannels from "./SqlChannels.ts"
import * as SqlEpochs from "./SqlEpochs.ts"
import * as SqlKeptClients from "./SqlKeptClients.ts"
import * as SqlHistory from "./SqlHistory.ts"
import * as SqlWebhooks from "./SqlWebhooks.ts"
import * as StorePing from "./StorePing.ts"
import * as SqlSigningKeys from "./SqlSigningKeys.ts"

/** What a hub keeps, in a SQL database whose migrations have been run. */
export const layer = Layer.mergeAll(
  SqlHistory.layer,
  SqlEpochs.layer,
  SqlChannels.layer,
  SqlWebhooks.layer,
  StorePing.layer,
)

/**
 * Accounts, their tokens and invites, the keys by which access tokens are signed, and what their clients come back to, in the same database: for who signs people in with `Accounts`. A hub needs none.
 * Provide `SqliteStorage.layer` or `PostgresStorage.layer` to it.
 */
export const accountsLayer = Layer.mergeAll(SqlAccounts.layer, SqlSigningKeys.layer, SqlKeptClients.layer)
