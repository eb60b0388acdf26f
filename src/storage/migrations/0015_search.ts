import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// Messages that were indexed by the rules of before: the service goes through them while it runs, and each that it has
// indexed anew leaves this index. What a node of an earlier release still stores comes in.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient
  yield* sql`CREATE INDEX entries_unindexed ON entries (timestamp) WHERE ${sql.literal(schema.unindexed)}`
})
