import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type * as Seq from "../../domain/Seq.ts"
import { maxChanges } from "../../history/HistorySettings.ts"
import type { Outdated } from "../../history/HistoryShape.ts"

/** Entries removed by one statement. It is small, since other writers wait until it is done. */
const step = 128
/** Statements of one call. */
const maxSteps = 128

interface LogRow {
  readonly channel: ChannelId
  readonly seq: Seq.Seq
  readonly first: Seq.Seq
}

/**
 * Removes entries that are too old or too many: it moves the place that a log begins at forward, and a trigger removes
 * the entries before it. The last place given stays as it is.
 */
export const make = (sql: SqlClient, maxEntries: number) => {
  /** The log that was looked at last, and whether it has more to remove. */
  let at = { channel: "", more: false }

  const forgetIds = (before: number): Effect.Effect<boolean, SqlError> =>
    Effect.map(
      sql`DELETE FROM ids WHERE (channel, seq) IN (
        SELECT channel, seq FROM ids WHERE timestamp < ${before} ORDER BY timestamp LIMIT ${step}) RETURNING seq`,
      (forgotten) => forgotten.length === step,
    )

  /** Guests do not come back for ever: what one has read goes with the entries that it had read. */
  const forgetGuests = sql`DELETE FROM markers WHERE user_id >= 'guest:' AND user_id < 'guest;'
    AND read < COALESCE((SELECT first FROM logs WHERE logs.channel = markers.channel), 1)`

  /** The first place within the step whose entry is young enough to stay. */
  const young = Effect.fnUntraced(function* ({ channel, first, seq }: LogRow, before: number) {
    const end = Math.min(first + step, seq + 1)
    const [found] = yield* sql<{ readonly seq: number }>`SELECT seq FROM entries
      WHERE channel = ${channel} AND seq >= ${first} AND seq < ${end} AND timestamp >= ${before}
      ORDER BY seq LIMIT 1`
    return found?.seq ?? end
  })

  /** The first place that may stay where there are too many messages, or too much between them. */
  const enough = Effect.fnUntraced(function* ({ channel, first, seq }: LogRow) {
    if (seq - first < maxEntries) return first
    const [oldest] = yield* sql<{ readonly seq: number }>`SELECT seq FROM entries
      WHERE channel = ${channel} AND type = 'Message' AND content IS NOT NULL
      ORDER BY seq DESC LIMIT 1 OFFSET ${maxEntries - 1}`
    return Math.max(oldest?.seq ?? first, seq - maxEntries - maxChanges + 1)
  })

  const cut = Effect.fnUntraced(function* (log: LogRow, before: number) {
    const { channel, first } = log
    const to = Math.max(Math.min(first + step, yield* enough(log)), yield* young(log, before))
    if (to <= first) return 0
    // What was stored meanwhile by another process is found the next time, hence not null where there is something.
    const done = yield* sql`UPDATE logs SET first = ${to}, since = COALESCE(
        (SELECT timestamp FROM entries WHERE channel = ${channel} AND seq = ${to}),
        CASE WHEN seq >= ${to} THEN since END)
      WHERE channel = ${channel} AND first = ${first} RETURNING channel`
    return done.length === 0 ? 0 : to - first
  })

  return Effect.fnUntraced(function* ({ entries: before, ids }: Outdated): Effect.fn.Return<number, SqlError> {
    for (let steps = 0; steps < maxSteps && (yield* forgetIds(ids)); steps++);
    yield* forgetGuests
    let removed = 0
    // Whether a log has too much, only a look at it says: each call goes on behind the logs that were looked at before.
    for (let steps = 0; steps < maxSteps; steps++) {
      const [log] = yield* sql<LogRow>`SELECT channel, seq, first FROM logs
        WHERE channel ${sql.literal(at.more ? ">=" : ">")} ${at.channel}
          AND (since < ${before} OR seq - first >= ${maxEntries}) ORDER BY channel LIMIT 1`
      if (log === undefined) {
        at = { channel: "", more: false }
        break
      }
      const done = yield* cut(log, before)
      removed += done
      at = { channel: log.channel, more: done > 0 }
    }
    return removed
  })
}
