/** What every keeper of epochs has to do. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Epochs } from "../../src/history/Epochs.ts"

/** The layer is built anew, and empty, for each test. */
export const epochsSuite = (name: string, layer: Layer.Layer<Epochs, unknown>) =>
  describe(name, () => {
    const test = (title: string, body: (epochs: Epochs["Service"]) => Effect.Effect<void, unknown>) =>
      it.effect(title, () => Effect.provide(Effect.flatMap(Epochs, body), Layer.fresh(layer)))
    const all = Array.from({ length: 256 }, (_, n) => n)

    test(
      "nobody has claimed anything at the beginning",
      Effect.fnUntraced(function* (epochs) {
        assert.deepStrictEqual(yield* epochs.list, [])
        assert.deepStrictEqual([...(yield* epochs.claim([], "a"))], [])
        assert.deepStrictEqual([...(yield* epochs.last([3])), ...(yield* epochs.last([]))], [])
        assert.deepStrictEqual(yield* epochs.list, [])
      }),
    )

    test(
      "a claim gives each partition an epoch that is higher than any it had, and says whose it is",
      Effect.fnUntraced(function* (epochs) {
        const first = yield* epochs.claim(all, "a")
        assert.sameMembers([...first.keys()], all)
        const second = yield* epochs.claim([7, 3, 255, 0], "b")
        assert.sameMembers([...second.keys()], [0, 3, 7, 255])
        for (const [partition, epoch] of second) assert.isAbove(epoch, first.get(partition)!)
        const again = yield* epochs.claim([3], "b")
        assert.isAbove(again.get(3)!, second.get(3)!)
        assert.deepStrictEqual(
          [...(yield* epochs.last([3, 7, 9, 300]))].toSorted(([one], [other]) => one - other),
          [
            [3, again.get(3)!],
            [7, second.get(7)!],
            [9, first.get(9)!],
          ],
        )
        assert.deepStrictEqual(
          yield* epochs.list,
          all.map((partition) => ({
            partition,
            epoch: again.get(partition) ?? second.get(partition) ?? first.get(partition)!,
            node: second.has(partition) ? "b" : "a",
          })),
        )
      }),
    )

    test(
      "no epoch is given twice, whoever claims what at the same moment, and each partition's count up",
      Effect.fnUntraced(function* (epochs) {
        const given: Array<number> = []
        const last = new Map<number, number>()
        const claims = Array.from({ length: 40 }, (_, n) => all.filter((partition) => (partition * 7 + n) % 3 > 0))
        yield* Effect.forEach(
          claims,
          (partitions, n) =>
            Effect.map(epochs.claim(n % 2 === 0 ? partitions : partitions.toReversed(), `node ${n}`), (claimed) => {
              for (const [partition, epoch] of claimed) {
                given.push(epoch)
                last.set(partition, Math.max(last.get(partition) ?? 0, epoch))
              }
            }),
          { concurrency: "unbounded", discard: true },
        )
        assert.lengthOf(given, claims.flat().length)
        assert.strictEqual(new Set(given).size, given.length)
        for (const { epoch, partition } of yield* epochs.list) assert.strictEqual(epoch, last.get(partition)!)
      }),
    )

    test(
      "asked twice for a partition, gives it one epoch",
      Effect.fnUntraced(function* (epochs) {
        const claimed = yield* epochs.claim([5, 5, 5], "a")
        assert.deepStrictEqual(yield* epochs.list, [{ partition: 5, epoch: claimed.get(5)!, node: "a" }])
      }),
    )
  })
