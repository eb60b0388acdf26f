/** What the nodes of a service share of its database beside what is kept there: their locks, and a secret. */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { randomBytes } from "node:crypto"
import type { Dialect } from "./Dialect.ts"
import { nameOf, problemOf } from "./internal/postgresAway.ts"
import * as Postgres from "./Postgres.ts"
import { PostgresError } from "./PostgresError.ts"

/** One for the locks, which are gone with it, and two for what is asked beside: nothing else may keep these waiting. */
const maxConnections = 3

/** Connections of its own to the database at this address. */
export const layer = (url: Redacted.Redacted): Layer.Layer<SqlClient | Dialect, PostgresError> =>
  Postgres.connections({ url, maxConnections }, "natter cluster")

/** "Natc", in ASCII: nodes that start together make the secret one after the other. */
const making = 0x4e617463

export interface SharedByNodes {
  /** Names what belongs to the nodes of this service among all that use the database. */
  readonly name: string
  /** Known to whoever may read the database. Made by the first node. */
  readonly secret: Redacted.Redacted
}

export const shared = (url: Redacted.Redacted): Effect.Effect<SharedByNodes, PostgresError, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`SELECT pg_advisory_xact_lock(${making})`
        yield* sql`CREATE TABLE IF NOT EXISTS cluster_secret (one BOOLEAN PRIMARY KEY CHECK (one), secret TEXT NOT NULL)`
        const fresh = randomBytes(32).toString("base64")
        yield* sql`INSERT INTO cluster_secret (one, secret) VALUES (true, ${fresh}) ON CONFLICT (one) DO NOTHING`
        const [row] = yield* sql<{ readonly secret: string; readonly schema: number }>`
          SELECT secret, hashtext(coalesce(current_schema(), ''))::int AS schema FROM cluster_secret`
        return {
          // The runtime's locks are those of the whole database, and its tables those of a schema.
          name: `cluster_${((row?.schema ?? 0) >>> 0).toString(16)}`,
          secret: Redacted.make(row?.secret ?? fresh),
        }
      }),
    )
  }).pipe(Effect.mapError((cause) => new PostgresError({ database: nameOf(url), problem: problemOf(cause), cause })))
