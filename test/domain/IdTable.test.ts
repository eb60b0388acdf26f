import { assert, describe, it } from "@effect/vitest"
import type { StoredId } from "../../src/domain/Entry.ts"
import { IdTable } from "../../src/domain/IdTable.ts"
import { alice, bob, carol, dice, id, seq } from "../suites/historyWorld.ts"

const key = ({ id, user }: Pick<StoredId, "id" | "user">) => `${user} ${id}`

describe("IdTable", () => {
  it("does what a map of all ids would", () => {
    const throwDice = dice(7)
    const table = new IdTable()
    for (const rounds of [5000, 300]) {
      const known = new Map<string, StoredId>()
      for (let at = 1; at <= rounds; at++) {
        const user = [alice, bob, carol][throwDice(3)]!.id
        // Of all lengths that an id may have, and often one that was there before.
        const one = { user, id: id(`${throwDice(rounds)}`.padStart(1 + throwDice(64), "-").slice(0, 64)) }
        const place = known.get(key(one))
        assert.deepStrictEqual(
          table.find(one.user, one.id),
          place === undefined ? undefined : { seq: place.seq, timestamp: place.timestamp },
        )
        known.delete(key(one))
        if (throwDice(4) === 0) {
          table.forget(one.user, one.id)
        } else {
          known.set(key(one), { ...one, seq: seq(at), timestamp: 1000 + at })
          table.add(one.user, one.id, seq(at), 1000 + at)
        }
      }
      for (const since of [0, 1000 + rounds / 2, 1000 + rounds, 2000 + rounds]) {
        assert.deepStrictEqual(
          table.since(since),
          [...known.values()].filter(({ timestamp }) => timestamp >= since),
        )
      }
      assert.strictEqual(table.newest, Math.max(...[...known.values()].map(({ timestamp }) => timestamp)))
      assert.strictEqual(table.cleared(), table)
      assert.strictEqual(table.size, 0)
      assert.deepStrictEqual(table.since(0), [])
    }
  })

  it("knows how many there were, and when the first and the latest were stored, few as well as many", () => {
    const table = new IdTable()
    const told = () => [table.size, table.earliest, table.newest]
    for (const count of [0, 1, 8, 9, 16, 17, 40]) {
      table.cleared()
      assert.deepStrictEqual(told(), [0, Infinity, -Infinity])
      for (let n = 0; n < count; n++) {
        // The second is stored before the first: clocks are set back.
        table.add(alice.id, id(`m-${n}`), seq(n + 1), n === 1 ? 5 : 10 + n)
        assert.deepStrictEqual(told(), [n + 1, 10, n < 2 ? 10 : 10 + n])
      }
      assert.deepStrictEqual(
        table.since(12).map(({ seq }) => seq),
        Array.from({ length: Math.max(0, count - 2) }, (_, n) => n + 3),
      )
      table.forget(bob.id, id("m-0"))
      table.forget(alice.id, id("nothing"))
      assert.deepStrictEqual(
        table.since(0).map(({ seq }) => seq),
        Array.from({ length: count }, (_, n) => n + 1),
      )
      // The same id of somebody else is another one.
      table.add(bob.id, id("m-0"), seq(99), 100)
      assert.deepStrictEqual(table.find(alice.id, id("m-0")), count === 0 ? undefined : { seq: seq(1), timestamp: 10 })
      assert.deepStrictEqual(table.find(bob.id, id("m-0")), { seq: seq(99), timestamp: 100 })
      table.forget(alice.id, id("m-0"))
      assert.isUndefined(table.find(alice.id, id("m-0")))
      assert.deepStrictEqual(table.find(bob.id, id("m-0")), { seq: seq(99), timestamp: 100 })
    }
  })

  it("tells ids apart whose hashes are the same by chance, of which there are some among so many", () => {
    const table = new IdTable()
    for (let n = 0; n < 60_000; n++) table.add(alice.id, id(`${100_000 + n}`), seq(n), n)
    assert.strictEqual(table.since(0).length, 60_000)
    for (let n = 0; n < 60_000; n++) {
      if (table.find(alice.id, id(`${100_000 + n}`))?.seq !== n) assert.fail(`the place of ${n} is another's`)
    }
  })

  it("tells ids apart that differ in one character, in their length, or in their order", () => {
    const table = new IdTable()
    const ids = ["a", "b", "aa", "ab", "ba", "ac", "ca", "cc", "a".repeat(63), "a".repeat(64), `${"a".repeat(63)}b`]
    ids.forEach((name, at) => table.add(alice.id, id(name), seq(at + 1), at))
    ids.forEach((name, at) =>
      assert.deepStrictEqual(table.find(alice.id, id(name)), { seq: seq(at + 1), timestamp: at }),
    )
    assert.isUndefined(table.find(alice.id, id("bb")))
    assert.isUndefined(table.find(bob.id, id("a")))
  })
})
