import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { RequestError } from "../../src/domain/RequestError.ts"
import { FileStoreError } from "../../src/files/FileStoreError.ts"
import { collected, isSame, noise, sha256Of } from "../suites/fileStore.ts"
import { bob, deleted, general, random, seq } from "../suites/historyWorld.ts"
import {
  bytes,
  content,
  found,
  hour,
  kept,
  newFile,
  nothing,
  pieces,
  posted,
  reasonOf,
  sending,
  sent,
  service,
  settings,
  stores,
} from "./world.ts"

const lost = new RequestError({ reason: "Unavailable", detail: "the connection was lost" })
/** All that can happen at this moment has happened. */
const settled = TestClock.adjust(0)

describe("a file that is sent", () => {
  it.effect("is whole with its last byte, and is read as it came", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const { files } = yield* service(world)
      const file = yield* files.start(newFile({ name: "../../etc/p\u{202e}asswd", mediaType: "Text/HTML; charset=x" }))
      assert.deepInclude(file, { name: "passwd", mediaType: "text/html", received: 0, whole: false, posted: false })
      const told: Array<number> = []
      const bytesOf = Stream.fromIterable(pieces(0))
      const whole = yield* files.append(file, { offset: 0, bytes: bytesOf, received: (offset) => told.push(offset) })
      assert.deepInclude(whole, { received: bytes.length, whole: true, sha256: content, posted: false })
      assert.deepStrictEqual(yield* found(files, file), whole)
      assert.deepStrictEqual(
        told,
        [...told].toSorted((one, other) => one - other),
      )
      assert.isAtLeast(told.length, 3)
      assert.strictEqual(told.at(-1), bytes.length)
      isSame(yield* collected(files.read(whole)), bytes)
      isSame(yield* collected(files.read(whole, { from: 5, to: 1_500_000 })), bytes.subarray(5, 1_500_000))
      assert.deepStrictEqual(yield* kept(world), { drafts: [], contents: [content] })
      const read = bytes.length + 1_500_000 - 5
      assert.deepStrictEqual(files.counters, { received: bytes.length, read, whole: 1, refused: 0, removed: 0 })
      // Sent again to its end it is what it was.
      assert.deepStrictEqual(yield* sending(files, file, bytes.length), whole)
      assert.strictEqual(yield* reasonOf(sending(files, file, 0)), "WrongOffset")
    }),
  )

  it.effect("of no bytes is whole when all of nothing has come", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const { files } = yield* service(world)
      const file = yield* sent(files, {}, new Uint8Array())
      assert.deepInclude(file, { whole: true, size: 0, sha256: sha256Of(new Uint8Array()) })
      isSame(yield* collected(files.read(file)), new Uint8Array())
      yield* files.remove(file.id)
      assert.deepStrictEqual(yield* kept(world), nothing)
    }),
  )

  it.effect("is not begun where it is too large, where there are too many, or beyond what its sender may have", () =>
    Effect.gen(function* () {
      const { files } = yield* service(yield* stores)
      const start = (size: number, user = newFile().user) => files.start(newFile({ size, user }))
      assert.strictEqual(yield* reasonOf(start(5_000_001)), "FileTooLarge")
      const first = yield* start(5_000_000)
      const over = yield* Effect.flip(Effect.andThen(start(4_000_000), start(1_000_001)))
      assert.deepInclude(over, { reason: "FileQuota", field: "size" })
      yield* start(1_000_000)
      assert.strictEqual(yield* reasonOf(start(0)), "TooManyUploads")
      yield* start(1, bob.id)
      // What is gone leaves room; what is whole counts, and is no upload.
      yield* files.remove(first.id)
      const empty = yield* start(0)
      yield* sending(files, empty, 0, 0)
      yield* start(5_000_000)
      assert.strictEqual(yield* reasonOf(start(0)), "TooManyUploads")
    }),
  )

  it.effect("has room once where two are begun at the same moment", () =>
    Effect.gen(function* () {
      const { files } = yield* service(yield* stores, { uploads: 10 })
      const starting = Array.from({ length: 5 }, () => Effect.result(files.start(newFile({ size: 4_000_000 }))))
      const started = yield* Effect.all(starting, { concurrency: "unbounded" })
      assert.lengthOf(
        started.filter(({ _tag }) => _tag === "Success"),
        2,
      )
    }),
  )

  it.effect("goes on where it was cut, behind the last byte that came", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const { files } = yield* service(world)
      const file = yield* files.start(newFile())
      const cut = (from: number, to: number) =>
        files.append(file, {
          offset: from,
          bytes: Stream.concat(Stream.fromIterable(pieces(from, to)), Stream.fail(lost)),
        })
      assert.strictEqual(yield* Effect.flip(cut(0, 1_234_567)), lost)
      assert.deepInclude(yield* found(files, file), { received: 1_234_567, whole: false })
      for (const offset of [0, 1_234_566, 1_234_568, bytes.length]) {
        assert.deepInclude(yield* Effect.flip(sending(files, file, offset)), { reason: "WrongOffset", field: "offset" })
      }
      yield* Effect.flip(cut(1_234_567, 1_234_567))
      yield* Effect.flip(cut(1_234_567, 1_234_568))
      // Also where it is cut off from outside.
      const bytesOf = Stream.concat(Stream.fromIterable(pieces(1_234_568, 2_000_000)), Stream.never)
      const fiber = yield* Effect.forkChild(files.append(file, { offset: 1_234_568, bytes: bytesOf }))
      yield* settled
      yield* Fiber.interrupt(fiber)
      assert.deepInclude(yield* found(files, file), { received: 2_000_000, whole: false })
      assert.deepInclude(yield* sending(files, file, 2_000_000), { whole: true, sha256: content })
      assert.deepStrictEqual(yield* kept(world), { drafts: [], contents: [content] })
    }),
  )

  it.effect("goes on in another process on the same stores, which reads what it has not seen", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const file = yield* Effect.scoped(
        Effect.gen(function* () {
          const { files } = yield* service(world)
          const file = yield* files.start(newFile({ sha256: content }))
          return yield* sending(files, file, 0, 1_700_000)
        }),
      )
      assert.deepInclude(file, { received: 1_700_000, whole: false })
      const { files } = yield* service(world)
      yield* settled
      const whole = yield* sending(files, file, 1_700_000)
      assert.deepInclude(whole, { whole: true, sha256: content })
      isSame(yield* collected(files.read(whole)), bytes)
    }),
  )

  it.effect("is refused where there is more than was announced, and goes on behind what fits", () =>
    Effect.gen(function* () {
      const { files } = yield* service(yield* stores)
      const file = yield* files.start(newFile({ size: 100_000 }))
      const whole = bytes.subarray(0, 100_000)
      assert.strictEqual(yield* reasonOf(sending(files, file, 0, 100_001)), "FileTooLarge")
      assert.deepInclude(yield* found(files, file), { received: 80_000, whole: false })
      assert.deepInclude(yield* sending(files, file, 80_000, 100_000), { whole: true, sha256: sha256Of(whole) })
    }),
  )

  it.effect("goes where it is not what was announced", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const { files } = yield* service(world)
      const file = yield* files.start(newFile({ sha256: sha256Of(noise(5)) }))
      assert.strictEqual(yield* reasonOf(sending(files, file)), "HashMismatch")
      assert.deepInclude(files.counters, { whole: 0, refused: 1, removed: 1 })
      assert.isUndefined(yield* found(files, file))
      assert.deepStrictEqual(yield* kept(world), nothing)
      assert.strictEqual(yield* reasonOf(sending(files, file)), "NoSuchFile")
    }),
  )

  it.effect("goes with its bytes where it is removed while it comes", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const { files } = yield* service(world)
      const file = yield* files.start(newFile())
      const more = yield* Deferred.make<void>()
      const bytesOf = Stream.fromIterable(pieces(0, 1_500_000)).pipe(
        Stream.concat(Stream.fromEffectDrain(Deferred.await(more))),
        Stream.concat(Stream.fromIterable(pieces(1_500_000))),
      )
      const fiber = yield* Effect.forkChild(Effect.flip(files.append(file, { offset: 0, bytes: bytesOf })))
      yield* settled
      assert.strictEqual(files.underWay(), 1)
      yield* files.remove(file.id)
      yield* Deferred.succeed(more, undefined)
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "NoSuchFile")
      assert.strictEqual(files.underWay(), 0)
      assert.isUndefined(yield* found(files, file))
      assert.deepStrictEqual(yield* kept(world), nothing)
    }),
  )

  it.effect("begins anew where what had come of it is not there any more, as after a restore without it", () =>
    Effect.gen(function* () {
      const world = yield* stores
      for (const [to, cut] of [
        [1_700_000, 0],
        [1_700_000, 1_000_000],
        [bytes.length - 1, 0],
      ] as const) {
        const file = yield* Effect.scoped(
          Effect.flatMap(service(world), ({ files }) =>
            Effect.flatMap(files.start(newFile()), (file) => sending(files, file, 0, to)),
          ),
        )
        yield* world.store.drop(file.id)
        if (cut > 0) yield* world.store.append(file.id, 0, [bytes.subarray(0, cut)])
        const { files } = yield* service(world)
        const { message, reason } = yield* Effect.flip(sending(files, file, to))
        assert.strictEqual(reason, "WrongOffset")
        assert.include(message, "byte 0")
        assert.deepInclude(yield* found(files, file), { received: 0, whole: false })
        assert.deepInclude(yield* sending(files, file), { whole: true, sha256: content })
        yield* files.remove(file.id)
      }
      // All had come, and only the scanner was not sure.
      const last = yield* Effect.scoped(
        Effect.gen(function* () {
          const { files } = yield* service(world, { scan: () => Effect.succeed("unsure") })
          const file = yield* files.start(newFile())
          yield* Effect.flip(sending(files, file))
          return (yield* found(files, file))!
        }),
      )
      yield* world.store.drop(last.id)
      const { files } = yield* service(world)
      assert.strictEqual(yield* reasonOf(sending(files, last, bytes.length)), "WrongOffset")
      assert.deepInclude(yield* sending(files, last), { whole: true, sha256: content })
    }),
  )

  it.effect("goes on after the disk was full, and says that it is", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const full = { is: false }
      const store: typeof world.store = {
        ...world.store,
        append: (...to) =>
          Effect.suspend(() =>
            full.is
              ? Effect.fail(new FileStoreError({ operation: "append", trouble: "full" }))
              : world.store.append(...to),
          ),
      }
      const { files } = yield* service({ ...world, store })
      const file = yield* sending(files, yield* files.start(newFile()), 0, 1_200_000)
      full.is = true
      const { message, reason } = yield* Effect.flip(sending(files, file, 1_200_000))
      assert.strictEqual(reason, "Unavailable")
      assert.include(message, "full")
      assert.deepInclude(yield* found(files, file), { received: 1_200_000 })
      full.is = false
      assert.deepInclude(yield* sending(files, file, 1_200_000), { whole: true, sha256: content })
    }),
  )
})

