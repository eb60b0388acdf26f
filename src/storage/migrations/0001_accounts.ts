import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// Times are milliseconds since 1970. Names compare by name_key alone, so no collation matters.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient

  yield* sql`CREATE TABLE accounts (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
  )`

  yield* sql`CREATE TABLE tokens (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES accounts (id),
    label TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
  )`
  yield* sql`CREATE INDEX tokens_by_user ON tokens (user_id, kind)`
  yield* sql`CREATE INDEX tokens_by_expiry ON tokens (expires_at)`
  yield* sql`CREATE INDEX tokens_by_revocation ON tokens (revoked_at)`

  yield* sql`CREATE TABLE invites (
    fingerprint TEXT PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    used_by TEXT REFERENCES accounts (id)
  )`

  // The log that other processes read to learn what they must act on.
  yield* sql`CREATE TABLE account_changes (
    seq ${sql.literal(schema.counter)},
    tag TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_id TEXT,
    changed_at BIGINT NOT NULL
  )`
})
