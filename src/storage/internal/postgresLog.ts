import * as PgTypes from "@effect/sql-pg/PgTypes"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Durability } from "../../domain/Durability.ts"
import type { Fence } from "../../domain/Fence.ts"
import type * as Seq from "../../domain/Seq.ts"
import type { LogSnapshot } from "../../history/HistoryShape.ts"
import type { Log } from "../Dialect.ts"
import * as Together from "./appendsTogether.ts"
import type { Append } from "./appendsTogether.ts"
import { conflict, emptyLog, fenced } from "./emptyLog.ts"
import { type Row, toRow } from "./historyRows.ts"
import { indexed } from "./historyWords.ts"

/**
 * An append is one statement, so all of it is stored or nothing; nothing if `after` is not the last place. It first locks
 * the row of the channel's log: of two at the same moment the second waits and then finds that it is too late. How safe
 * a commit is depends on the server, which is asked each time: whether it writes to a disk and waits for a standby.
 */
export const make = (
  sql: SqlClient,
  about: { readonly isSure: (error: SqlError) => boolean; readonly patience: Duration.Duration },
): Effect.Effect<Log, never, Scope.Scope> =>
  Effect.map(Together.make({ ...about, one: appendOne(sql), many: appendMany(sql) }), (append) => ({
    bounds: boundsOf(sql),
    inTime: true,
    // In a transaction of whoever asks it is part of that.
    append: (channel, batch) =>
      Effect.flatMap(Effect.serviceOption(sql.transactionService), ({ _tag }) =>
        _tag === "Some" ? appendOne(sql)(channel, batch) : append(channel, batch),
      ),
  }))

// The row is written as it is: that waits for an append under way, and makes safe what was stored less safely before.
const boundsOf =
  (sql: SqlClient): Log["bounds"] =>
  (channel, fence) =>
    fence !== undefined
      ? takeOver(sql, channel, fence)
      : Effect.map(
          sql<Pick<LogSnapshot, "first" | "seq"> & Server>`
        WITH setting AS MATERIALIZED (SELECT set_config('synchronous_commit', 'on', true))
        UPDATE logs SET seq = seq FROM setting WHERE channel = ${channel}
        RETURNING seq, first, ${sql.literal(serverSettings)}`,
          ([log]) =>
            log === undefined
              ? { ...emptyLog, durability: "disk" }
              : { seq: log.seq, first: log.first, durability: reachedBy(log) },
        )

const appendOne = (sql: SqlClient): Log["append"] =>
  Effect.fnUntraced(function* (channel, batch) {
    const { after, durability, entries, fence } = batch
    const commit = durability === "memory" ? "off" : "on"
    const [answer] = yield* sql<{ readonly stored: boolean } & Server>`
      WITH setting AS MATERIALIZED (SELECT set_config('synchronous_commit', ${commit}, true)),
      log AS (
        INSERT INTO logs (channel, seq, first, since, epoch)
        SELECT ${channel}, ${entries.at(-1)!.seq}::bigint, 1, ${entries[0]!.timestamp}::bigint, ${fence?.epoch ?? null}::bigint
        FROM setting WHERE ${begins(sql, after, fence)} OR EXISTS (SELECT FROM logs WHERE channel = ${channel})
        ON CONFLICT (channel) DO UPDATE SET seq = EXCLUDED.seq, since = COALESCE(logs.since, EXCLUDED.since)
        WHERE logs.seq = ${after}::bigint ${fence === undefined ? sql`` : sql`AND logs.epoch = ${fence.epoch}::bigint`}
        RETURNING channel
      ),
      ${entered(sql, [{ channel, batch }])}
      SELECT EXISTS (SELECT FROM log) AS stored, ${sql.literal(serverSettings)}`
    if (answer?.stored !== true) return yield* fence === undefined ? conflict : whyNot(sql, channel, fence)
    return commit === "off" ? "memory" : reachedBy(answer)
  })

/**
 * Several logs at once that are there already, each as `appendOne` has it: all are stored that can be. `first` of what would
 * be inserted says where a log has to end for it. In the order of the channels: of two that meet one waits for the other.
 */
const appendMany = (sql: SqlClient) => (appends: ReadonlyArray<Append>) => {
  const commit = appends[0]!.batch.durability === "memory" ? "off" : "on"
  const logs = appends.map(({ batch: { after, entries, fence }, channel }) => ({
    channel,
    first: after + 1,
    seq: entries.at(-1)!.seq,
    since: entries[0]!.timestamp,
    epoch: fence?.epoch,
  }))
  return Effect.map(
    sql<{ readonly channel: ChannelId } & Server>`
      WITH setting AS MATERIALIZED (SELECT set_config('synchronous_commit', ${commit}, true)),
      asked AS (
        SELECT * FROM jsonb_to_recordset(${JSON.stringify(logs)}::jsonb) AS asked (
          channel TEXT, first BIGINT, seq BIGINT, since BIGINT, epoch BIGINT
        )
      ),
      log AS (
        INSERT INTO logs (channel, seq, first, since, epoch)
        SELECT channel, seq, first, since, epoch FROM asked, setting
        WHERE EXISTS (SELECT FROM logs WHERE logs.channel = asked.channel)
        ORDER BY channel
        ON CONFLICT (channel) DO UPDATE SET seq = EXCLUDED.seq, since = COALESCE(logs.since, EXCLUDED.since)
        WHERE logs.seq = EXCLUDED.first - 1 AND (EXCLUDED.epoch IS NULL OR logs.epoch = EXCLUDED.epoch)
        RETURNING channel
      ),
      ${entered(sql, appends)}
      SELECT channel, ${sql.literal(serverSettings)} FROM log`,
    (stored): ReadonlyMap<ChannelId, Durability> =>
      new Map(stored.map(({ channel, ...server }) => [channel, commit === "off" ? "memory" : reachedBy(server)])),
  )
}