describe("of those who send the same file", () => {
  const opened = Effect.fnUntraced(function* () {
    const { files } = yield* service(yield* stores)
    const file = yield* files.start(newFile())
    const silent = (from: number, to: number) =>
      files.append(file, { offset: from, bytes: Stream.concat(Stream.fromIterable(pieces(from, to)), Stream.never) })
    return { files, file, silent }
  })

  it.effect("the next takes the place of the one before, behind what that has brought", () =>
    Effect.gen(function* () {
      const { file, files, silent } = yield* opened()
      const first = yield* Effect.forkChild(Effect.flip(silent(0, 1_111_111)))
      yield* settled
      const second = yield* sending(files, file, 1_111_111)
      assert.strictEqual((yield* Fiber.join(first)).reason, "UploadTaken")
      assert.deepInclude(second, { whole: true, sha256: content })
    }),
  )

  it.effect("one that gives up waiting lets nobody in before its turn", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const writing = { now: 0, most: 0, hold: yield* Deferred.make<void>() }
      const store: typeof world.store = {
        ...world.store,
        append: (...to) =>
          Effect.gen(function* () {
            writing.most = Math.max(writing.most, ++writing.now)
            yield* Deferred.await(writing.hold)
            yield* world.store.append(...to)
          }).pipe(Effect.ensuring(Effect.sync(() => writing.now--))),
      }
      const { files } = yield* service({ ...world, store })
      const file = yield* files.start(newFile())
      const first = yield* Effect.forkChild(Effect.exit(sending(files, file)))
      yield* settled
      assert.strictEqual(writing.now, 1)
      // It is written, come what may; those who wait for it go one after the other.
      const others = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(Effect.flip(sending(files, file))))
      yield* settled
      yield* Fiber.interrupt(others[2]!)
      const last = yield* Effect.forkChild(Effect.flip(sending(files, file)))
      yield* settled
      assert.strictEqual(writing.most, 1)
      yield* Deferred.succeed(writing.hold, undefined)
      yield* Fiber.join(first)
      for (const other of others.slice(0, 2)) assert.strictEqual((yield* Fiber.join(other)).reason, "UploadTaken")
      assert.strictEqual((yield* Fiber.join(last)).reason, "WrongOffset")
      const { received } = (yield* found(files, file))!
      assert.deepInclude(yield* sending(files, file, received), { whole: true, sha256: content })
      assert.strictEqual(writing.most, 1)
    }),
  )
})

