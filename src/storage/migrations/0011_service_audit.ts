import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// What administrators of the service did. Times are milliseconds since 1970.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient

  yield* sql`CREATE TABLE service_audit (
    number ${sql.literal(schema.counter)},
    timestamp BIGINT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    action TEXT NOT NULL,
    whom TEXT,
    detail TEXT
  )`
  yield* sql`CREATE INDEX service_audit_by_action ON service_audit (action, number)`
})
