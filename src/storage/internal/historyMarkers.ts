import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { UserId } from "../../domain/User.ts"
import type { Marker, Reader } from "../../history/HistoryShape.ts"
import type { Phrases } from "../Dialect.ts"

/** How far users have read. */
export const make = (sql: SqlClient, phrases: Phrases) => {
  const mark = (channel: ChannelId, readers: ReadonlyArray<Reader>): Effect.Effect<ReadonlyArray<Reader>, SqlError> =>
    Effect.map(
      sql<Reader>`INSERT INTO markers (user_id, channel, read)
        SELECT wanted.one, ${channel}, CASE WHEN wanted.two < log.seq THEN wanted.two ELSE log.seq END
        FROM (SELECT one, CAST(two AS BIGINT) AS two FROM ${phrases.pairs(readers.map(({ read, user }) => [user, read]))} AS pairs) AS wanted,
          (SELECT COALESCE((SELECT seq FROM logs WHERE channel = ${channel}), 0) AS seq) AS log
        WHERE 1 = 1
        ON CONFLICT (user_id, channel) DO UPDATE
          SET read = CASE WHEN markers.read > EXCLUDED.read THEN markers.read ELSE EXCLUDED.read END
        RETURNING user_id AS "user", read`,
      (rows) => {
        const inForce = new Map(rows.map(({ read, user }) => [user, read]))
        return readers.map(({ user }) => ({ user, read: inForce.get(user)! }))
      },
    )

  const touch = (channel: ChannelId, users: ReadonlyArray<UserId>): Effect.Effect<void, SqlError> =>
    Effect.asVoid(
      sql`INSERT INTO markers (user_id, channel, read)
        SELECT value, ${channel}, 0 FROM (${phrases.texts(users)}) AS wanted WHERE 1 = 1
        ON CONFLICT DO NOTHING`,
    )

  const markers = (
    user: UserId,
    { after = "" as ChannelId, limit }: { readonly after?: ChannelId | undefined; readonly limit: number },
  ): Effect.Effect<ReadonlyArray<Marker>, SqlError> =>
    Effect.map(
      sql<Marker>`SELECT m.channel, m.read, COALESCE((SELECT seq FROM logs WHERE channel = m.channel), 0) AS last,
          (SELECT COUNT(*) FROM entries e WHERE e.channel = m.channel AND e.seq > m.read
            AND e.type = 'Message' AND e.content IS NOT NULL AND e.user_id <> m.user_id) AS unread
        FROM markers m WHERE m.user_id = ${user} AND m.channel > ${after} ORDER BY m.channel LIMIT ${limit}`,
      (rows) => rows.map(({ channel, last, read, unread }) => ({ channel, read, last, unread })),
    )

  return { mark, touch, markers }
}