describe("a scanner", () => {
  it.effect("sees the whole file before anybody else, and takes it", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const seen: Array<unknown> = []
      const { files } = yield* service(world, {
        scan: (file, bytesOf) =>
          Effect.gen(function* () {
            const whole = sha256Of(yield* collected(bytesOf))
            const { contents } = yield* kept(world)
            seen.push([file.name, file.size, file.mediaType, whole, contents])
            return "clean" as const
          }).pipe(Effect.orDie),
      })
      assert.isTrue((yield* sent(files)).whole)
      assert.deepStrictEqual(seen, [["a file.bin", bytes.length, "application/x-thing", content, []]])
    }),
  )

  it.effect("has what is infected removed, and what it is not sure of sent again", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const says = { verdict: "infected" as "clean" | "infected" | "unsure" }
      const { files } = yield* service(world, { scan: () => Effect.sync(() => says.verdict) })
      const file = yield* files.start(newFile())
      assert.strictEqual(yield* reasonOf(sending(files, file)), "FileRefused")
      assert.isUndefined(yield* found(files, file))
      assert.deepStrictEqual(yield* kept(world), nothing)

      says.verdict = "unsure"
      const again = yield* files.start(newFile())
      assert.strictEqual(yield* reasonOf(sending(files, again)), "Unavailable")
      assert.deepInclude(yield* found(files, again), { received: bytes.length, whole: false })
      assert.strictEqual(yield* reasonOf(collected(files.read((yield* found(files, again))!))), "NoSuchFile")
      assert.strictEqual(yield* reasonOf(sending(files, again, bytes.length)), "Unavailable")
      says.verdict = "clean"
      assert.deepInclude(yield* sending(files, again, bytes.length), { whole: true, sha256: content })
    }),
  )
})

