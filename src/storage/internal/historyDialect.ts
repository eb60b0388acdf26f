/** Where SQLite and Postgres say the same in different words. */
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"

interface Dialect {
  /** An expression: the reactions of the message `e`, as JSON or null. */
  readonly reactions: string
  /** How words are put into what the index is asked. */
  readonly words: { readonly and: string; readonly or: string; readonly quote: string }
  /** The entries `e` that the index finds: `FROM` this, and further conditions. */
  readonly matching: (words: string) => Fragment
  /** Tables of values, however many in one parameter: the statement stays the same. */
  readonly numbers: (values: ReadonlyArray<number>) => Fragment
  readonly texts: (values: ReadonlyArray<string>) => Fragment
  /** With the columns `one` and `two`. */
  readonly pairs: (values: ReadonlyArray<readonly [string, string | number]>) => Fragment
}

const reactions = (aggregated: string): string =>
  `(SELECT ${aggregated} FROM reactions r WHERE r.channel = e.channel AND r.seq = e.seq)`

const sqlite = (sql: SqlClient): Dialect => ({
  reactions: reactions("json_group_array(json_array(r.reaction, r.user_id, r.user_name) ORDER BY r.since, r.at)"),
  words: { and: " AND ", or: " OR ", quote: `"` },
  matching: (words) => sql`entry_words JOIN entries e ON e.row = entry_words.rowid WHERE entry_words MATCH ${words}`,
  numbers: (values) => sql`SELECT value FROM json_each(${JSON.stringify(values)})`,
  texts: (values) => sql`SELECT value FROM json_each(${JSON.stringify(values)})`,
  pairs: (values) => sql`(SELECT value ->> 0 AS one, value ->> 1 AS two FROM json_each(${JSON.stringify(values)}))`,
})

const postgres = (sql: SqlClient): Dialect => ({
  reactions: reactions("json_agg(json_build_array(r.reaction, r.user_id, r.user_name) ORDER BY r.since, r.at)::text"),
  words: { and: " & ", or: " | ", quote: "'" },
  matching: (words) => sql`entries e WHERE e.words @@ ${words}::tsquery`,
  numbers: (values) => sql`SELECT value::bigint FROM jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) value`,
  texts: (values) => sql`SELECT value FROM jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) value`,
  pairs: (values) =>
    sql`(SELECT value ->> 0 AS one, value ->> 1 AS two FROM jsonb_array_elements(${JSON.stringify(values)}::jsonb) value)`,
})

export const of = (sql: SqlClient): Dialect =>
  sql.onDialectOrElse({ pg: () => postgres(sql), orElse: () => sqlite(sql) })