/**
 * Enters what is appended to those logs that are in `log`. What every entry has is sent as an array for each column, which
 * costs the server a fifth less than an object for each entry; what few of them have is one column of JSON.
 */
const entered = (sql: SqlClient, appends: ReadonlyArray<Append>) => {
  const rows = appends.flatMap(({ batch: { entries }, channel }) => {
    const words = indexed(channel)
    // No word has a blank in it.
    return entries.map((entry) => ({ channel, ...toRow(entry, (content) => words(content).join(" ")) }))
  })
  const column = (oid: number, value: (row: (typeof rows)[number]) => unknown) =>
    Result.getOrThrow(
      PgTypes.array(
        rows.map((row) => value(row) ?? null),
        oid,
      ),
    )
  const { int8, jsonb, text } = PgTypes.OID
  return sql`
      input AS (
        SELECT input.* FROM log JOIN unnest(
          ${column(text, ({ channel }) => channel)}::text[],
          ${column(int8, ({ seq }) => seq)}::bigint[],
          ${column(text, ({ type }) => type)}::text[],
          ${column(text, ({ id }) => id)}::text[],
          ${column(text, ({ user }) => user)}::text[],
          ${column(text, ({ name }) => name)}::text[],
          ${column(int8, ({ at }) => at)}::bigint[],
          ${column(text, ({ content }) => content)}::text[],
          ${column(text, ({ words }) => words)}::text[],
          ${column(jsonb, rareOf)}::jsonb[]
        ) WITH ORDINALITY AS input (channel, seq, type, id, "user", name, at, content, words, rare, place)
        ON input.channel = log.channel
      ),
      known AS (
        INSERT INTO ids (channel, seq, user_id, id, timestamp)
        SELECT channel, seq, "user", id, at FROM input WHERE id IS NOT NULL
      ),
      stored AS (
        INSERT INTO entries
          (channel, seq, type, id, user_id, user_name, timestamp, content, target, reaction, is_on, words, file)
        SELECT channel, seq, type, id, "user", name, at, content, (rare -> 'target')::bigint, rare ->> 'reaction',
          (rare -> 'on')::integer, array_to_tsvector(string_to_array(words, ' ')), rare -> 'file'
        FROM input ORDER BY place
      )`
}

/** Nothing, in most of what is said. */
const rareOf = ({ file, on, reaction, target }: Row) =>
  target === undefined && file === undefined ? undefined : { target, reaction, on, file }

/** Whether a log may begin that nobody has written to. With a fence the claim itself says so: there is no row yet that would. */
const begins = (sql: SqlClient, after: number, fence: Fence | undefined) =>
  fence === undefined
    ? sql`${after}::bigint = 0`
    : sql`(${after}::bigint = 0 AND EXISTS (SELECT FROM epochs WHERE ${isLast(sql, fence)} FOR SHARE))`

/**
 * Where it begins and ends, and nobody stores anything by an older claim from now on. The claim is held meanwhile: who
 * claims the partition next waits until this is done, and then takes over after it.
 */
const takeOver = Effect.fnUntraced(function* (sql: SqlClient, channel: ChannelId, fence: Fence) {
  const [log] = yield* sql<{ readonly [bound in "first" | "seq"]: Seq.Seq | null } & Server>`
    WITH setting AS MATERIALIZED (SELECT set_config('synchronous_commit', 'on', true)),
    ours AS MATERIALIZED (SELECT epoch FROM epochs, setting WHERE ${isLast(sql, fence)} FOR SHARE OF epochs),
    log AS (UPDATE logs SET epoch = ours.epoch FROM ours WHERE channel = ${channel} RETURNING seq, first)
    SELECT seq, first, ${sql.literal(serverSettings)} FROM ours LEFT JOIN log ON true`
  if (log === undefined) return yield* fenced
  return { seq: log.seq ?? emptyLog.seq, first: log.first ?? emptyLog.first, durability: reachedBy(log) }
})

/** Why nothing was stored: a question of its own, since what the statement saw may be older than what it met. */
const whyNot = Effect.fnUntraced(function* (sql: SqlClient, channel: ChannelId, fence: Fence) {
  const [ours] = yield* sql`SELECT FROM epochs WHERE ${isLast(sql, fence)}
    AND COALESCE((SELECT epoch FROM logs WHERE channel = ${channel}), ${fence.epoch}::bigint) = ${fence.epoch}::bigint`
  return yield* ours === undefined ? fenced : conflict
})

const isLast = (sql: SqlClient, { epoch, partition }: Fence) =>
  sql`partition = ${partition}::integer AND epoch = ${epoch}::bigint`

interface Server {
  readonly fsync: string
  readonly standbys: string
}

const serverSettings = `current_setting('fsync') AS fsync, current_setting('synchronous_standby_names') AS standbys`

/** How safe a commit with `synchronous_commit = on` is on this server. */
const reachedBy = ({ fsync, standbys }: Server): Durability =>
  fsync === "off" ? "memory" : standbys === "" ? "disk" : "replicated"