describe("a file that has come", () => {
  it.effect("is kept once for all who have the same, and goes with the last of them", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const { files } = yield* service(world)
      const mine = yield* sent(files)
      const theirs = yield* sent(files, { user: bob.id, channel: random, name: "another.txt" })
      assert.deepStrictEqual(yield* kept(world), { drafts: [], contents: [content] })
      yield* files.remove(mine.id)
      yield* files.remove(mine.id)
      isSame(yield* collected(files.read(theirs)), bytes)
      yield* files.remove(theirs.id)
      assert.deepStrictEqual(yield* kept(world), nothing)
      assert.strictEqual(yield* reasonOf(collected(files.read(theirs))), "Unavailable")
      assert.strictEqual(yield* reasonOf(files.post(theirs, () => Effect.die("said"))), "NoSuchFile")
    }),
  )

  it.effect("goes with the message that carries it, unless another does, and so do its bytes", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const running = yield* service(world)
      const { files, history } = running
      const [one, other, waiting] = [yield* sent(files), yield* sent(files, { user: bob.id }), yield* sent(files)]
      assert.isFalse(yield* files.isCarried(one))
      yield* posted(running, one, 1)
      yield* posted(running, other, 2)
      yield* posted(running, one, 3)
      assert.deepStrictEqual([yield* files.isCarried(one), yield* files.isCarried(waiting)], [true, false])
      const remove = (at: number, target: number) =>
        Effect.andThen(
          history.append(general, { after: seq(at - 1), entries: [deleted(at, target)], durability: "disk" }),
          settled,
        )
      yield* remove(4, 1)
      assert.isTrue(yield* files.isCarried(one))
      assert.isDefined(yield* found(files, one))
      yield* remove(5, 3)
      assert.isFalse(yield* files.isCarried(one))
      assert.isUndefined(yield* found(files, one))
      isSame(yield* collected(files.read(other)), bytes)
      // What was never said waits for its message.
      assert.isDefined(yield* found(files, waiting))
      yield* files.remove(waiting.id)
      assert.deepStrictEqual((yield* kept(world)).contents, [content])
      yield* history.remove(general)
      yield* settled
      assert.isUndefined(yield* found(files, other))
      assert.deepStrictEqual(yield* kept(world), nothing)
    }),
  )

  it.effect("stays where its message could not be said, though another is taken away, and can be said later", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const { files } = yield* service(world)
      const file = yield* sent(files)
      // Nobody knows whether it was stored: the service was killed, or the history did not answer.
      assert.strictEqual(yield* reasonOf(files.post(file, () => Effect.fail(lost))), "Unavailable")
      files.sweepSoon(general)
      yield* settled
      assert.deepStrictEqual(yield* kept(world), { drafts: [], contents: [content] })
      assert.strictEqual(yield* files.post((yield* found(files, file))!, () => Effect.succeed("said")), "said")
    }),
  )

  it.effect("stays while the message is said that is to carry it", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const running = yield* service(world)
      const { files } = running
      const file = yield* sent(files)
      yield* files.post(file, () =>
        Effect.gen(function* () {
          files.sweepSoon(general)
          yield* TestClock.adjust(Duration.times(hour, 3))
          assert.isDefined(yield* found(files, file))
        }),
      )
      files.sweepSoon(general)
      yield* settled
      assert.isUndefined(yield* found(files, file))
      assert.deepStrictEqual(yield* kept(world), nothing)
    }),
  )
})

