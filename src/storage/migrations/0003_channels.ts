import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// Times are milliseconds since 1970. What is called "key" compares as bytes, whatever the database's language.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient
  const key = sql.literal(schema.key)

  // Direct conversations have no row here: there is nothing to know of them but their sanctions.
  yield* sql`CREATE TABLE channels (
    id ${key} PRIMARY KEY,
    name ${key} UNIQUE,
    access TEXT NOT NULL,
    topic TEXT NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0,
    slow_mode BIGINT NOT NULL DEFAULT 0,
    durability TEXT,
    created_at BIGINT NOT NULL
  )`

  yield* sql`CREATE TABLE channel_roles (
    channel ${key},
    user_id ${key},
    user_name TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (channel, user_id)
  )`

  // "subject" is a user's id or a range of addresses, with a word that says which.
  yield* sql`CREATE TABLE channel_sanctions (
    channel ${key},
    kind TEXT NOT NULL,
    subject ${key},
    user_id TEXT,
    user_name TEXT,
    address TEXT,
    ends_at BIGINT,
    by_id ${key},
    by_name TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (channel, kind, subject)
  )`
  yield* sql`CREATE INDEX channel_sanctions_by ON channel_sanctions (by_id)`

  yield* sql`CREATE TABLE channel_audit (
    channel ${key},
    number BIGINT NOT NULL,
    timestamp BIGINT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    action TEXT NOT NULL,
    whom_id TEXT,
    whom_name TEXT,
    detail TEXT,
    PRIMARY KEY (channel, number)
  )`
})
