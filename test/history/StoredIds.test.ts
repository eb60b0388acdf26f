import { assert, describe, it } from "@effect/vitest"
import { StoredIds } from "../../src/history/internal/StoredIds.ts"
import { alice, bob, id, said, timeOf } from "../suites/historyWorld.ts"

const seqs = (ids: StoredIds, since = 0) => ids.since(since).map(({ seq }) => Number(seq))

describe("StoredIds", () => {
  it("remembers the latest in any case, and at most twice as many", () => {
    const ids = new StoredIds(10)
    for (let at = 1; at <= 1000; at++) {
      ids.add(said(at))
      const first = Math.max(1, at - 9)
      assert.deepStrictEqual(
        seqs(ids),
        Array.from({ length: at - first + 1 }, (_, n) => first + n),
      )
      assert.deepStrictEqual(ids.find(alice.id, id(`m${first}`)), {
        user: alice.id,
        id: id(`m${first}`),
        seq: said(first).seq,
        timestamp: timeOf(first),
      })
      assert.isUndefined(ids.find(alice.id, id(`m${at - 20}`)))
    }
  })

  it("knows the ids of different users apart, and counts no entry without one", () => {
    const ids = new StoredIds(10)
    const { id: _, ...nameless } = said(2)
    ids.add(said(1, "", { id: id("x") }))
    ids.add(nameless)
    ids.add(said(3, "", { id: id("x"), from: bob }))
    assert.strictEqual(ids.find(alice.id, id("x"))?.seq, said(1).seq)
    assert.strictEqual(ids.find(bob.id, id("x"))?.seq, said(3).seq)
    assert.deepStrictEqual(seqs(ids), [1, 3])
  })

  it("forgets to the moment, and takes an id that it has forgotten", () => {
    const ids = new StoredIds(10)
    for (let at = 1; at <= 15; at++) ids.add(said(at))
    ids.forget(timeOf(13))
    assert.deepStrictEqual(seqs(ids), [13, 14, 15])
    assert.isUndefined(ids.find(alice.id, id("m12")))
    ids.add(said(16, "", { id: id("m12") }))
    assert.deepStrictEqual(seqs(ids), [13, 14, 15, 16])
    assert.deepStrictEqual(seqs(ids, timeOf(15)), [15, 16])
    ids.forget(timeOf(17))
    assert.deepStrictEqual(seqs(ids), [])
  })
})
