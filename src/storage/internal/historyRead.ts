/** Reads entries and ids: each function is one statement, unless its comment says otherwise. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { FileId } from "../../domain/FileId.ts"
import { maxPageLength } from "../../domain/Limits.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Entry, StoredId, Message } from "../../domain/Entry.ts"
import type { Cursor, Hits, Page, Query, Range } from "../../history/HistoryShape.ts"
import { folded } from "../../history/NameForms.ts"
import { isAnything, sought } from "../../history/Sought.ts"
import type { Phrases } from "../Dialect.ts"
import { type EntryRow, fromText, toEntry, toMessage } from "./historyRows.ts"
import { query as wordsQuery } from "./historyWords.ts"

/** Entries and ids that a channel finds again when it starts. */
const recentEntries = 256
const maxIds = 16_384

/** Characters that a search looks at before others have their turn; each row counts as some more. */
const maxAtOnce = 64 * 1024
const perRow = 16

export const make = (sql: SqlClient, phrases: Phrases) => {
  const columns = sql.literal(
    `e.seq, e.type, e.id, e.user_id, e.user_name, e.timestamp, e.content, e.target, e.edited, e.reaction, e.is_on, e.file, ` +
      `CASE WHEN e.type = 'Message' THEN ${phrases.reactions} END AS reactions`,
  )
  const length = sql.literal("COALESCE(LENGTH(e.content), 0)")

  /** The latest entries up to this place, the oldest first. */
  const recent = (channel: ChannelId, upTo: Seq.Seq): Effect.Effect<ReadonlyArray<Entry>, SqlError> =>
    Effect.map(
      sql<EntryRow>`SELECT ${columns} FROM entries e
        WHERE e.channel = ${channel} AND e.seq <= ${upTo} ORDER BY e.seq DESC LIMIT ${recentEntries}`,
      (rows) => rows.map(toEntry).toReversed(),
    )

  /** The ids that are young enough, up to this place, the oldest first. */
  const ids = (channel: ChannelId, upTo: Seq.Seq, since: number): Effect.Effect<ReadonlyArray<StoredId>, SqlError> =>
    Effect.map(
      sql<StoredId>`SELECT user_id AS "user", id, seq, timestamp FROM ids
        WHERE channel = ${channel} AND seq <= ${upTo} AND timestamp >= ${since} ORDER BY seq DESC LIMIT ${maxIds}`,
      (rows) => rows.map(toStoredId).toReversed(),
    )

  const known = (
    channel: ChannelId,
    keys: ReadonlyArray<Pick<StoredId, "user" | "id">>,
  ): Effect.Effect<ReadonlyArray<StoredId>, SqlError> =>
    Effect.map(
      sql<StoredId>`SELECT ids.user_id AS "user", ids.id, ids.seq, ids.timestamp
        FROM ${phrases.pairs(keys.map(({ id, user }) => [user, id]))} AS wanted
        JOIN ids ON ids.channel = ${channel} AND ids.user_id = wanted.one AND ids.id = wanted.two
        ORDER BY ids.seq`,
      (rows) => rows.map(toStoredId),
    )

  const messages = (
    channel: ChannelId,
    seqs: ReadonlyArray<Seq.Seq>,
  ): Effect.Effect<ReadonlyArray<Message>, SqlError> =>
    Effect.map(
      sql<EntryRow>`SELECT ${columns} FROM entries e
        WHERE e.channel = ${channel} AND e.type = 'Message' AND e.seq IN (${phrases.numbers(seqs)})
        ORDER BY e.seq`,
      (rows) => rows.map(toMessage),
    )

  const carried = (channel: ChannelId, files: ReadonlyArray<FileId>): Effect.Effect<ReadonlyArray<FileId>, SqlError> =>
    Effect.map(
      sql<{ readonly file: FileId }>`SELECT DISTINCT e.file ->> 'id' AS file FROM entries e
        WHERE e.channel = ${channel} AND e.file IS NOT NULL AND e.file ->> 'id' IN (${phrases.texts(files)})`,
      (rows) => rows.map(({ file }) => file),
    )

  /** The condition that a range puts on the places, and which way it goes. */
  const bounds = (channel: ChannelId, range: Range) => {
    if ("after" in range) return { forward: true, where: sql`e.seq > ${range.after}` }
    if ("before" in range) return { forward: false, where: sql`e.seq < ${range.before}` }
    if ("since" in range) {
      return {
        forward: true,
        where: sql`e.seq >= (SELECT seq FROM entries WHERE channel = ${channel} AND timestamp >= ${range.since}
          ORDER BY timestamp, seq LIMIT 1)`,
      }
    }
    return {
      forward: false,
      where: sql`e.seq <= (SELECT seq FROM entries WHERE channel = ${channel} AND timestamp <= ${range.until}
        ORDER BY timestamp DESC, seq DESC LIMIT 1)`,
    }
  }

  /** Two statements. The database returns only as much content as a page may hold, however large the entries are. */
  const page = Effect.fnUntraced(function* (channel: ChannelId, range: Range): Effect.fn.Return<Page, SqlError> {
    const { forward, where } = bounds(channel, range)
    const order = sql.literal(forward ? "e.seq" : "e.seq DESC")
    const rows = yield* sql<EntryRow & { readonly found: number }>`
      SELECT ${columns}, e.found FROM (
        SELECT e.*, COUNT(*) OVER () AS found,
          SUM(${length}) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) - ${length} AS before FROM (
          SELECT * FROM entries e WHERE e.channel = ${channel} AND ${where} AND e.seq <= ${range.upTo}
          ORDER BY ${order} LIMIT ${range.limit + 1}
        ) AS e
      ) AS e WHERE e.before <= ${maxPageLength} ORDER BY ${order}`
    // Read after the entries: those may be pruned meanwhile, and then it must not be older than the page.
    const [log] = yield* sql<{ readonly first: Seq.Seq }>`SELECT first FROM logs WHERE channel = ${channel}`
    const first = log?.first ?? Seq.next(Seq.zero)
    const entries = rows.map(toEntry)
    entries.length = fitting(entries, range.limit)
    const more = entries.length < (rows[0]?.found ?? 0)
    return { entries: forward ? entries : entries.reverse(), first, more }
  })

  /** What a search asks of a message besides what it says. */
  const conditions = ({ before, file, from = [], since, until }: Query): ReadonlyArray<Fragment> => [
    ...(before === undefined
      ? []
      : [
          sql`e.timestamp <= ${before.timestamp}`,
          sql`(e.timestamp < ${before.timestamp} OR e.channel > ${before.channel} OR
            (e.channel = ${before.channel} AND e.seq > ${before.seq}))`,
        ]),
    ...(since === undefined ? [] : [sql`e.timestamp >= ${since}`]),
    ...(until === undefined ? [] : [sql`e.timestamp < ${until}`]),
    ...(file === true ? [sql`e.file IS NOT NULL`] : []),
    ...(from.length === 0 ? [] : [sql.or(from.map((name) => phrases.isNamed(folded(name))))]),
  ]

  const search = Effect.fnUntraced(function* (query: Query): Effect.fn.Return<Hits, SqlError> {
    const { channels, limit, link, phrases: texts, text } = query
    if (channels.length === 0 || !isAnything(query)) return { hits: [] }
    const content = { text, phrases: texts, link }
    const { check, ...asked } = sought(content)
    const words = wordsQuery(asked, channels, phrases.words)
    const isSaid = check === undefined ? undefined : phrases.says?.(content)
    const found = sql`FROM ${words === undefined ? sql`entries e WHERE e.content IS NOT NULL` : phrases.matching(words)}
        AND e.type = 'Message' AND e.channel IN (${phrases.texts(channels)})
        AND ${sql.and([...conditions(query), isSaid ?? []].flat())}
      ORDER BY e.timestamp DESC, e.channel, e.seq`
    if (check !== undefined && isSaid === undefined) return yield* checked(found, check, limit)
    const rows = yield* sql<FoundRow>`SELECT e.channel, ${columns} ${found} LIMIT ${limit + 1}`
    return { hits: rows.slice(0, limit).map(toHit), next: nextOf(rows, limit) }
  })

  /**
   * Looks at what the index has found as it comes, until there is enough. Two statements: what is shown with a message is read
   * of the hits alone, and one that was changed in between is looked at again.
   */
  const checked = Effect.fnUntraced(function* (
    found: Fragment,
    check: (content: string) => boolean,
    limit: number,
  ): Effect.fn.Return<Hits, SqlError> {
    const isHit = ({ content }: Pick<EntryRow, "content">) => content !== null && check(fromText(content))
    let looked = 0
    const places = yield* sql<Cursor & { readonly content: string }>`
      SELECT e.channel, e.seq, e.timestamp, e.content ${found}`.stream.pipe(
      Stream.filterEffect((row) => {
        const hit = isHit(row)
        looked += perRow + row.content.length
        if (looked < maxAtOnce) return Effect.succeed(hit)
        looked = 0
        return Effect.as(Effect.yieldNow, hit)
      }),
      Stream.take(limit + 1),
      Stream.map(({ channel, seq, timestamp }) => ({ channel, seq, timestamp })),
      Stream.runCollect,
    )
    const pairs = places.slice(0, limit).map(({ channel, seq }) => [channel, seq] as const)
    const rows = yield* sql<FoundRow>`SELECT e.channel, ${columns} FROM ${phrases.pairs(pairs)} AS wanted
      JOIN entries e ON e.channel = wanted.one AND e.seq = CAST(wanted.two AS BIGINT)
      ORDER BY e.timestamp DESC, e.channel, e.seq`
    return { hits: rows.filter(isHit).map(toHit), next: nextOf(places, limit) }
  })

  return { recent, ids, known, messages, carried, page, search }
}

type FoundRow = EntryRow & { readonly channel: ChannelId }

const toHit = (row: FoundRow): Hits["hits"][number] => ({ channel: row.channel, message: toMessage(row) })

/** Where a page of so many ends, if there is more behind it. */
const nextOf = (found: ReadonlyArray<Cursor>, limit: number): Cursor | undefined => {
  const last = found[limit - 1]
  if (found.length <= limit || last === undefined) return undefined
  const { channel, seq, timestamp } = last
  return { timestamp, channel, seq }
}

const toStoredId = ({ id, seq, timestamp, user }: StoredId): StoredId => ({ user, id, seq, timestamp })

/** How many of these entries a page has room for: at least one. */
const fitting = (entries: ReadonlyArray<Entry>, limit: number): number => {
  let length = 0
  const beyond = entries.findIndex((entry, at) => {
    length += "content" in entry ? entry.content.length : 0
    return at === limit || (at > 0 && length > maxPageLength)
  })
  return beyond === -1 ? entries.length : beyond
}
