/** Appends of many channels at once: what one of them meets is its own affair. */
import { assert, describe, it, vi } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { History } from "../../src/history/History.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import * as Together from "../../src/storage/internal/appendsTogether.ts"
import { settle } from "../actor/fibers.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { said, seq } from "../suites/historyWorld.ts"

const channels = Array.from({ length: 60 }, (_, n) => ChannelId.make(`channel-${n}`))

const history = Layer.fresh(
  Layer.unwrap(Effect.map(emptyDatabase, (url) => Layer.provide(SqlHistory.layer, Postgres.layer({ url })))),
)

const all = <A, E>(make: (channel: ChannelId, n: number) => Effect.Effect<A, E>) =>
  Effect.forEach(channels, (channel, n) => Effect.result(make(channel, n)), { concurrency: "unbounded" })

describe("appends of many channels at once", () => {
  it.effect("each is stored, or refused for a reason of its own", () =>
    Effect.gen(function* () {
      const log = yield* History
      const append = (channel: ChannelId, at: number, id: string, after = at - 1) =>
        log.append(channel, {
          after: seq(after),
          entries: [{ ...said(at), id: MessageId.make(id) }],
          durability: "disk",
        })
      assert.isTrue((yield* all((channel) => append(channel, 1, "first"))).every(Result.isSuccess))

      // Every third is said again, every fourth does not know the last place.
      const reasons = yield* all((channel, n) => {
        if (n % 3 === 0) return append(channel, 2, "first")
        return n % 4 === 0 ? append(channel, 3, "second", 2) : append(channel, 2, "second")
      })
      for (const [n, result] of reasons.entries()) {
        const reason = Result.isFailure(result) ? result.failure.reason : "stored"
        assert.strictEqual(reason, n % 3 === 0 ? "Duplicate" : n % 4 === 0 ? "Conflict" : "stored", `channel ${n}`)
      }
      for (const [n, channel] of channels.entries()) {
        const { recent, seq: last } = yield* log.load(channel, 0)
        assert.strictEqual(last, n % 3 === 0 || n % 4 === 0 ? 1 : 2)
        assert.strictEqual(recent.length, last)
      }
    }).pipe(Effect.provide(history)),
  )

  it.effect("those of one channel are stored one after the other", () =>
    Effect.gen(function* () {
      const log = yield* History
      const [channel] = channels
      const append = (at: number) =>
        log.append(channel!, { after: seq(at - 1), entries: [said(at)], durability: "disk" })
      yield* append(1)
      const results = yield* Effect.forEach([2, 2, 2, 2], (at) => Effect.result(append(at)), {
        concurrency: "unbounded",
      })
      assert.strictEqual(results.filter(Result.isSuccess).length, 1)
      assert.strictEqual((yield* log.load(channel!, 0)).seq, seq(2))
    }).pipe(Effect.provide(history)),
  )

  it.effect("where there are many, others are waited for until there are enough, or for a moment", () =>
    Effect.gen(function* () {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.useRealTimers()))
      const statements: Array<number> = []
      const append = yield* Together.make({
        one: () => Effect.sync(() => (statements.push(1), "disk" as const)),
        many: (appends) =>
          Effect.sync(() => {
            statements.push(appends.length)
            return new Map(appends.map(({ channel }) => [channel, "disk" as const]))
          }),
        isSure: () => true,
        patience: Duration.minutes(1),
      })
      const batch = { after: seq(1), entries: [said(2)], durability: "disk" as const }
      const store = (from: number, to: number) =>
        Effect.forEach(channels.slice(from, to), (channel) => append(channel, batch), {
          concurrency: "unbounded",
        }).pipe(Effect.forkChild({ startImmediately: true }))
      yield* Effect.flatMap(store(0, 5), Fiber.join)
      assert.deepStrictEqual(statements, [5])
      const some = yield* store(0, 20)
      yield* settle
      assert.deepStrictEqual(statements, [5])
      const more = yield* store(20, 40)
      yield* Fiber.join(some)
      yield* Fiber.join(more)
      assert.deepStrictEqual(statements, [5, 40])
      const last = yield* store(0, 1)
      yield* settle
      vi.runAllTimers()
      yield* Fiber.join(last)
      assert.deepStrictEqual(statements, [5, 40, 1])
      yield* Effect.flatMap(store(1, 2), Fiber.join)
      assert.deepStrictEqual(statements, [5, 40, 1, 1])
    }).pipe(Effect.scoped),
  )
})
