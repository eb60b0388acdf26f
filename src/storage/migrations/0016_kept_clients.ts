import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// What clients come back to that were told that it is kept. Which accounts there are is another store's affair.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient
  const key = sql.literal(schema.key)

  yield* sql`CREATE TABLE kept_clients (
    user_id ${key},
    client ${key},
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (user_id, client)
  )`
  yield* sql`CREATE INDEX kept_clients_by_end ON kept_clients (until)`
})
