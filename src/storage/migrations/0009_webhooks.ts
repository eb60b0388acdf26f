import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// Times are milliseconds since 1970. A secret that signs is kept as it is: a signature takes it.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient
  const key = sql.literal(schema.key)

  // One that goes out has what stands behind "url", one that comes in "name" and "fingerprint".
  yield* sql`CREATE TABLE webhooks (
    id ${key} PRIMARY KEY,
    kind TEXT NOT NULL,
    channel ${key},
    created_at BIGINT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    disabled TEXT,
    name TEXT,
    fingerprint TEXT,
    url TEXT,
    events TEXT,
    secret TEXT,
    former_secret TEXT,
    former_until BIGINT,
    position BIGINT,
    forgotten BIGINT
  )`

  yield* sql`CREATE TABLE webhook_dead_letters (
    webhook ${key},
    delivery ${key},
    type TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (webhook, delivery)
  )`
})
