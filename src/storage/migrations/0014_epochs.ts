import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// Which node claimed a partition of the channels last: whoever acts by an older epoch stores nothing any more.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient

  yield* sql`CREATE TABLE epochs (
    partition INTEGER PRIMARY KEY,
    epoch BIGINT NOT NULL,
    node TEXT NOT NULL
  )`
  for (const statement of schema.fences) yield* sql.unsafe(statement)
})
