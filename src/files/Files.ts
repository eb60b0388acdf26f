/** Files that people send to channels: taken in, kept once for the same content, read, and gone when nobody refers to them. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { FileId } from "../domain/FileId.ts"
import { plainFileName, plainMediaType } from "../domain/FileName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Sha256 } from "../domain/Sha256.ts"
import { alone, Peers } from "../peers/Peers.ts"
import { History } from "../history/History.ts"
import * as Counters from "./Counters.ts"
import type { FileRecord } from "./FileRecord.ts"
import { FileRecords } from "./FileRecords.ts"
import type { FileRecordsShape } from "./FileRecordsShape.ts"
import { FileScanner } from "./FileScanner.ts"
import { FileSettings } from "./FileSettings.ts"
import type { FilesShape, Incoming, NewFile } from "./FilesShape.ts"
import { FileStore } from "./FileStore.ts"
import { FileTurns, make as turnsHere } from "./FileTurns.ts"
import type { FileStoreShape } from "./FileStoreShape.ts"
import { ContentLocks } from "./internal/ContentLocks.ts"
import * as errors from "./internal/errors.ts"
import { Hashing } from "./internal/Hashing.ts"
import { receive } from "./internal/receive.ts"
import * as Sweeper from "./internal/Sweeper.ts"
import { Pace } from "./Pace.ts"
import { wrongOffset } from "./refusals.ts"
import { Windows } from "./Windows.ts"

/** Files whose hash is being made as they come; of those that others have pushed out it is made once they are there. */
const maxHashed = 1000

const isFileId = Schema.is(FileId)

/** So long has a sender at another node to make room. */
const roomIn = Duration.millis(50)

