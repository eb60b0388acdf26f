/** Channels in a SQL database. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import * as Record from "../channels/ChannelRecord.ts"
import { maxAudit } from "../domain/AuditLog.ts"
import { ChannelStore } from "../channels/ChannelStore.ts"
import type { ChannelStoreShape } from "../channels/ChannelStoreShape.ts"
import { ChannelStoreError } from "../channels/ChannelStoreError.ts"
import { maxBlocked, maxChannels } from "../channels/ChannelRecord.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import { type ChannelName, lobby } from "../domain/ChannelName.ts"
import { isDirect } from "../domain/Direct.ts"
import type { Fence } from "../domain/Fence.ts"
import { key } from "../domain/NameKey.ts"
import { Dialect } from "./Dialect.ts"
import { troubleOf } from "./internal/trouble.ts"
import {
  AuditRow,
  ChannelRow,
  LinkRow,
  RoleRow,
  SanctionRow,
  toAct,
  toLink,
  toSanction,
} from "./internal/channelRows.ts"

// Every statement is one that SQLite and Postgres both accept.

const decodeChannel = Schema.decodeUnknownEffect(Schema.Array(ChannelRow))
const decodeRoles = Schema.decodeUnknownEffect(Schema.Array(RoleRow))
const decodeSanctions = Schema.decodeUnknownEffect(Schema.Array(SanctionRow))
const decodeLinks = Schema.decodeUnknownEffect(Schema.Array(LinkRow))
const decodeAudit = Schema.decodeUnknownEffect(Schema.Array(AuditRow))

/** Callers learn what they can do about an error; what the database said stays its cause. */
const asStoreError =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, ChannelStoreError, R> =>
    Effect.mapError(effect, (cause) =>
      cause instanceof ChannelStoreError
        ? cause
        : new ChannelStoreError({
            reason: isSqlError(cause) && cause.reason._tag === "UniqueViolation" ? "Exists" : "Unavailable",
            operation,
            trouble: isSqlError(cause) ? troubleOf(cause) : undefined,
            cause,
          }),
    )

