/** All that is said in Postgres alone. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { DialectShape, Phrases } from "../Dialect.ts"
import { reactions } from "./reactions.ts"
import * as Log from "./postgresLog.ts"
import { fileTriggers, triggers } from "./postgresTriggers.ts"

const phrases = (sql: SqlClient): Phrases => ({
  reactions: reactions("json_agg(json_build_array(r.reaction, r.user_id, r.user_name) ORDER BY r.since, r.at)::text"),
  words: { and: " & ", or: " | ", quote: "'" },
  matching: (words) => sql`entries e WHERE e.words @@ ${words}::tsquery`,
  numbers: (values) => sql`SELECT value::bigint FROM jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) value`,
  texts: (values) => sql`SELECT value FROM jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) value`,
  pairs: (values) =>
    sql`(SELECT value ->> 0 AS one, value ->> 1 AS two FROM jsonb_array_elements(${JSON.stringify(values)}::jsonb) value)`,
})

export const postgres: DialectShape = {
  schema: {
    key: `TEXT COLLATE "C" NOT NULL`,
    counter: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    clustered: "",
    row: "",
    entryKey: "PRIMARY KEY",
    words: "TSVECTOR",
    history: triggers,
    json: "JSONB",
    files: fileTriggers,
  },
  phrases,
  log: (sql) => Effect.succeed(Log.make(sql)),
  // A server on another machine may say nothing at all: then what it was asked is taken back, as far as it can be.
  patience: Duration.seconds(15),
  // It ends the connection with its last error, which can come between the commit and its answer.
  leavesDoubt: (cause) => "severity" in cause && (cause.severity === "FATAL" || cause.severity === "PANIC"),
}
