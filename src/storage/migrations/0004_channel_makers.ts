import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// For whom a channel counts, and whether it only began to be. Those that are there count for nobody, and are in use. The
// audit log is kept by the kinds of acts.
export default Effect.fnUntraced(function* (_: Schema) {
  const sql = yield* SqlClient
  yield* sql`ALTER TABLE channels ADD COLUMN maker TEXT`
  yield* sql`ALTER TABLE channels ADD COLUMN unused INTEGER NOT NULL DEFAULT 0`
  yield* sql`CREATE INDEX channels_by_maker ON channels (maker)`
  yield* sql`CREATE INDEX channels_archived ON channels (archived)`
  yield* sql`CREATE INDEX channel_audit_by_action ON channel_audit (channel, action, number)`
})
