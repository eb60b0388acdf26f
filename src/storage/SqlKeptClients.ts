/** What is kept of clients that are gone, in a SQL database. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import { KeptClients, maxKeptPerUser } from "../accounts/KeptClients.ts"
import type { Dialect } from "./Dialect.ts"
import { asStorageError } from "./internal/asStorageError.ts"

// Every statement is one that SQLite and Postgres both accept.

/** In a database whose migrations have been run. */
export const layer: Layer.Layer<KeptClients, never, SqlClient | Dialect> = Layer.effect(
  KeptClients,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return KeptClients.of({
      keep: ({ client, since, state, until, user }) =>
        Effect.andThen(
          sql`INSERT INTO kept_clients ${sql.insert({ user_id: user, client, since, until, state })}
            ON CONFLICT (user_id, client) DO UPDATE SET since = EXCLUDED.since, until = EXCLUDED.until, state = EXCLUDED.state
            WHERE kept_clients.since <= EXCLUDED.since`,
          sql`DELETE FROM kept_clients WHERE user_id = ${user} AND client IN (
            SELECT client FROM kept_clients WHERE user_id = ${user} ORDER BY until DESC, client LIMIT 1000 OFFSET ${maxKeptPerUser}
          )`,
        ).pipe(Effect.asVoid, asStorageError),
      take: (user, client, now) =>
        sql<{ readonly until: number; readonly state: string }>`
          DELETE FROM kept_clients WHERE user_id = ${user} AND client = ${client} RETURNING until, state`.pipe(
          Effect.map(([row]) =>
            row === undefined || Number(row.until) <= now ? Option.none() : Option.some(row.state),
          ),
          asStorageError,
        ),
      sweep: (now, most) =>
        sql`DELETE FROM kept_clients WHERE until <= ${now}
          OR until <= (SELECT until FROM kept_clients ORDER BY until DESC LIMIT 1 OFFSET ${most})`.pipe(
          Effect.asVoid,
          asStorageError,
        ),
    })
  }),
)
