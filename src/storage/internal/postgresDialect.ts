/** All that is said in Postgres alone. */
import * as Duration from "effect/Duration"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { formsOf } from "../../history/NameForms.ts"
import { mark } from "../../history/Words.ts"
import type { DialectShape, Phrases } from "../Dialect.ts"
import { reactions } from "./reactions.ts"
import * as Log from "./postgresLog.ts"
import { fileTriggers, triggers } from "./postgresTriggers.ts"

/** Letters and digits have no meaning of their own, and other signs of ASCII have none behind a backslash. */
const pattern = (text: string): string =>
  formsOf(text)
    .map((forms) => ([...forms].length > 1 ? `[${forms}]` : forms.replace(/[!-/:-@[-`{-~]/, "\\$&")))
    .join("")

const phrases = (sql: SqlClient): Phrases => ({
  reactions: reactions("json_agg(json_build_array(r.reaction, r.user_id, r.user_name) ORDER BY r.since, r.at)::text"),
  words: { and: " & ", or: " | ", quote: "'", prefix: ":*" },
  matching: (words) => sql`entries e WHERE e.words @@ ${words}::tsquery`,
  isNamed: (name) => sql`e.user_name ~ ${`^${pattern(name)}$`}`,
  // Nobody has taught it what is the same: what it finds is looked at here.
  says: undefined,
  // What somebody is about to change is passed over: an append never waits for more than these rows, nor these for it.
  index: (rows) => sql`UPDATE entries SET words = array_to_tsvector(fresh.words)
    FROM (SELECT e.channel, e.seq, fresh.words
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS fresh (channel TEXT, seq BIGINT, edited BIGINT, words TEXT[])
      JOIN entries e ON e.channel = fresh.channel AND e.seq = fresh.seq AND e.edited IS NOT DISTINCT FROM fresh.edited
      WHERE e.content IS NOT NULL
      FOR UPDATE OF e SKIP LOCKED) AS fresh
    WHERE entries.channel = fresh.channel AND entries.seq = fresh.seq
    RETURNING entries.seq`,
  safely: sql`(SELECT set_config('synchronous_commit', 'on', true) AS safely)`,
  // Whoever falls asleep in the middle keeps nobody from the next claim for long.
  holding: ({ epoch, partition }) =>
    sql`SELECT set_config('idle_in_transaction_session_timeout', '3000', true) FROM epochs
      WHERE partition = ${partition}::integer AND epoch = ${epoch}::bigint FOR SHARE`,
  inTurn: sql`SELECT pg_advisory_xact_lock(1851880564)`,
  numbers: (values) => sql`SELECT value::bigint FROM jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) value`,
  texts: (values) => sql`SELECT value FROM jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) value`,
  pairs: (values) =>
    sql`(SELECT value ->> 0 AS one, value ->> 1 AS two FROM jsonb_array_elements(${JSON.stringify(values)}::jsonb) value)`,
})

// A server on another machine may say nothing at all: then what it was asked is taken back, as far as it can be.
const patience = Duration.seconds(15)

// It ends the connection with its last error, which can come between the commit and its answer.
const leavesDoubt = (cause: object): boolean =>
  "severity" in cause && (cause.severity === "FATAL" || cause.severity === "PANIC")

/** Whether the server has said that it has stored nothing. */
const isSure = ({ reason }: SqlError): boolean =>
  reason._tag !== "ConnectionError" &&
  typeof reason.cause === "object" &&
  reason.cause !== null &&
  !leavesDoubt(reason.cause)

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
    // Null where nobody ever had a fence.
    fences: ["ALTER TABLE logs ADD COLUMN epoch BIGINT"],
    unindexed: `type = 'Message' AND content IS NOT NULL
      AND octet_length(content) > length(content) AND NOT words @@ '''${mark}'''::tsquery`,
  },
  phrases,
  log: (sql) => Log.make(sql, { isSure, patience }),
  patience,
  leavesDoubt,
}
