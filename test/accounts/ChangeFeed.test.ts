/** Sessions that have to end are told of it, whoever changed the account, and whatever happens to the store. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { StorageError } from "../../src/accounts/AccountError.ts"
import * as ChangeFeed from "../../src/accounts/ChangeFeed.ts"
import { UserId } from "../../src/domain/User.ts"

const entry = (seq: number): ChangeFeed.Entry => ({
  seq,
  change: { _tag: "Disabled", userId: UserId.make(`user ${seq}`) },
})

/** A log of pages of two, which can be broken, and who listens to it. */
const world = Effect.fnUntraced(function* (length: number) {
  const log = Array.from({ length }, (_, n) => entry(n + 1))
  const state = { isBroken: false, reads: 0 }
  const read = <A>(answer: () => A) =>
    Effect.suspend(() => {
      state.reads++
      return state.isBroken
        ? Effect.fail(new StorageError({ retryable: true, cause: "the disk" }))
        : Effect.succeed(answer())
    })
  const feed = yield* ChangeFeed.make({
    latest: read(() => log.at(-1)?.seq ?? 0),
    after: (from) => read(() => log.filter(({ seq }) => seq > from).slice(0, 2)),
  })
  const heard: Array<string> = []
  const listen = feed.changes.pipe(
    Stream.runForEach(({ userId }) => Effect.sync(() => heard.push(userId))),
    Effect.forkScoped({ startImmediately: true }),
    Effect.andThen(Effect.yieldNow),
  )
  const append = (...seqs: ReadonlyArray<number>) => log.push(...seqs.map(entry))
  return { append, feed, heard, listen, state }
})

describe("the changes of accounts", () => {
  it.effect("are heard at once where they are announced, from when one listens, page after page", () =>
    Effect.gen(function* () {
      const { append, feed, heard, listen } = yield* world(3)
      yield* listen
      // Not all numbers are there: a transaction that failed leaves a gap.
      append(4, 6, 7, 9, 10)
      yield* feed.announce
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(heard, ["user 4", "user 6", "user 7", "user 9", "user 10"])
    }),
  )

  it.effect("are heard at once where another process says that there are some", () =>
    Effect.gen(function* () {
      const { append, feed, heard, listen } = yield* world(0)
      yield* listen
      const before = feed.announced()
      append(1)
      feed.heed()
      // Whoever remembers something of accounts knows by then.
      assert.isAbove(feed.announced(), before)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(heard, ["user 1"])
    }),
  )

  it.effect("that nobody announces are heard two seconds later", () =>
    Effect.gen(function* () {
      const { append, heard, listen, state } = yield* world(0)
      yield* listen
      append(1)
      yield* TestClock.adjust(1999)
      assert.deepStrictEqual(heard, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(heard, ["user 1"])
      const before = state.reads
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(state.reads - before, 30)
    }),
  )

  it.effect("go on after the store was away, and the log says that it was", () => {
    const warnings: Array<unknown> = []
    const logger = Logger.make<unknown, void>(({ logLevel, message }) => warnings.push(logLevel, message))
    return Effect.gen(function* () {
      const { append, feed, heard, listen, state } = yield* world(1)
      state.isBroken = true
      yield* listen
      append(2)
      yield* TestClock.adjust("3 seconds")
      state.isBroken = false
      yield* TestClock.adjust("1 second")
      // What came while it did not know where to begin was before it began.
      append(3)
      yield* feed.announce
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(heard, ["user 3"])
      state.isBroken = true
      append(4)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(heard, ["user 3"])
      state.isBroken = false
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(heard, ["user 3", "user 4"])
      assert.deepStrictEqual(warnings.slice(0, 2), ["Warn", ["account changes can't be read", "the disk"]])
    }).pipe(Effect.provide(Logger.layer([logger])))
  })

  it("are kept, ten thousand of them", () => {
    assert.strictEqual(ChangeFeed.kept, 10_000)
  })
})
