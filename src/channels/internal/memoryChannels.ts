import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import type { UserId } from "../../domain/User.ts"
import * as Record from "../ChannelRecord.ts"
import type { ChannelStoreShape } from "../ChannelStore.ts"
import { ChannelStoreError } from "../ChannelStoreError.ts"
import { maxAudit, maxChannels } from "../ChannelRecord.ts"

/** Those a user may have blocked, as far as a list of them goes. */
const maxBlocked = 1000

/** Every operation is one synchronous step, and so all or nothing. */
export const make: Effect.Effect<ChannelStoreShape> = Effect.sync(() => {
  // Of direct conversations, those that something is known of.
  const records = new Map<ChannelId, Record.ChannelRecord>()
  const byName = new Map<ChannelName, ChannelId>()
  const audits = new Map<ChannelId, Array<Record.AuditEntry>>()

  const fail = (reason: ChannelStoreError["reason"], operation: string) =>
    Effect.fail(new ChannelStoreError({ reason, operation }))

  const get = (id: ChannelId): Record.ChannelRecord | undefined =>
    records.get(id) ?? (isDirect(id as string as ChannelName) ? Record.direct(id as string as ChannelName) : undefined)

  const note = (id: ChannelId, act: Record.Act | undefined): void => {
    if (act === undefined) return
    const log = audits.get(id) ?? []
    log.push({ ...act, number: (log.at(-1)?.number ?? 0) + 1 })
    if (log.length > maxAudit) log.shift()
    audits.set(id, log)
  }

  const isHidden = ({ access, roles }: Record.ChannelRecord, user: UserId | undefined) =>
    access === "private" && (user === undefined || !roles.has(user))

  const bannedIn = (record: Record.ChannelRecord, user: UserId, now: number): boolean =>
    [...record.sanctions.values()].some(
      (sanction) =>
        sanction.kind === "ban" &&
        "user" in sanction.subject &&
        sanction.subject.user.id === user &&
        !Record.hasEnded(sanction, now),
    )

  return {
    find: (name) =>
      Effect.sync(() => Option.fromUndefinedOr(get(byName.get(name) ?? (name as string as ChannelId)))).pipe(
        Effect.map(Option.filter((record) => record.name === name)),
      ),
    get: (id) => Effect.sync(() => Option.fromUndefinedOr(get(id))),
    create: (channel, act) =>
      Effect.suspend(() => {
        if (byName.has(channel.name) || records.has(channel.id)) return fail("Exists", "create")
        if (records.size >= maxChannels) return fail("Full", "create")
        records.set(channel.id, Record.make(channel))
        byName.set(channel.name, channel.id)
        note(channel.id, act)
        return Effect.void
      }),
    change: (id, changes, act) =>
      Effect.suspend(() => {
        const record = get(id)
        if (record === undefined) return fail("Unavailable", "change")
        if (!records.has(id) && records.size >= maxChannels) return fail("Full", "change")
        const next = changes.reduce(Record.changed, record)
        const holder = byName.get(next.name)
        if (next.name !== record.name && holder !== undefined && holder !== id) return fail("Exists", "change")
        if (isDirect(next.name)) {
          if (next.sanctions.size > 0) records.set(id, next)
          else records.delete(id)
        } else {
          records.set(id, next)
          byName.delete(record.name)
          byName.set(next.name, id)
        }
        note(id, act)
        return Effect.void
      }),
    audit: (id, { before = Number.POSITIVE_INFINITY, limit }) =>
      Effect.sync(() =>
        (audits.get(id) ?? [])
          .filter(({ number }) => number < before)
          .slice(-limit)
          .toReversed(),
      ),
    list: ({ after, for: whom, limit }) =>
      Effect.sync(() =>
        [...records.values()]
          .filter(
            (record) =>
              !isDirect(record.name) &&
              !record.archived &&
              (after === undefined || record.name > after) &&
              (whom === "everybody" || !isHidden(record, whom === "strangers" ? undefined : whom.user)),
          )
          .toSorted((one, other) => (one.name < other.name ? -1 : 1))
          .slice(0, limit)
          .map(({ id, name, topic }) => ({ id, name, topic })),
      ),
    readable: (user, ids, now) =>
      Effect.sync(() =>
        ids.flatMap((id) => {
          const record = get(id)
          if (record === undefined || bannedIn(record, user, now)) return []
          if (!isDirect(record.name) && isHidden(record, user)) return []
          return { id, name: record.name }
        }),
      ),
    blocked: (user, now) =>
      Effect.sync(() =>
        [...records.values()]
          .filter(({ name }) => isDirect(name))
          .flatMap(({ sanctions }) => [...sanctions.values()])
          .filter((sanction) => sanction.by.id === user && sanction.kind === "ban" && !Record.hasEnded(sanction, now))
          .flatMap(({ subject }) => ("user" in subject ? subject.user : []))
          .toSorted((one, other) => (one.id < other.id ? -1 : 1))
          .slice(0, maxBlocked),
      ),
  }
})
