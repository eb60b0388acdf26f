/** Finds what is to go: uploads that nobody went on with, files that no message carries any more, bytes that no file has. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { FileId } from "../../domain/FileId.ts"
import type { Sha256 } from "../../domain/Sha256.ts"
import type { HistoryError } from "../../history/HistoryError.ts"
import type { HistoryShape } from "../../history/HistoryShape.ts"
import type { Counters } from "../Counters.ts"
import type { FileRecord } from "../FileRecord.ts"
import type { FileRecordsShape } from "../FileRecordsShape.ts"
import type { FileSettings } from "../FileSettings.ts"
import type { FileStoreShape } from "../FileStoreShape.ts"
import type { FileStoreError } from "../FileStoreError.ts"
import type { ContentLocks } from "./ContentLocks.ts"
import { Owned } from "./Owned.ts"

/** Records that are looked at together. */
const page = 200

/** Channels in which messages were taken away, to be looked at; of more their files are found with those that expire. */
const toSweepAhead = 256

/** What a crash, or a store that was away, has left is looked for at the start, and then so often. */
const betweenOrphans = Duration.days(1)

/** A message with a file that is not stored within this many milliseconds is not. */
const justNow = 60_000

interface Options {
  readonly store: FileStoreShape
  readonly counters: Counters
  readonly records: FileRecordsShape
  readonly history: Pick<HistoryShape, "carried">
  readonly settings: FileSettings
  /** Held while it is decided which records there are. */
  readonly changing: Semaphore.Semaphore
  readonly locks: ContentLocks
  /** Whether the service is several nodes. */
  readonly several: boolean
}

type Sweeping<A> = Effect.Effect<A, FileStoreError | HistoryError>

