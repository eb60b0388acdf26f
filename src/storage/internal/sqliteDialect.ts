/** All that is said in SQLite alone. */
import * as Duration from "effect/Duration"
import type { SqlClient } from "effect/sql/SqlClient"
import { formsOf } from "../../history/NameForms.ts"
import type { DialectShape, Phrases } from "../Dialect.ts"
import { mark } from "../../history/Words.ts"
import { reactions } from "./reactions.ts"
import * as Log from "./sqliteLog.ts"
import { fileTriggers, triggers } from "./sqliteTriggers.ts"

/** What has a meaning of its own has none in brackets. */
const glob = (name: string): string =>
  formsOf(name)
    .map((forms) => (/^[^*?[]$/u.test(forms) ? forms : `[${forms}]`))
    .join("")

const phrases = (sql: SqlClient): Phrases => ({
  reactions: reactions("json_group_array(json_array(r.reaction, r.user_id, r.user_name) ORDER BY r.since, r.at)"),
  words: { and: " AND ", or: " OR ", quote: `"`, prefix: " *" },
  matching: (words) => sql`entry_words JOIN entries e ON e.row = entry_words.rowid WHERE entry_words MATCH ${words}`,
  isNamed: (name) => sql`e.user_name GLOB ${glob(name)}`,
  // SQLite knows neither marks nor case beyond ASCII: the function is in `sqliteDatabase`.
  says: (query) => sql`says(e.content, ${JSON.stringify(query)})`,
  index: (rows) => sql`UPDATE entries SET words = fresh.words
    FROM (SELECT value ->> 'channel' AS channel, value ->> 'seq' AS seq, value ->> 'edited' AS edited,
      value ->> 'words' AS words FROM json_each(${JSON.stringify(rows.map((row) => ({ ...row, words: row.words.join(" ") })))})) AS fresh
    WHERE entries.channel = fresh.channel AND entries.seq = fresh.seq AND entries.edited IS fresh.edited
      AND entries.content IS NOT NULL
    RETURNING entries.seq`,
  safely: sql`(SELECT 1 AS safely)`,
  holding: ({ epoch, partition }) => sql`SELECT 1 FROM epochs WHERE partition = ${partition} AND epoch = ${epoch}`,
  // Whoever writes is alone.
  inTurn: sql`SELECT 1`,
  numbers: (values) => sql`SELECT value FROM json_each(${JSON.stringify(values)})`,
  texts: (values) => sql`SELECT value FROM json_each(${JSON.stringify(values)})`,
  pairs: (values) => sql`(SELECT value ->> 0 AS one, value ->> 1 AS two FROM json_each(${JSON.stringify(values)}))`,
})

/** SQLite's error of the disk, whatever its extended code: it says nothing of what the disk holds. */
const ioError = 10

export const sqlite: DialectShape = {
  schema: {
    key: "TEXT NOT NULL",
    counter: "INTEGER PRIMARY KEY AUTOINCREMENT",
    clustered: "WITHOUT ROWID",
    // What the full-text index knows a message by.
    row: "row INTEGER PRIMARY KEY,",
    entryKey: "UNIQUE",
    words: "TEXT",
    history: triggers,
    json: "TEXT",
    files: fileTriggers,
    // One statement runs at a time, so it can look at the claim itself.
    fences: [],
    unindexed: `type = 'Message' AND content IS NOT NULL
      AND length(CAST(content AS BLOB)) > length(content) AND instr(words, '${mark}') = 0`,
  },
  phrases,
  log: Log.make,
  // It has a limit of its own for what makes it wait.
  patience: Duration.infinity,
  leavesDoubt: (cause) => "errcode" in cause && typeof cause.errcode === "number" && (cause.errcode & 0xff) === ioError,
}
