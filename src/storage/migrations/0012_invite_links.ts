import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// Invitations to channels for whoever has the code, of which "id" is a fingerprint. Times are milliseconds since 1970.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient
  const key = sql.literal(schema.key)

  yield* sql`CREATE TABLE channel_links (
    id ${key} PRIMARY KEY,
    channel ${key},
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    uses BIGINT,
    used BIGINT NOT NULL
  )`
  yield* sql`CREATE INDEX channel_links_by_channel ON channel_links (channel)`
})
