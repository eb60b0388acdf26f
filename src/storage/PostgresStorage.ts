import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { ChannelStore } from "../channels/ChannelStore.ts"
import type { History } from "../history/History.ts"
import type { HistoryError } from "../history/HistoryError.ts"
import * as Database from "./Database.ts"
import type { WebhookStore } from "../webhooks/WebhookStore.ts"
import type { Dialect } from "./Dialect.ts"
import type { DatabaseInUse } from "./Ownership.ts"
import type { PostgresOptions } from "./Postgres.ts"
import type { PostgresError } from "./PostgresError.ts"
import * as Stores from "./Stores.ts"

/**
 * `History`, `ChannelStore` and `WebhookStore` in a Postgres database (12 or later) that is brought up to date when the layer is built.
 *
 * ```ts
 * const url = Redacted.make("postgres://natter:secret@localhost/chat")
 * const chat = Hub.layer.pipe(Layer.provideMerge(PostgresStorage.layer({ url })))
 * ```
 *
 * One hub at a time uses a database: a second one fails with `DatabaseInUse` until the layer of the first is closed. It is
 * kept out by a connection for that alone, which needs a server, or a pooler, that leaves a session its connection. When
 * that connection is lost the hub goes on and makes it again; should another hub have been faster, `Ownership` says so, and
 * this one is to be closed. How much is kept is
 * set by `HistorySettings`, provided to this layer; without it a channel keeps 10 000 entries of the last 7 days. What
 * the server does not answer within 15 s is taken back, and fails with a `HistoryError` whose reason is `Unsure`.
 *
 * Your own tables go into the same database, with the `SqlClient` that comes along; `SqliteStorage.layer` says which
 * names are Natter's. Its connections are shared, so a transaction of yours takes one of `maxConnections` while it
 * lasts. It returns `bigint` columns as numbers.
 *
 * Fails with `PostgresError` where the database can't be reached or brought up to date, also where a newer version has
 * written it; the error has no password in it.
 */
export const layer = (
  options: PostgresOptions,
): Layer.Layer<
  History | ChannelStore | WebhookStore | SqlClient | Dialect,
  DatabaseInUse | PostgresError | HistoryError
> =>
  Stores.layer.pipe(Layer.provideMerge(Database.postgres(options)), Layer.provideMerge(Database.holdPostgres(options)))
