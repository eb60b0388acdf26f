import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { AuditLog } from "../../domain/AuditLog.ts"
import type { ChannelId } from "../../domain/ChannelId.ts"
import { type ChannelName, lobby } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import { key } from "../../domain/NameKey.ts"
import { hasNamed } from "../../domain/Scope.ts"
import type { UserId } from "../../domain/User.ts"
import * as Record from "../ChannelRecord.ts"
import type { ChannelStoreShape } from "../ChannelStoreShape.ts"
import { ChannelStoreError } from "../ChannelStoreError.ts"
import { maxBlocked, maxChannels } from "../ChannelRecord.ts"
import { SortedNames } from "./sortedNames.ts"

/** Every operation is one synchronous step, and so all or nothing. */
export const make: Effect.Effect<ChannelStoreShape> = Effect.sync(() => {
  // Of direct conversations, those that something is known of.
  const records = new Map<ChannelId, Record.ChannelRecord>()
  const byName = new Map<ChannelName, ChannelId>()
  /** The same by the keys of their names: two that look the same are one. */
  const byKey = new Map<string, ChannelId>()
  const names = new SortedNames()
  /** By who sanctioned somebody in a direct conversation: the conversations. */
  const sanctionedBy = new Map<UserId, Set<ChannelId>>()
  const audits = new Map<ChannelId, AuditLog<Record.Act>>()
  /** To which channel an invitation leads. */
  const linked = new Map<string, ChannelId>()
  /** How many somebody has made: counted as they change, since who makes one may have made thousands. */
  const made = new Map<string, Record.Made>()
  const makers = new Map<ChannelId, string>()
  /** Those of the records that are not archived, and no direct conversations. */
  let open = 0

  const fail = (reason: ChannelStoreError["reason"], operation: string) =>
    Effect.fail(new ChannelStoreError({ reason, operation }))

  const get = (id: ChannelId): Record.ChannelRecord | undefined =>
    records.get(id) ?? (isDirect(id as string as ChannelName) ? Record.direct(id as string as ChannelName) : undefined)

  const note = (id: ChannelId, act: Record.Act | undefined): void => {
    if (act === undefined) return
    const log = audits.get(id) ?? new AuditLog<Record.Act>()
    log.add(act)
    audits.set(id, log)
  }

  const isOpen = (record: Record.ChannelRecord | undefined): boolean =>
    record !== undefined && !record.archived && !isDirect(record.name)
  const hasMade = (maker: string): Record.Made => made.get(maker) ?? { all: 0, open: 0 }
  const count = (maker: string, more: Record.Made): void => {
    const { all, open } = hasMade(maker)
    if (all + more.all === 0) made.delete(maker)
    else made.set(maker, { all: all + more.all, open: open + more.open })
  }
  /** What was open and is not, or the other way round, counts for all and for its maker. */
  const countOpen = (id: ChannelId, next: Record.ChannelRecord | undefined): void => {
    const more = Number(isOpen(next)) - Number(isOpen(records.get(id)))
    open += more
    const maker = makers.get(id)
    if (maker !== undefined) count(maker, { all: 0, open: more })
  }
  const put = (record: Record.ChannelRecord): void => {
    countOpen(record.id, record)
    records.set(record.id, record)
  }
  const drop = (id: ChannelId): void => {
    countOpen(id, undefined)
    records.delete(id)
  }
  /** Direct conversations in which somebody is blocked: the others have no record. */
  const sanctioned = (): number => records.size - byName.size

  const setMaker = (id: ChannelId, maker: string | undefined): void => {
    const before = makers.get(id)
    const isNowOpen = Number(isOpen(records.get(id)))
    if (before !== undefined) count(before, { all: -1, open: -isNowOpen })
    if (maker === undefined) return void makers.delete(id)
    makers.set(id, maker)
    count(maker, { all: 1, open: isNowOpen })
  }

  const setDirect = (id: ChannelId, { sanctions }: Record.ChannelRecord, next: Record.ChannelRecord): void => {
    for (const { by } of sanctions.values()) {
      const conversations = sanctionedBy.get(by.id)
      conversations?.delete(id)
      if (conversations?.size === 0) sanctionedBy.delete(by.id)
    }
    for (const { by } of next.sanctions.values()) {
      sanctionedBy.set(by.id, (sanctionedBy.get(by.id) ?? new Set()).add(id))
    }
    if (next.sanctions.size > 0) put(next)
    else drop(id)
  }

  const isHidden = ({ access, roles }: Record.ChannelRecord, user: UserId | undefined) =>
    access === "private" && (user === undefined || !roles.has(user))

  const bannedIn = (record: Record.ChannelRecord, user: UserId, now: number): boolean =>
    Option.isSome(Record.inForce(record, "ban", { user: { id: user } }, now))

  return {
    find: (name) =>
      Effect.sync(() => Option.fromUndefinedOr(get(byName.get(name) ?? (name as string as ChannelId)))).pipe(
        Effect.map(Option.filter((record) => record.name === name)),
      ),
    get: (id) => Effect.sync(() => Option.fromUndefinedOr(get(id))),
    create: (channel, act) =>
      Effect.suspend(() => {
        if (byKey.has(key(channel.name)) || records.has(channel.id)) return fail("Exists", "create")
        const { maker } = channel
        if (maker !== undefined && Record.isFull(maker, hasMade(maker.key))) return fail("Quota", "create")
        if (open >= maxChannels && channel.name !== lobby) return fail("Full", "create")
        put(Record.make(channel))
        setMaker(channel.id, maker?.key)
        byName.set(channel.name, channel.id)
        byKey.set(key(channel.name), channel.id)
        names.add(channel.name)
        note(channel.id, act)
        return Effect.void
      }),
    change: (id, changes, act) =>
      Effect.suspend(() => {
        const record = get(id)
        if (record === undefined) return fail("Unavailable", "change")
        if (!records.has(id) && sanctioned() >= maxChannels) return fail("Full", "change")
        const next = changes.reduce(Record.changed, record)
        const maker = Record.makerIn(changes)
        if (maker !== undefined && Record.isFullFor(maker, hasMade(maker.key), makers.get(id) === maker.key)) {
          return fail("Quota", "change")
        }
        if (isOpen(next) && !isOpen(record) && open >= maxChannels && next.name !== lobby) return fail("Full", "change")
        const holder = byKey.get(key(next.name))
        if (next.name !== record.name && holder !== undefined && holder !== id) return fail("Exists", "change")
        if (isDirect(next.name)) {
          setDirect(id, record, next)
        } else {
          put(next)
          for (const link of record.links.keys()) linked.delete(link)
          for (const link of next.links.keys()) linked.set(link, id)
          if (maker !== undefined) setMaker(id, maker.key)
          byName.delete(record.name)
          byName.set(next.name, id)
          if (next.name !== record.name) {
            byKey.delete(key(record.name))
            byKey.set(key(next.name), id)
            names.delete(record.name)
            names.add(next.name)
          }
        }
        note(id, act)
        return Effect.void
      }),
    remove: (id) =>
      Effect.sync(() => {
        const record = records.get(id)
        if (record === undefined || isDirect(record.name)) return
        drop(id)
        byName.delete(record.name)
        byKey.delete(key(record.name))
        names.delete(record.name)
        audits.delete(id)
        for (const link of record.links.keys()) linked.delete(link)
        setMaker(id, undefined)
      }),
    invited: (link) =>
      Effect.sync(() => {
        const id = linked.get(link)
        return Option.fromUndefinedOr(id === undefined ? undefined : records.get(id))
      }),
    audit: (id, { before = Number.POSITIVE_INFINITY, limit }) =>
      Effect.sync(() => audits.get(id)?.page(before, limit) ?? []),
    list: ({ after, archived = false, for: reader, limit, scope }) =>
      Effect.sync(() => {
        const page: Array<Record.ChannelSummary> = []
        for (const name of names.after(after)) {
          if (page.length === limit) break
          const record = records.get(byName.get(name)!)!
          if ((record.archived && !archived) || (scope !== undefined && !hasNamed(scope, record))) continue
          if (reader !== "everybody" && isHidden(record, reader === "strangers" ? undefined : reader.user)) continue
          const { access, archived: closed, id, topic } = record
          page.push({ id, name, topic, access, archived: closed })
        }
        return page
      }),
    readable: (user, ids, now) =>
      Effect.sync(() =>
        ids.flatMap((id) => {
          const record = get(id)
          if (record === undefined) return []
          const closed = !isDirect(record.name) && (bannedIn(record, user, now) || isHidden(record, user))
          return closed ? [] : { id, name: record.name, renamedAt: record.renamedAt }
        }),
      ),
    blocked: (user, now) =>
      Effect.sync(() =>
        [...(sanctionedBy.get(user) ?? [])]
          .flatMap((id) => [...(records.get(id)?.sanctions.values() ?? [])])
          .filter((sanction) => sanction.by.id === user && sanction.kind === "ban" && !Record.hasEnded(sanction, now))
          .flatMap(({ subject }) => ("user" in subject ? subject.user : []))
          .toSorted((one, other) => (one.id < other.id ? -1 : 1))
          .slice(0, maxBlocked),
      ),
  }
})
