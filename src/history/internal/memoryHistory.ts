import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { ChannelId } from "../../domain/ChannelId.ts"
import { maxPageLength } from "../../domain/Limits.ts"
import * as Seq from "../../domain/Seq.ts"
import type { UserId } from "../../domain/User.ts"
import type { Entry } from "../../domain/Entry.ts"
import type { History, Page, Range } from "../History.ts"
import { HistoryError } from "../HistoryError.ts"
import { HistorySettings } from "../HistorySettings.ts"
import { Log } from "./Log.ts"
import { search } from "./search.ts"

/** Channels kept, those written to last. */
const maxChannels = 10_000
/** Characters of content kept over all channels; beyond that, of the channel written to longest ago, the oldest half goes. */
const maxCharacters = 64 * 1024 * 1024

/** History in this process's memory. */
export const make = Effect.gen(function* () {
  const settings = yield* HistorySettings
  const lifetimes = { maxAge: Duration.toMillis(settings.maxAge), rememberIds: Duration.toMillis(settings.rememberIds) }
  // The one written to last is the last.
  const logs = new Map<ChannelId, Log>()
  const counted = new Map<UserId, Set<ChannelId>>()
  let characters = 0

  const drop = (channel: ChannelId, log: Log): void => {
    logs.delete(channel)
    characters -= log.characters
    for (const user of log.markers.keys()) forget(channel, user)
  }
  const forget = (channel: ChannelId, user: UserId): void => {
    const channels = counted.get(user)
    channels?.delete(channel)
    if (channels?.size === 0) counted.delete(user)
  }
  const count = (channel: ChannelId, user: UserId): void =>
    void counted.set(user, (counted.get(user) ?? new Set()).add(channel))

  const written = (channel: ChannelId): Log => {
    const log = logs.get(channel) ?? new Log()
    logs.delete(channel)
    logs.set(channel, log)
    for (const [oldest, idle] of logs) {
      if (logs.size <= maxChannels) break
      drop(oldest, idle)
    }
    return log
  }
  /** What is done to a log, and what that does to the sum. */
  const change = <A>(log: Log, use: () => A): A => {
    const before = log.characters
    const result = use()
    characters += log.characters - before
    return result
  }
  const makeRoom = (): void => {
    for (const log of logs.values()) {
      while (characters > maxCharacters && log.entries.length > 0) {
        change(log, () => log.removeFirst(Math.ceil(log.entries.length / 2)))
      }
      if (characters <= maxCharacters) return
    }
  }

  const service: History["Service"] = {
    load: (channel, since) => Effect.sync(() => (logs.get(channel) ?? new Log()).load(since)),
    known: (channel, ids) =>
      Effect.sync(() => ids.flatMap(({ id, user }) => logs.get(channel)?.ids.get(`${user} ${id}`) ?? [])),
    append: (channel, { after, entries }) =>
      Effect.suspend(() => {
        const log = written(channel)
        const reason = change(log, () => log.append(after, entries, settings.maxEntries))
        if (reason !== undefined) return Effect.fail(new HistoryError({ reason, operation: "append" }))
        if (characters > maxCharacters) makeRoom()
        return Effect.succeed("memory" as const)
      }),
    messages: (channel, seqs) =>
      Effect.sync(() =>
        [...new Set(seqs)]
          .toSorted((one, other) => one - other)
          .flatMap((seq) => logs.get(channel)?.message(seq) ?? []),
      ),
    page: (channel, range) => Effect.sync(() => pageOf(logs.get(channel) ?? new Log(), range)),
    search: (query) => search(logs, query),
    mark: (channel, readers) =>
      Effect.sync(() => {
        const log = written(channel)
        return readers.map(({ read, user }) => {
          const inForce = Math.max(log.markers.get(user) ?? Seq.zero, Math.min(read, log.seq)) as Seq.Seq
          log.markers.set(user, inForce)
          count(channel, user)
          return { user, read: inForce }
        })
      }),
    touch: (channel, users) =>
      Effect.sync(() => {
        const { markers } = written(channel)
        for (const user of users) {
          if (!markers.has(user)) markers.set(user, Seq.zero)
          count(channel, user)
        }
      }),
    markers: (user, { after, limit }) =>
      Effect.sync(() =>
        [...(counted.get(user) ?? [])]
          .filter((channel) => after === undefined || channel > after)
          .toSorted()
          .slice(0, limit)
          .map((channel) => {
            const log = logs.get(channel)!
            const read = log.markers.get(user)!
            return { channel, read, last: log.seq, unread: log.unread(user, read) }
          }),
      ),
    prune: (now) =>
      Effect.sync(() => {
        let removed = 0
        for (const log of logs.values()) {
          removed += change(log, () => log.prune(now - lifetimes.maxAge, now - lifetimes.rememberIds))
        }
        return removed
      }),
  }
  yield* Effect.flatMap(Clock.currentTimeMillis, service.prune).pipe(
    Effect.repeat(Schedule.spaced(settings.pruneEvery)),
    Effect.delay(settings.pruneEvery),
    Effect.forkScoped,
  )
  return service
})

/** As much as a page holds, from the end that was asked for. */
const pageOf = (log: Log, range: Range): Page => {
  const kept = log.between(log.first, range.upTo)
  const forward = "after" in range || "since" in range
  const [from, to] = bounds(kept, range)
  const entries: Array<Entry> = []
  let length = 0
  for (let at = forward ? from : to - 1; forward ? at < to : at >= from; at += forward ? 1 : -1) {
    const entry = kept[at]!
    length += "content" in entry ? entry.content.length : 0
    if (entries.length === range.limit || (length > maxPageLength && entries.length > 0)) break
    entries.push(entry)
  }
  return {
    entries: forward ? entries : entries.toReversed(),
    first: log.first,
    more: entries.length < to - from,
  }
}

/** Where in the list the range lies: from the first index up to the second, it not included. */
const bounds = (kept: ReadonlyArray<Entry>, range: Range): readonly [number, number] => {
  const index = (is: (entry: Entry) => boolean) => {
    const found = kept.findIndex(is)
    return found === -1 ? kept.length : found
  }
  if ("after" in range) return [index(({ seq }) => seq > range.after), kept.length]
  if ("before" in range) return [0, index(({ seq }) => seq >= range.before)]
  if ("since" in range) return [index(({ timestamp }) => timestamp >= range.since), kept.length]
  return [0, kept.findLastIndex(({ timestamp }) => timestamp <= range.until) + 1]
}