export interface Sweeper {
  readonly remove: (id: FileId, before?: number) => Effect.Effect<void, FileStoreError>
  /** Removes a content that no file has any more, where what is kept is this database's alone. */
  readonly forget: (content: Sha256) => Effect.Effect<void, FileStoreError>
  readonly sweepSoon: (channel: ChannelId) => void
  /** Leaves a file alone while a message is said that carries it. */
  readonly sparing: <A, E>(id: FileId, saying: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** Sweeps until the scope closes. */
export const make = Effect.fnUntraced(function* ({
  changing,
  counters,
  history,
  locks,
  records,
  settings,
  several,
  store,
}: Options): Effect.fn.Return<Sweeper, never, Scope.Scope> {
  const toSweep = yield* Queue.dropping<ChannelId>(toSweepAhead)
  // As many as there are messages with files that are being said.
  const spared = new Map<FileId, number>()
  const maxAge = Duration.toMillis(settings.maxAge)
  const expireAfter = Duration.toMillis(settings.expireAfter)

  const owned = new Owned(store, records, locks)

  const forget = (content: Sha256): Effect.Effect<void, FileStoreError> =>
    Effect.flatMap(owned.now, (isOwned) =>
      isOwned
        ? locks.holding(
            content,
            Effect.flatMap(records.used([content]), (used) =>
              used.length === 0 ? store.remove(content) : Effect.void,
            ),
          )
        : Effect.void,
    )

  /** Its record first: what is left of it then is found by the next look for what nobody has. */
  const remove = (id: FileId, before?: number): Effect.Effect<void, FileStoreError> =>
    Effect.gen(function* () {
      const removing = Effect.suspend(() => (spared.has(id) ? Effect.succeedNone : records.remove(id, before)))
      const removed = Option.getOrUndefined(yield* changing.withPermit(removing))
      if (removed === undefined) return
      counters.removed++
      yield* store.drop(id)
      if (removed.whole && removed.sha256 !== undefined) yield* forget(removed.sha256)
    })

  /** Those of these that no message carries. */
  const uncarried = Effect.fnUntraced(function* (files: ReadonlyArray<FileRecord>) {
    const channels = Map.groupBy(files, ({ channel }) => channel)
    const carried = new Set<FileId>()
    for (const [channel, those] of channels) {
      for (const id of yield* history.carried(
        channel,
        those.map(({ id }) => id),
      ))
        carried.add(id)
    }
    return files.filter(({ id }) => !carried.has(id))
  })

  const each = Effect.fnUntraced(function* (
    next: (after: FileId | undefined) => Effect.Effect<ReadonlyArray<FileRecord>, FileStoreError>,
    look: (files: ReadonlyArray<FileRecord>) => Sweeping<void>,
  ) {
    let after: FileId | undefined
    while (true) {
      const files = yield* next(after)
      yield* look(files)
      if (files.length < page) return
      after = files.at(-1)!.id
    }
  })

  /** A whole file that a message carries is looked at again when it expires once more. */
  const sweepExpired = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const isOld = ({ createdAt }: FileRecord) => now - createdAt > maxAge
    yield* each(
      (after) => records.expired(now, { after, limit: page }),
      Effect.fnUntraced(function* (files) {
        const whole = files.filter((file) => file.whole && !isOld(file))
        const going = [...files.filter((file) => !file.whole || isOld(file)), ...(yield* uncarried(whole))]
        for (const { id } of going) yield* remove(id, now)
        const staying = new Set(going.map(({ id }) => id))
        for (const { createdAt, id } of whole.filter(({ id }) => !staying.has(id))) {
          yield* records.change(id, { expiresAt: Math.min(now + expireAfter, createdAt + maxAge) })
        }
      }),
    )
  })

  /** A message was taken away there. What was never posted waits for its first message. */
  const sweepChannel = (channel: ChannelId) =>
    each(
      (after) => records.of(channel, { after, limit: page }),
      Effect.fnUntraced(function* (files) {
        const now = yield* Clock.currentTimeMillis
        // Whoever is about to say it at another node has noted that a moment ago: it is looked at when it expires.
        const sayable = ({ expiresAt }: FileRecord) => several && expiresAt > now + expireAfter - justNow
        const gone = yield* uncarried(files.filter((file) => file.posted && !sayable(file)))
        for (const { id } of gone) yield* remove(id)
      }),
    )

  const orphans = Effect.gen(function* () {
    if (!(yield* owned.look)) return
    yield* store.drafts.pipe(
      Stream.grouped(page),
      Stream.runForEach((ids) =>
        Effect.flatMap(records.coming(ids), (coming) =>
          Effect.forEach(
            ids.filter((id) => !coming.includes(id)),
            store.drop,
            { discard: true },
          ),
        ),
      ),
    )
    yield* store.contents.pipe(
      Stream.grouped(page),
      Stream.runForEach((contents) =>
        Effect.flatMap(records.used(contents), (used) =>
          Effect.forEach(
            contents.filter((content) => !used.includes(content)),
            forget,
            { discard: true },
          ),
        ),
      ),
    )
  })

  const logged = (what: string, sweeping: Sweeping<void>) =>
    Effect.catch(sweeping, (error) => Effect.logWarning(`${what} could not be removed`, error))

  // Where it is never to be looked for, another thread of the service does that.
  if (Duration.isFinite(settings.sweepEvery)) {
    yield* logged("Files that nobody has", orphans).pipe(
      Effect.repeat(Schedule.spaced(betweenOrphans)),
      Effect.forkScoped,
    )
    yield* logged("Files that have expired", sweepExpired).pipe(
      Effect.repeat(Schedule.spaced(settings.sweepEvery)),
      Effect.forkScoped,
    )
  }
  yield* Queue.take(toSweep).pipe(
    Effect.flatMap((channel) => logged("Files of messages that are gone", sweepChannel(channel))),
    Effect.forever,
    Effect.forkScoped,
  )
  return {
    remove,
    forget,
    sweepSoon: (channel) => void Queue.offerUnsafe(toSweep, channel),
    sparing: (id, saying) =>
      Effect.suspend(() => {
        spared.set(id, (spared.get(id) ?? 0) + 1)
        return Effect.ensuring(
          saying,
          Effect.sync(() => {
            const left = spared.get(id)! - 1
            if (left === 0) spared.delete(id)
            else spared.set(id, left)
          }),
        )
      }),
  }
})
