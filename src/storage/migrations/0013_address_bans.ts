import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// From where nobody is let in. Times are milliseconds since 1970.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient

  yield* sql`CREATE TABLE address_bans (
    address ${sql.literal(schema.key)} PRIMARY KEY,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    reason TEXT
  )`
})
