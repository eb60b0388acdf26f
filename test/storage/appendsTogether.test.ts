/** Appends of many channels at once: what one of them meets is its own affair. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { History } from "../../src/history/History.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
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
})