describe("what expires", () => {
  it.effect("are uploads that nobody went on with, and files that nobody said", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const running = yield* service(world)
      const { files } = running
      const abandoned = yield* files.start(newFile())
      yield* sending(files, abandoned, 0, 1_500_000)
      const [unsaid, said] = [yield* sent(files, { size: 1000 }, bytes.subarray(0, 1000)), yield* sent(files)]
      yield* posted(running, said, 1)
      yield* TestClock.adjust("59 minutes")
      yield* sending(files, abandoned, 1_500_000, 1_600_000)
      yield* TestClock.adjust("3 minutes")
      assert.isDefined(yield* found(files, abandoned))
      assert.isUndefined(yield* found(files, unsaid))
      yield* TestClock.adjust("59 minutes")
      assert.isUndefined(yield* found(files, abandoned))
      yield* TestClock.adjust("30 days")
      assert.deepInclude(yield* found(files, said), { whole: true })
      assert.deepStrictEqual(yield* kept(world), { drafts: [], contents: [content] })
    }),
  )

  it.effect("are files of an age, also those that a message carries", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const running = yield* service(world, { maxAge: Duration.days(3) })
      const file = yield* sent(running.files)
      yield* posted(running, file, 1)
      yield* TestClock.adjust("71 hours")
      assert.isDefined(yield* found(running.files, file))
      yield* TestClock.adjust("62 minutes")
      assert.isUndefined(yield* found(running.files, file))
      assert.deepStrictEqual(yield* kept(world), nothing)
    }),
  )

  it.effect("are files whose messages were pruned", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const running = yield* service(world)
      const file = yield* sent(running.files)
      yield* posted(running, file, 1)
      yield* TestClock.adjust("5 hours")
      assert.isDefined(yield* found(running.files, file))
      yield* world.history.prune({ entries: Number.MAX_SAFE_INTEGER, ids: 0 })
      yield* TestClock.adjust("62 minutes")
      assert.isUndefined(yield* found(running.files, file))
    }),
  )

  it.effect("is more than is looked at together", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const { files } = yield* service(world, { uploads: 1000 })
      yield* Effect.forEach(Array.from({ length: 450 }), () => files.start(newFile({ size: 3 })))
      yield* TestClock.adjust("62 minutes")
      assert.deepStrictEqual(yield* world.records.usage(newFile().user), { bytes: 0, uploads: 0 })
    }),
  )

  it.effect("goes the next time where a store was away", () =>
    Effect.gen(function* () {
      const world = yield* stores
      const away = { is: false }
      const or =
        <A extends ReadonlyArray<unknown>, B>(what: (...given: A) => Effect.Effect<B, FileStoreError>) =>
        (...given: A) =>
          Effect.suspend(() =>
            away.is ? Effect.fail(new FileStoreError({ operation: "any", trouble: "away" })) : what(...given),
          )
      const records = { ...world.records, expired: or(world.records.expired) }
      const store = { ...world.store, drop: or(world.store.drop), remove: or(world.store.remove) }
      const { files } = yield* service({ ...world, records, store })
      const file = yield* sending(files, yield* files.start(newFile()), 0, 10)
      away.is = true
      yield* TestClock.adjust("2 hours")
      assert.isDefined(yield* found(files, file))
      away.is = false
      yield* TestClock.adjust("2 minutes")
      assert.isUndefined(yield* found(files, file))
      // Bytes that could not be removed with their record are looked for once a day.
      const other = yield* sent(files)
      away.is = true
      assert.strictEqual(yield* reasonOf(files.remove(other.id)), "Unavailable")
      assert.deepStrictEqual((yield* kept(world)).contents, [content])
      away.is = false
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(yield* kept(world), nothing)
    }),
  )
})

it.effect("a service of which the settings say so takes no files", () =>
  Effect.gen(function* () {
    const world = yield* stores
    assert.isUndefined((yield* service(world, { enabled: false })).files)
    assert.deepStrictEqual((yield* service(world)).files.settings, settings)
  }),
)
