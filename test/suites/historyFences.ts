/** That nobody stores anything by a claim that is not the last. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Fence } from "../../src/domain/Fence.ts"
import type { Entry } from "../../src/domain/Entry.ts"
import type { Epochs } from "../../src/history/Epochs.ts"
import type { History } from "../../src/history/History.ts"
import type { HistoryError } from "../../src/history/HistoryError.ts"
import { everything, general, random, said, seq } from "./historyWorld.ts"

type Test = (
  title: string,
  body: (history: History["Service"], epochs: Epochs["Service"]) => Effect.Effect<void, unknown>,
) => void

/** In a history that reads its claims from these epochs. */
export const historyFences = (test: Test) => {
  const claimed = (epochs: Epochs["Service"], partition = 7): Effect.Effect<Fence, unknown> =>
    Effect.map(epochs.claim([partition], "a node"), (given) => ({ partition, epoch: given.get(partition)! }))
  const store = (history: History["Service"], entries: ReadonlyArray<Entry>, fence?: Fence, channel = general) =>
    history.append(channel, { after: seq(entries[0]!.seq - 1), entries, durability: "disk", fence })
  const why = (effect: Effect.Effect<unknown, HistoryError>) => Effect.map(Effect.flip(effect), ({ reason }) => reason)

  test(
    "who has the last claim loads and appends, as often as it likes",
    Effect.fnUntraced(function* (history, epochs) {
      const fence = yield* claimed(epochs)
      assert.include(yield* history.load(general, 0, fence), { first: seq(1), seq: seq(0) })
      yield* store(history, [said(1)], fence)
      yield* store(history, [said(2)], fence)
      assert.deepStrictEqual((yield* history.load(general, 0, fence)).recent, [said(1), said(2)])
      yield* store(history, [said(3)], fence)
      // One that it has not loaded: the channel was made just now.
      yield* store(history, [said(1, "made")], fence, random)
      yield* store(history, [said(2, "made")], fence, random)
      assert.strictEqual(yield* why(store(history, [said(2, "late")], fence, random)), "Conflict")
      assert.strictEqual(yield* why(store(history, [said(9, "early")], fence, random)), "Conflict")
      assert.lengthOf(yield* everything(history, general), 3)
    }),
  )

  test(
    "who has not, stores nothing from the moment on at which the new owner has loaded",
    Effect.fnUntraced(function* (history, epochs) {
      const stale = yield* claimed(epochs)
      yield* history.load(general, 0, stale)
      yield* store(history, [said(1)], stale)
      const fence = yield* claimed(epochs)
      assert.strictEqual((yield* history.load(general, 0, fence)).seq, seq(1))
      // Though it is in step.
      assert.strictEqual(yield* why(store(history, [said(2, "late")], stale)), "Fenced")
      assert.strictEqual(yield* why(store(history, [said(9, "late")], stale)), "Fenced")
      yield* store(history, [said(2)], fence)
      for (const at of [2, 3]) assert.strictEqual(yield* why(store(history, [said(at, "late")], stale)), "Fenced")
      assert.strictEqual(yield* why(history.load(general, 0, stale)), "Fenced")
      assert.deepStrictEqual(yield* everything(history, general), [said(1), said(2)])
    }),
  )

  test(
    "nor the first entry of a channel that nobody has written to",
    Effect.fnUntraced(function* (history, epochs) {
      const stale = yield* claimed(epochs)
      yield* history.load(general, 0, stale)
      const fence = yield* claimed(epochs)
      assert.strictEqual((yield* history.load(general, 0, fence)).seq, seq(0))
      assert.strictEqual(yield* why(store(history, [said(1, "late")], stale)), "Fenced")
      assert.deepStrictEqual(yield* everything(history, general), [])
      yield* store(history, [said(1)], fence)
      assert.deepStrictEqual(yield* everything(history, general), [said(1)])
    }),
  )

  test(
    "nor takes a log over again that it had",
    Effect.fnUntraced(function* (history, epochs) {
      const stale = yield* claimed(epochs)
      yield* store(history, [said(1)])
      yield* history.load(general, 0, stale)
      const fence = yield* claimed(epochs)
      yield* history.load(general, 0, fence)
      assert.strictEqual(yield* why(history.load(general, 0, stale)), "Fenced")
      assert.strictEqual(yield* why(history.load(random, 0, stale)), "Fenced")
      yield* store(history, [said(2)], fence)
    }),
  )

  test(
    "claims of other partitions are no matter, nor is there one without a fence",
    Effect.fnUntraced(function* (history, epochs) {
      const fence = yield* claimed(epochs)
      yield* history.load(general, 0, fence)
      const other = yield* claimed(epochs, 8)
      yield* history.load(random, 0, other)
      yield* store(history, [said(1)], fence)
      yield* store(history, [said(1)], other, random)
      yield* store(history, [said(2)])
      assert.strictEqual(yield* why(store(history, [said(2)], fence)), "Conflict")
      assert.strictEqual((yield* history.load(general, 0)).seq, seq(2))
      yield* store(history, [said(3)], fence)
    }),
  )

  test(
    "leaves nothing behind of a channel that was only looked at",
    Effect.fnUntraced(function* (history, epochs) {
      const fence = yield* claimed(epochs)
      yield* history.load(general, 0, fence)
      yield* history.remove(general)
      assert.include(yield* history.load(general, 0, fence), { first: seq(1), seq: seq(0) })
      yield* store(history, [said(1)], fence)
      yield* history.remove(general)
      assert.strictEqual(yield* why(store(history, [said(2)], fence)), "Conflict")
      yield* store(history, [said(1)], fence)
    }),
  )
}