const make = Effect.fnUntraced(function* (
  store: FileStoreShape,
  records: FileRecordsShape,
): Effect.fn.Return<FilesShape, never, History | SecureRandom.SecureRandom | Scope.Scope> {
  const settings = yield* FileSettings
  const scan = yield* FileScanner
  const history = yield* History
  const random = yield* SecureRandom.SecureRandom
  const turns = yield* FileTurns
  const writers = turns ?? turnsHere()
  const peers = yield* Peers
  const run = yield* FiberSet.makeRuntime()
  const counters = Counters.none()
  const hashes = new Map<FileId, Hashing>()
  const locks = new ContentLocks()
  /** Two uploads do not begin on the same room, and what a message is about to carry does not go. */
  const changing = Semaphore.makeUnsafe(1)
  const sweeper = yield* Sweeper.make({
    store,
    counters,
    records,
    history,
    settings,
    changing,
    locks,
    several: peers !== alone,
  })

  /** Whoever sends the file here makes room: it is sent at another node now. */
  peers.hear("FileTaken", ({ id }) => {
    if (!isFileId(id)) return
    hashes.delete(id)
    run(Effect.ignore(writers.take(id, () => Effect.void)))
  })

  /** Has whoever sends it at another node make room, and gives them the moment that takes. */
  const takeOver = (id: FileId, offset: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      // Who brought what has come was here, or asks for turns in the same place.
      if (peers.links === 0 || turns !== undefined || hashes.get(id)?.at === offset) return Effect.void
      peers.tell({ type: "FileTaken", id })
      // From the beginning both bring the same.
      return offset === 0 ? Effect.void : Effect.sleep(roomIn)
    })

  const now = Clock.currentTimeMillis
  const expiresAt = Effect.map(now, (now) => now + Duration.toMillis(settings.expireAfter))

  const start = Effect.fnUntraced(
    function* ({ channel, mediaType, name, sha256, size, user }: NewFile) {
      if (size > settings.maxBytes) return yield* errors.tooLarge(size, settings.maxBytes)
      const usage = yield* errors.stored("look for somebody's files", records.usage(user))
      if (usage.uploads >= settings.uploads) return yield* errors.tooManyUploads()
      if (usage.bytes + size > settings.quota) return yield* errors.overQuota(size, settings.quota - usage.bytes)
      const file: FileRecord = {
        id: FileId.make(yield* random.uuidV7()),
        user,
        channel,
        name: plainFileName(name),
        size,
        mediaType: plainMediaType(mediaType),
        sha256,
        received: 0,
        whole: false,
        posted: false,
        createdAt: yield* now,
        expiresAt: yield* expiresAt,
      }
      yield* errors.stored("note a file", records.add(file))
      return file
    },
    (starting) => changing.withPermit(starting),
  )

  /** Of the first byte on, unless all that has come so far has passed it already. */
  const hashingOf = (file: FileRecord, offset: number): Hashing | undefined => {
    const known = hashes.get(file.id)
    hashes.delete(file.id)
    if (known?.at !== offset && offset > 0) return undefined
    const hashing = known?.at === offset ? known : new Hashing()
    for (const [oldest] of hashes) if (hashes.size >= maxHashed) hashes.delete(oldest)
    hashes.set(file.id, hashing)
    return hashing
  }

  const hashOf = (file: FileRecord): Effect.Effect<Sha256, RequestError> =>
    Effect.suspend(() => {
      const known = hashes.get(file.id)
      hashes.delete(file.id)
      if (known?.at === file.size) return Effect.succeed(known.digest())
      const hashing = new Hashing()
      return store.readDraft(file.id, file.size).pipe(
        Stream.runForEach((bytes) => Effect.sync(() => hashing.add(bytes))),
        Effect.map(() => hashing.digest()),
        errors.orAnew(records, file.id),
        (reading) => errors.stored("read a file that has come", reading),
      )
    })

  const remove = (id: FileId): Effect.Effect<void, RequestError> =>
    Effect.andThen(
      Effect.sync(() => hashes.delete(id)),
      errors.stored("remove a file", sweeper.remove(id)),
    )

  /** All has come: it is what was announced, and nothing harmful, or it goes. */
  const finish = Effect.fnUntraced(function* (file: FileRecord) {
    const sha256 = yield* hashOf(file)
    if (file.sha256 !== undefined && file.sha256 !== sha256) {
      counters.refused++
      yield* remove(file.id)
      return yield* errors.otherHash()
    }
    const verdict = scan === undefined ? "clean" : yield* scan(file, store.readDraft(file.id, file.size))
    if (verdict === "infected") {
      counters.refused++
      yield* remove(file.id)
      return yield* errors.infected()
    }
    if (verdict === "unsure") return yield* errors.unsure()
    const change = { sha256, whole: true, expiresAt: yield* expiresAt }
    const keep = store.keep(file.id, sha256, file.size)
    const noting = Effect.andThen(keep, records.change(file.id, change))
    // Another node may have removed the same content just before: it knows nothing of the locks here.
    const keeping = peers === alone ? noting : Effect.tap(noting, () => keep)
    // A content that nobody refers to would stay until it is looked for.
    const kept = errors.orAnew(records, file.id)(Effect.uninterruptible(locks.holding(sha256, keeping)))
    const isThere = yield* errors.stored("keep a file", kept)
    // What it leaves is found by the sweeper, too.
    yield* Effect.ignore(store.drop(file.id))
    if (!isThere) {
      yield* Effect.ignore(sweeper.forget(sha256))
      return yield* errors.noSuchFile()
    }
    counters.whole++
    return { ...file, ...change }
  })

  const takeIn = Effect.fnUntraced(function* (file: FileRecord, incoming: Incoming) {
    // It is known anew: a writer before this one may have brought more.
    const known = Option.getOrUndefined(yield* get(file.id))
    if (known === undefined) return yield* errors.noSuchFile()
    if (known.whole) return incoming.offset === known.size ? known : yield* errors.isWhole()
    if (incoming.offset !== known.received) return yield* wrongOffset(known.received)
    const hashing = hashingOf(known, incoming.offset)
    const counted = (offset: number) => {
      counters.received += offset - come
      come = offset
      incoming.received?.(offset)
    }
    let come = incoming.offset
    const counting = { ...incoming, received: counted }
    const received = yield* receive({ store, records, file: known, incoming: counting, hashing, expiresAt })
    const now = { ...known, received }
    return received < known.size ? now : yield* finish(now)
  })

  const get: FilesShape["get"] = (id) => errors.stored("look for a file", records.get(id))

  return {
    settings,
    start,
    get,
    append: (file, incoming) =>
      writers.take(file.id, (yields) =>
        Effect.andThen(
          takeOver(file.id, incoming.offset),
          takeIn(file, { ...incoming, bytes: Stream.interruptWhen(incoming.bytes, yields) }),
        ),
      ),
    remove,
    post: ({ id, mediaType, name, sha256, size }, say) =>
      sweeper.sparing(
        id,
        Effect.gen(function* () {
          const change = { expiresAt: yield* expiresAt }
          const isThere = yield* errors.stored("note a file", changing.withPermit(records.change(id, change)))
          if (!isThere || sha256 === undefined) return yield* errors.noSuchFile()
          const said = yield* say({ id, name, size, mediaType, sha256 })
          // Behind it: where nobody knows whether it was said, its sender says it again, and it is to be there then.
          yield* Effect.ignore(records.change(id, { posted: true }))
          return said
        }),
      ),
    read: (file, range = { from: 0, to: file.size }, reuse = false) => {
      if (!file.whole || file.sha256 === undefined) return Stream.fail(errors.noSuchFile())
      const counted = Stream.tap(store.read(file.sha256, range, reuse), ({ length }) =>
        Effect.sync(() => void (counters.read += length)),
      )
      return Stream.catch(counted, (error) =>
        Stream.fromEffect(
          Effect.andThen(Effect.logError("the service could not read a file", error), errors.failed(error)),
        ),
      )
    },
    address: ({ mediaType, name, sha256 }) =>
      store.address === undefined || sha256 === undefined
        ? Effect.undefined
        : errors.stored("make an address of a file", store.address(sha256, { name, mediaType })),
    isCarried: ({ channel, id }) =>
      Effect.map(
        errors.stored("look for the message of a file", history.carried(channel, [id])),
        (carried) => carried.length > 0,
      ),
    sweepSoon: sweeper.sweepSoon,
    counters,
    windows: new Windows(settings.memory),
    pace: new Pace(yield* Scheduler.Scheduler),
    underWay: () => writers.size,
  }
})

/** A reference: without a layer, or without a `FileStore` and `FileRecords`, there are none. */
export const Files = Context.Reference<FilesShape | undefined>("natter/files/Files", {
  defaultValue: () => undefined,
})

/** Files on a store, where there is one and they are wanted. */
export const layer: Layer.Layer<never, never, History | SecureRandom.SecureRandom> = Layer.effect(
  Files,
  Effect.gen(function* () {
    const { enabled } = yield* FileSettings
    const store = yield* Effect.serviceOption(FileStore)
    const records = yield* Effect.serviceOption(FileRecords)
    if (!enabled || store._tag === "None" || records._tag === "None") return undefined
    return yield* make(store.value, records.value)
  }),
)
