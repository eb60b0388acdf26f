import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Durability } from "../../domain/Durability.ts"
import type { LogSnapshot } from "../../history/HistoryShape.ts"
import type { Log } from "../Dialect.ts"
import { conflict, emptyLog } from "./emptyLog.ts"
import { toRow } from "./historyRows.ts"
import { indexed } from "./historyWords.ts"

/**
 * An append is one statement, so all of it is stored or nothing; nothing if `after` is not the last place. It first locks
 * the row of the channel's log: of two at the same moment the second waits and then finds that it is too late. How safe
 * a commit is depends on the server, which is asked each time: whether it writes to a disk and waits for a standby.
 */
export const make = (sql: SqlClient): Log => ({
  // The row is written as it is: that waits for an append under way, and makes safe what was stored less safely before.
  bounds: (channel) =>
    Effect.map(
      sql<Pick<LogSnapshot, "first" | "seq"> & Server>`
        WITH setting AS MATERIALIZED (SELECT set_config('synchronous_commit', 'on', true))
        UPDATE logs SET seq = seq FROM setting WHERE channel = ${channel}
        RETURNING seq, first, ${sql.literal(serverSettings)}`,
      ([log]) =>
        log === undefined
          ? { ...emptyLog, durability: "disk" }
          : { seq: log.seq, first: log.first, durability: reachedBy(log) },
    ),
  append: Effect.fnUntraced(function* (channel, batch) {
    const { after, durability, entries } = batch
    const words = indexed(channel)
    const rows = entries.map((entry) => toRow(entry, words))
    const commit = durability === "memory" ? "off" : "on"
    const [answer] = yield* sql<{ readonly stored: boolean } & Server>`
      WITH setting AS MATERIALIZED (SELECT set_config('synchronous_commit', ${commit}, true)),
      log AS (
        INSERT INTO logs (channel, seq, first, since)
        SELECT ${channel}, ${entries.at(-1)!.seq}::bigint, 1, ${entries[0]!.timestamp}::bigint FROM setting
        WHERE ${after}::bigint = 0 OR EXISTS (SELECT FROM logs WHERE channel = ${channel})
        ON CONFLICT (channel) DO UPDATE SET seq = EXCLUDED.seq, since = COALESCE(logs.since, EXCLUDED.since)
        WHERE logs.seq = ${after}::bigint
        RETURNING channel
      ),
      input AS (
        SELECT channel, input.* FROM log, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS input (
          seq BIGINT, type TEXT, id TEXT, "user" TEXT, name TEXT, at BIGINT, content TEXT, target BIGINT,
          reaction TEXT, "on" INTEGER, words TEXT[], file JSONB
        )
      ),
      known AS (
        INSERT INTO ids (channel, seq, user_id, id, timestamp)
        SELECT channel, seq, "user", id, at FROM input WHERE id IS NOT NULL
      ),
      stored AS (
        INSERT INTO entries
          (channel, seq, type, id, user_id, user_name, timestamp, content, target, reaction, is_on, words, file)
        SELECT channel, seq, type, id, "user", name, at, content, target, reaction, "on", array_to_tsvector(words), file
        FROM input ORDER BY seq
      )
      SELECT EXISTS (SELECT FROM log) AS stored, ${sql.literal(serverSettings)}`
    if (answer?.stored !== true) return yield* conflict
    return commit === "off" ? "memory" : reachedBy(answer)
  }),
})

interface Server {
  readonly fsync: string
  readonly standbys: string
}

const serverSettings = `current_setting('fsync') AS fsync, current_setting('synchronous_standby_names') AS standbys`

/** How safe a commit with `synchronous_commit = on` is on this server. */
const reachedBy = ({ fsync, standbys }: Server): Durability =>
  fsync === "off" ? "memory" : standbys === "" ? "disk" : "replicated"