const make: Effect.Effect<ChannelStoreShape, never, SqlClient | Dialect> = Effect.gen(function* () {
  const sql = yield* SqlClient
  const { holding } = (yield* Dialect).phrases(sql)

  const channelColumns = sql.literal(
    `id, name, access, topic, archived, slow_mode AS "slowMode", durability, created_at AS "createdAt", unused, renamed_at AS "renamedAt"`,
  )
  const sanctionColumns = sql.literal(
    `kind, user_id AS "userId", user_name AS "userName", address, ends_at AS "until", ` +
      `by_id AS "byId", by_name AS "byName", reason`,
  )

  const rolesOf = (id: ChannelId) =>
    sql`SELECT user_id AS "userId", user_name AS "userName", role FROM channel_roles WHERE channel = ${id}`.pipe(
      Effect.flatMap(decodeRoles),
      Effect.map(
        (rows) =>
          new Map(rows.map(({ role, userId: id, userName: name }) => [id, { user: { id, name }, role }] as const)),
      ),
    )
  const sanctionsOf = (id: ChannelId) =>
    sql`SELECT ${sanctionColumns} FROM channel_sanctions WHERE channel = ${id}`.pipe(
      Effect.flatMap(decodeSanctions),
      Effect.map(
        (rows) =>
          new Map(
            rows.map((row) => {
              const sanction = toSanction(row)
              return [Record.sanctionKey(sanction.kind, sanction.subject), sanction] as const
            }),
          ),
      ),
    )

  const linksOf = (id: ChannelId) =>
    sql`SELECT id, by_id AS "byId", by_name AS "byName", created_at AS "createdAt", ends_at AS "until", uses, used
      FROM channel_links WHERE channel = ${id}`.pipe(
      Effect.flatMap(decodeLinks),
      Effect.map((rows) => new Map(rows.map((row) => [row.id, toLink(row)] as const))),
    )

  const load = Effect.fnUntraced(function* (column: "id" | "name", value: string) {
    const name = value as ChannelName
    if (isDirect(name)) {
      const conversation = Record.direct(name)
      return Option.some({ ...conversation, sanctions: yield* sanctionsOf(conversation.id) })
    }
    const [row] = yield* Effect.flatMap(
      sql`SELECT ${channelColumns} FROM channels WHERE ${sql(column)} = ${value}`,
      decodeChannel,
    )
    if (row === undefined) return Option.none()
    const roles = yield* rolesOf(row.id)
    const sanctions = yield* sanctionsOf(row.id)
    const links = yield* linksOf(row.id)
    const { durability, renamedAt, ...rest } = row
    return Option.some<Record.ChannelRecord>({
      ...rest,
      durability: durability ?? undefined,
      renamedAt: renamedAt ?? undefined,
      roles,
      sanctions,
      links,
    })
  })

  const note = Effect.fnUntraced(function* (channel: ChannelId, act: Record.Act | undefined) {
    if (act === undefined) return
    const [row] = yield* sql<{ last: number }>`
      SELECT COALESCE(MAX(number), 0) AS last FROM channel_audit WHERE channel = ${channel}`
    const number = (row?.last ?? 0) + 1
    yield* sql`INSERT INTO channel_audit ${sql.insert({
      channel,
      number,
      timestamp: act.timestamp,
      by_id: act.by.id,
      by_name: act.by.name,
      action: act.action,
      whom_id: act.whom?.id ?? null,
      whom_name: act.whom?.name ?? null,
      detail: act.detail ?? null,
    })}`
    // Many of one kind push out none of another.
    yield* sql`DELETE FROM channel_audit WHERE channel = ${channel} AND action = ${act.action} AND number <= (
      SELECT number FROM channel_audit WHERE channel = ${channel} AND action = ${act.action}
      ORDER BY number DESC LIMIT 1 OFFSET ${maxAudit})`
  })

  const putRole = (channel: ChannelId, { role, user }: Record.Appointment) =>
    sql`INSERT INTO channel_roles ${sql.insert({ channel, user_id: user.id, user_name: user.name, role })}
      ON CONFLICT (channel, user_id) DO UPDATE SET role = EXCLUDED.role, user_name = EXCLUDED.user_name`

  const putSanction = (channel: ChannelId, { by, kind, reason, subject, until }: Record.Sanction) =>
    sql`INSERT INTO channel_sanctions ${sql.insert({
      channel,
      kind,
      subject: Record.subjectKey(subject),
      user_id: "user" in subject ? subject.user.id : null,
      user_name: "user" in subject ? subject.user.name : null,
      address: "user" in subject ? null : subject.address,
      ends_at: until ?? null,
      by_id: by.id,
      by_name: by.name,
      reason: reason ?? null,
    })} ON CONFLICT (channel, kind, subject) DO UPDATE SET ends_at = EXCLUDED.ends_at, by_id = EXCLUDED.by_id,
      by_name = EXCLUDED.by_name, user_name = EXCLUDED.user_name, reason = EXCLUDED.reason`

  const putLink = (channel: ChannelId, { by, createdAt, id, until, used, uses }: Record.InviteLink) =>
    sql`INSERT INTO channel_links ${sql.insert({
      id,
      channel,
      by_id: by.id,
      by_name: by.name,
      created_at: createdAt,
      ends_at: until ?? null,
      uses: uses ?? null,
      used,
    })}`

  const set = (channel: ChannelId, columns: { readonly [column: string]: string | number | undefined }) => {
    const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
    return Object.keys(given).length === 0
      ? Effect.void
      : sql`UPDATE channels SET ${sql.update(given)} WHERE id = ${channel}`
  }

  const write = (channel: ChannelId, change: Record.Change): Effect.Effect<unknown, SqlError> => {
    switch (change.type) {
      case "Topic":
        return set(channel, { topic: change.topic })
      case "Configured": {
        const { access, archived, durability, maker, slowMode } = change
        return set(channel, {
          access,
          archived: archived === undefined ? undefined : Number(archived),
          slow_mode: slowMode,
          durability,
          maker: maker?.key,
        })
      }
      case "Renamed":
        return set(channel, { name: change.name, look: key(change.name), renamed_at: change.at })
      case "Used":
        return set(channel, { unused: 0 })
      case "Role":
        return change.role === undefined
          ? sql`DELETE FROM channel_roles WHERE channel = ${channel} AND user_id = ${change.user.id}`
          : putRole(channel, { user: change.user, role: change.role })
      case "Sanctioned":
        return putSanction(channel, change.sanction)
      case "Pardoned":
        return sql`DELETE FROM channel_sanctions WHERE channel = ${channel} AND kind = ${change.kind}
          AND subject = ${Record.subjectKey(change.subject)}`
      case "Linked":
        return putLink(channel, change.link)
      case "LinkUsed":
        return sql`UPDATE channel_links SET used = ${change.used} WHERE channel = ${channel} AND id = ${change.id}`
      case "Unlinked":
        return sql`DELETE FROM channel_links WHERE channel = ${channel} AND id = ${change.id}`
    }
  }

  const madeBy = (key: string): Effect.Effect<Record.Made, SqlError> =>
    Effect.map(
      sql<{ open: number; all: number }>`SELECT COUNT(*) AS "all", COUNT(CASE WHEN archived = 0 THEN 1 END) AS "open"
        FROM channels WHERE maker = ${key}`,
      ([row]) => ({ open: Number(row?.open ?? 0), all: Number(row?.all ?? 0) }),
    )

  const roomFor = (operation: string) =>
    Effect.flatMap(sql<{ count: number }>`SELECT COUNT(*) AS count FROM channels WHERE archived = 0`, ([row]) =>
      Number(row?.count ?? 0) >= maxChannels
        ? Effect.fail(new ChannelStoreError({ reason: "Full", operation }))
        : Effect.void,
    )

  /** Whether an archived channel may be opened again, by whom it counts for from then on. */
  const mayOpen = Effect.fnUntraced(function* (id: ChannelId, changes: ReadonlyArray<Record.Change>) {
    if (!changes.some((change) => change.type === "Configured" && change.archived === false)) return
    const [row] = yield* sql<{ archived: number; maker: string | null }>`
      SELECT archived, maker FROM channels WHERE id = ${id}`
    if (row === undefined || Number(row.archived) === 0) return
    const maker = Record.makerIn(changes)
    if (maker !== undefined && Record.isFullFor(maker, yield* madeBy(maker.key), row.maker === maker.key)) {
      return yield* new ChannelStoreError({ reason: "Quota", operation: "change" })
    }
    yield* roomFor("change")
  })

  const holds = (now: number) => sql`(ends_at IS NULL OR ends_at > ${now})`
  /** Whether a channel is there for a user, as far as its access goes. */
  const shownTo = (user: string) =>
    sql`(access <> 'private' OR EXISTS (
      SELECT 1 FROM channel_roles r WHERE r.channel = channels.id AND r.user_id = ${user}))`

  /** In a transaction that changes something: nobody claims the partition anew before it is done, or it is too late. */
  const by = (fence: Fence | undefined, operation: string) =>
    fence === undefined
      ? Effect.void
      : Effect.flatMap(sql`${holding(fence)}`, ({ length }) =>
          length > 0 ? Effect.void : Effect.fail(new ChannelStoreError({ reason: "Fenced", operation })),
        )

  return {
    find: (name) => asStoreError("find")(load("name", name)),
    get: (id) => asStoreError("get")(load("id", id)),

    create: ({ maker, owner, ...channel }, act, fence) =>
      Effect.gen(function* () {
        yield* by(fence, "create")
        if (channel.name !== lobby) yield* roomFor("create")
        if (maker !== undefined && Record.isFull(maker, yield* madeBy(maker.key))) {
          return yield* new ChannelStoreError({ reason: "Quota", operation: "create" })
        }
        yield* sql`INSERT INTO channels ${sql.insert({
          id: channel.id,
          name: channel.name,
          look: key(channel.name),
          access: channel.access,
          topic: channel.topic,
          durability: channel.durability ?? null,
          created_at: channel.createdAt,
          unused: Number(channel.unused ?? false),
          maker: maker?.key ?? null,
        })}`
        if (owner !== undefined) yield* putRole(channel.id, { user: owner, role: "owner" })
        yield* note(channel.id, act)
      }).pipe(sql.withTransaction, asStoreError("create")),

    change: (id, changes, act, fence) =>
      by(fence, "change").pipe(
        Effect.andThen(mayOpen(id, changes)),
        Effect.andThen(Effect.forEach(changes, (change) => write(id, change), { discard: true })),
        Effect.andThen(note(id, act)),
        sql.withTransaction,
        asStoreError("change"),
      ),

    remove: (id, fence) =>
      by(fence, "remove").pipe(
        Effect.andThen(
          Effect.forEach(
            ["channel_roles", "channel_sanctions", "channel_links", "channel_audit"],
            (table) => sql`DELETE FROM ${sql(table)} WHERE channel = ${id}`,
            { discard: true },
          ),
        ),
        Effect.andThen(sql`DELETE FROM channels WHERE id = ${id}`),
        sql.withTransaction,
        Effect.asVoid,
        asStoreError("remove"),
      ),

    invited: (link) =>
      sql<{ id: ChannelId; name: ChannelName; renamedAt: number | null }>`
        SELECT c.id, c.name, c.renamed_at AS "renamedAt" FROM channel_links l
        JOIN channels c ON c.id = l.channel WHERE l.id = ${link}`.pipe(
        Effect.map(([row]) =>
          Option.map(Option.fromUndefinedOr(row), ({ id, name, renamedAt }) => {
            return { id, name, renamedAt: renamedAt === null ? undefined : Number(renamedAt) }
          }),
        ),
        asStoreError("invited"),
      ),

    audit: (id, { before, limit }) =>
      sql`SELECT number, timestamp, by_id AS "byId", by_name AS "byName", action,
          whom_id AS "whomId", whom_name AS "whomName", detail
        FROM channel_audit WHERE ${sql.and([sql`channel = ${id}`, ...(before === undefined ? [] : [sql`number < ${before}`])])}
        ORDER BY number DESC LIMIT ${limit}`.pipe(
        Effect.flatMap(decodeAudit),
        Effect.map((rows) => rows.map(toAct)),
        asStoreError("audit"),
      ),

    list: ({ after = "", archived = false, for: reader, limit, scope = {} }) =>
      sql`SELECT ${channelColumns} FROM channels WHERE ${sql.and([
        sql`name > ${after}`,
        ...(archived ? [] : [sql`archived = 0`]),
        ...(scope.channels === undefined ? [] : [sql.in("name", scope.channels)]),
        ...(scope.since === undefined ? [] : [sql`(renamed_at IS NULL OR renamed_at <= ${scope.since})`]),
        ...(reader === "everybody" ? [] : reader === "strangers" ? [sql`access <> 'private'`] : [shownTo(reader.user)]),
      ])} ORDER BY name LIMIT ${limit}`.pipe(
        Effect.flatMap(decodeChannel),
        Effect.map((rows) =>
          rows.map(({ access, archived, id, name, topic }) => ({ id, name, topic, access, archived })),
        ),
        asStoreError("list"),
      ),

    readable: (user, ids, now) =>
      Effect.gen(function* () {
        if (ids.length === 0) return []
        const banned = yield* sql<{ channel: ChannelId }>`SELECT channel FROM channel_sanctions
          WHERE kind = 'ban' AND user_id = ${user} AND ${holds(now)} AND ${sql.in("channel", ids)}`
        const rows = yield* sql<{ id: ChannelId; name: ChannelName; renamedAt: number | null }>`
          SELECT id, name, renamed_at AS "renamedAt" FROM channels WHERE ${sql.in("id", ids)} AND ${shownTo(user)}`
        const closed = new Set(banned.map(({ channel }) => channel))
        const named = new Map(rows.map((row) => [row.id, row]))
        return ids.flatMap((id) => {
          if (isDirect(id as string as ChannelName)) return Record.direct(id as string as ChannelName)
          const row = named.get(id)
          if (row === undefined || closed.has(id)) return []
          return { id, name: row.name, renamedAt: row.renamedAt === null ? undefined : Number(row.renamedAt) }
        })
      }).pipe(asStoreError("readable")),

    blocked: (user, now) =>
      sql`SELECT ${sanctionColumns} FROM channel_sanctions
        WHERE by_id = ${user} AND kind = 'ban' AND channel LIKE '@%' AND user_id IS NOT NULL AND ${holds(now)}
        ORDER BY subject LIMIT ${maxBlocked}`.pipe(
        Effect.flatMap(decodeSanctions),
        Effect.map((rows) => rows.map(toSanction).flatMap(({ subject }) => ("user" in subject ? subject.user : []))),
        asStoreError("blocked"),
      ),
  }
})

/** Channels in a SQL database whose migrations have been run. Their statements are the same in all dialects there are. */
export const layer: Layer.Layer<ChannelStore, never, SqlClient | Dialect> = Layer.effect(ChannelStore, make)
