import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import { HistoryId } from "../../domain/HistoryId.ts"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Durability } from "../../domain/Durability.ts"
import { maxPageLength } from "../../domain/Limits.ts"
import { LruMap } from "../../domain/LruMap.ts"
import * as Seq from "../../domain/Seq.ts"
import { isGuestId, type UserId } from "../../domain/User.ts"
import type { Entry } from "../../domain/Entry.ts"
import type { Fence } from "../../domain/Fence.ts"
import { freshHistoryId } from "../freshHistoryId.ts"
import type { Batch, HistoryShape, Page, Range } from "../HistoryShape.ts"
import { HistoryError } from "../HistoryError.ts"
import { HistorySettings } from "../HistorySettings.ts"
import { outdated } from "../outdated.ts"
import { Stamps } from "../Stamps.ts"
import { lengthOf } from "./Block.ts"
import { Entries } from "./Entries.ts"
import { Log } from "./Log.ts"
import { search } from "./search.ts"

/** Channels kept: those written to last. */
const maxChannels = 10_000
/** Characters of content kept over all channels. Beyond that the channel appended to longest ago loses its older half. */
const maxCharacters = 64 * 1024 * 1024

const fenced = (operation: string) => new HistoryError({ reason: "Fenced", operation })
const inMemory = Exit.succeed("memory" as const)

/** History in this process's memory. */
export const make = Effect.gen(function* () {
  const settings = yield* HistorySettings
  const stamps = yield* Stamps
  const logs = new LruMap<ChannelId, Log>()
  // Those of them that hold content: makeRoom must not pass all the others each time it looks for some.
  const holding = new LruMap<ChannelId, Log>()
  const counted = new Map<UserId, Set<ChannelId>>()
  let characters = 0
  const id = yield* freshHistoryId
  let dropped = 0
  /** The history that a log without entries begins now: never again that of one that was dropped. */
  const idOfNew = () => HistoryId.make(`${id}-${dropped}`)

  const drop = (channel: ChannelId, log: Log): void => {
    dropped++
    holding.delete(channel)
    characters -= log.entries.characters
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
    const used = logs.use(channel)
    if (used !== undefined) return used
    const log = new Log(idOfNew())
    logs.set(channel, log)
    if (logs.size > maxChannels) drop(...logs.removeOldest()!)
    return log
  }
  /** Changes a log and keeps the sum of characters right. */
  const change = <A>(log: Log, use: () => A): A => {
    const before = log.entries.characters
    const result = use()
    characters += log.entries.characters - before
    return result
  }
  const makeRoom = (): void => {
    for (const [channel, log] of holding.entries()) {
      while (characters > maxCharacters && log.entries.length > 0) {
        change(log, () => log.removeFirst(Math.ceil(log.entries.length / 2)))
      }
      if (characters <= maxCharacters) return
      holding.delete(channel)
    }
  }

  /** Of each partition the newest claim by which something was loaded. */
  const newest = new Map<number, number>()
  const isFenced = ({ epoch, partition }: Fence): boolean => epoch < (newest.get(partition) ?? 0)

  const append = (channel: ChannelId, { after, entries, fence }: Batch): Exit.Exit<Durability, HistoryError> => {
    if (fence !== undefined && isFenced(fence)) return Exit.fail(fenced("append"))
    stamps.stored(entries[0]!.timestamp)
    const log = written(channel)
    const reason = change(log, () => log.append(after, entries, settings.maxEntries))
    if (reason !== undefined) return Exit.fail(new HistoryError({ reason, operation: "append" }))
    if (holding.use(channel) === undefined) holding.set(channel, log)
    if (characters > maxCharacters) makeRoom()
    return inMemory
  }

  const service: HistoryShape = {
    isOurs: (other) => other.startsWith(`${id}-`),
    load: (channel, since, fence) =>
      Effect.suspend(() => {
        if (fence !== undefined) {
          if (isFenced(fence)) return Effect.fail(fenced("load"))
          newest.set(fence.partition, fence.epoch)
        }
        return Effect.succeed((logs.get(channel) ?? new Log(idOfNew())).load(since))
      }),
    known: (channel, ids) =>
      Effect.sync(() => ids.flatMap(({ id, user }) => logs.get(channel)?.ids.find(user, id) ?? [])),
    append: (channel, batch) => Effect.suspend(() => append(channel, batch)),
    appendUnsafe: append,
    messages: (channel, seqs) =>
      Effect.sync(() =>
        [...new Set(seqs)]
          .toSorted((one, other) => one - other)
          .flatMap((seq) => logs.get(channel)?.message(seq) ?? []),
      ),
    carried: (channel, files) =>
      Effect.sync(() => {
        const carried = logs.get(channel)?.carried()
        return files.filter((file) => carried?.has(file))
      }),
    page: (channel, range) => Effect.sync(() => pageOf(logs.get(channel)?.entries ?? new Entries(), range)),
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
    remove: (channel) =>
      Effect.sync(() => {
        const log = logs.get(channel)
        if (log === undefined) return
        logs.delete(channel)
        drop(channel, log)
      }),
    prune: ({ entries, ids }) =>
      Effect.sync(() => {
        let removed = 0
        for (const [channel, log] of logs.entries()) {
          removed += change(log, () => log.prune(entries, ids))
          // Guests do not come back for ever: what one has read goes with the entries that it had read.
          for (const [user, read] of log.markers) {
            if (!isGuestId(user) || read >= log.entries.first) continue
            log.markers.delete(user)
            forget(channel, user)
          }
        }
        return removed
      }),
  }
  yield* Effect.flatMap(yield* outdated, service.prune).pipe(
    Effect.repeat(Schedule.spaced(settings.pruneEvery)),
    Effect.delay(settings.pruneEvery),
    Effect.forkScoped,
  )
  return service
})

/** As many entries as a page holds, beginning at the end of the range that was asked for. */
const pageOf = (kept: Entries, range: Range): Page => {
  const forward = "after" in range || "since" in range
  const [from, to] = bounds(kept, range)
  const entries: Array<Entry> = []
  let length = 0
  for (let at = forward ? from : to - 1; forward ? at < to : at >= from; at += forward ? 1 : -1) {
    if (entries.length === range.limit) break
    const entry = kept.get(at as Seq.Seq)!
    length += lengthOf(entry)
    if (length > maxPageLength && entries.length > 0) break
    entries.push(entry)
  }
  return {
    entries: forward ? entries : entries.toReversed(),
    first: kept.first,
    more: entries.length < to - from,
  }
}

/** The places between which a range lies; the second is not part of it. */
const bounds = (kept: Entries, range: Range): readonly [number, number] => {
  const within = (seq: number, end: number) => Math.min(Math.max(kept.first, seq), end)
  const end = within(range.upTo + 1, kept.last + 1)
  if ("after" in range) return [within(range.after + 1, end), end]
  if ("before" in range) return [kept.first, within(range.before, end)]
  if ("since" in range) return [within(kept.firstSince(range.since), end), end]
  return [kept.first, within(kept.lastUntil(range.until) + 1, end)]
}
