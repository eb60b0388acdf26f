import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Durability } from "../../domain/Durability.ts"
import type { Fence } from "../../domain/Fence.ts"
import type { LogSnapshot } from "../../history/HistoryShape.ts"
import type { Log } from "../Dialect.ts"
import { conflict, emptyLog, fenced } from "./emptyLog.ts"
import { toRow } from "./historyRows.ts"
import { indexed } from "./historyWords.ts"

/**
 * An append is one statement, so all of it is stored or nothing; nothing if `after` is not the last place, since then
 * somebody else has appended. Triggers write the rest: the channel's log, the ids, the index, what an entry changes.
 */
const inSqlite = (sql: SqlClient, durability: Durability): Log => ({
  inTime: false,
  bounds: Effect.fnUntraced(function* (channel, fence) {
    if (fence !== undefined && (yield* sql`SELECT 1 FROM epochs WHERE ${claimed(sql, fence)}`).length === 0) {
      return yield* fenced
    }
    const [log = emptyLog] = yield* sql<Pick<LogSnapshot, "first" | "seq">>`
      SELECT seq, first FROM logs WHERE channel = ${channel}`
    return { seq: log.seq, first: log.first, durability }
  }),
  append: Effect.fnUntraced(function* (channel, batch) {
    const { fence } = batch
    const words = indexed(channel)
    const rows = batch.entries.map((entry) => toRow(entry, (content) => words(content).join(" ")))
    const stored = yield* sql`
      INSERT INTO entries
        (channel, seq, type, id, user_id, user_name, timestamp, content, target, reaction, is_on, words, file)
      SELECT ${channel}, value ->> 'seq', value ->> 'type', value ->> 'id', value ->> 'user', value ->> 'name',
        value ->> 'at', value ->> 'content', value ->> 'target', value ->> 'reaction', value ->> 'on', value ->> 'words',
        value -> 'file'
      FROM json_each(${JSON.stringify(rows)})
      WHERE COALESCE((SELECT seq FROM logs WHERE channel = ${channel}), 0) = ${batch.after}
      ${fence === undefined ? sql`` : sql`AND EXISTS (SELECT 1 FROM epochs WHERE ${claimed(sql, fence)})`}
      RETURNING seq`
    if (stored.length > 0) return durability
    const isLast = fence === undefined || (yield* sql`SELECT 1 FROM epochs WHERE ${claimed(sql, fence)}`).length > 0
    return yield* isLast ? conflict : fenced
  }),
})

/** Whether a claim is the last of its partition. */
const claimed = (sql: SqlClient, { epoch, partition }: Fence) => sql`partition = ${partition} AND epoch = ${epoch}`

/** `memory` if a power cut may take the last commits, although the end of the process can't. */
const reachedBySqlite = (sql: SqlClient): Effect.Effect<Durability, SqlError> =>
  Effect.gen(function* () {
    const [level] = yield* sql<{ readonly synchronous: number }>`PRAGMA synchronous`
    const databases = yield* sql<{ readonly name: string; readonly file: string }>`PRAGMA database_list`
    const onDisk = databases.some(({ file, name }) => name === "main" && file !== "")
    return onDisk && level !== undefined && level.synchronous >= 2 ? "disk" : "memory"
  })

export const make = (sql: SqlClient): Effect.Effect<Log, SqlError> =>
  Effect.map(reachedBySqlite(sql), (durability) => inSqlite(sql, durability))
