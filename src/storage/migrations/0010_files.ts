import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { freshIdentity } from "../../files/freshIdentity.ts"
import type { Schema } from "../Dialect.ts"

// Times are milliseconds since 1970.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient
  const key = sql.literal(schema.key)

  yield* sql`CREATE TABLE files (
    id ${key} PRIMARY KEY,
    user_id ${key},
    channel ${key},
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    sha256 TEXT,
    received BIGINT NOT NULL,
    whole INTEGER NOT NULL,
    posted INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
  )`
  yield* sql`CREATE INDEX files_by_user ON files (user_id)`
  yield* sql`CREATE INDEX files_by_channel ON files (channel, id)`
  yield* sql`CREATE INDEX files_by_content ON files (sha256) WHERE whole = 1`
  yield* sql`CREATE INDEX files_by_end ON files (expires_at)`

  // Which records these are: one row. It is what the store of their bytes is marked with.
  yield* sql`CREATE TABLE files_identity (id TEXT NOT NULL)`
  yield* sql`INSERT INTO files_identity (id) VALUES (${yield* freshIdentity})`

  // What a message carries, until it is deleted.
  yield* sql`ALTER TABLE entries ADD COLUMN file ${sql.literal(schema.json)}`
  yield* sql`CREATE INDEX entries_by_file ON entries (channel, (file ->> 'id')) WHERE file IS NOT NULL`
  for (const statement of schema.files) yield* sql.unsafe(statement)
})
