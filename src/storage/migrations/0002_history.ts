import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Schema } from "../Dialect.ts"

// Times are milliseconds since 1970. What an entry changes is changed by triggers, so that an append is one statement.
export default Effect.fnUntraced(function* (schema: Schema) {
  const sql = yield* SqlClient
  const key = sql.literal(schema.key)

  // A channel's log: the last place given, whether its entry is kept or not, and the oldest kept with its time.
  yield* sql`CREATE TABLE logs (
    channel ${key} PRIMARY KEY,
    seq BIGINT NOT NULL,
    first BIGINT NOT NULL,
    since BIGINT
  )`

  // A message is here as it is now: without content when it was deleted.
  yield* sql`CREATE TABLE entries (
    ${sql.literal(schema.row)}
    channel ${key},
    seq BIGINT NOT NULL,
    type TEXT NOT NULL,
    id TEXT,
    user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    timestamp BIGINT NOT NULL,
    content TEXT,
    target BIGINT,
    edited BIGINT,
    reaction TEXT,
    is_on INTEGER,
    words ${sql.literal(schema.words)},
    ${sql.literal(schema.entryKey)} (channel, seq)
  )`
  yield* sql`CREATE INDEX entries_by_time ON entries (channel, timestamp, seq)`
  // Unread messages are counted from it alone.
  yield* sql`CREATE INDEX entries_said ON entries (channel, seq, user_id)
    WHERE type = 'Message' AND content IS NOT NULL`
  yield* sql`CREATE INDEX entries_edits ON entries (channel, target) WHERE type = 'Edited'`

  // Longer or shorter kept than the entries: for as long as an id is recognised.
  yield* sql`CREATE TABLE ids (
    channel ${key},
    seq BIGINT NOT NULL,
    user_id ${key},
    id TEXT NOT NULL,
    timestamp BIGINT NOT NULL,
    PRIMARY KEY (channel, seq),
    CONSTRAINT ids_once UNIQUE (channel, user_id, id)
  ) ${sql.literal(schema.clustered)}`
  yield* sql`CREATE INDEX ids_by_time ON ids (timestamp)`

  // Of the messages as they are now. In the order of the place at which it was put there; "since" is the first of them.
  yield* sql`CREATE TABLE reactions (
    channel ${key},
    seq BIGINT NOT NULL,
    reaction TEXT NOT NULL,
    user_id ${key},
    user_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (channel, seq, reaction, user_id)
  ) ${sql.literal(schema.clustered)}`

  yield* sql`CREATE TABLE markers (
    user_id ${key},
    channel ${key},
    read BIGINT NOT NULL,
    PRIMARY KEY (user_id, channel)
  ) ${sql.literal(schema.clustered)}`
  yield* sql`CREATE INDEX markers_by_channel ON markers (channel)`

  for (const statement of schema.history) yield* sql.unsafe(statement)
})
