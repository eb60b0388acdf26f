import { assert, describe, it } from "@effect/vitest"
import { Seq } from "../../../src/domain/Seq.ts"
import { RecentIds } from "../../../src/hub/channel/internal/recentIds.ts"
import { id } from "../fixture.ts"
import { user } from "../members.ts"

const minutes = 60_000
const generation = 16_384
const { id: alice } = user("alice")
const seq = (n: number) => Seq.make(n)

describe("RecentIds", () => {
  it("knows an id of a user as long as its stamp is not too old", () => {
    const ids = new RecentIds(10 * minutes)
    ids.add(alice, id("a"), seq(7), 0)
    assert.deepStrictEqual(ids.find(alice, id("a"), 0), { seq: seq(7), timestamp: 0 })
    assert.isUndefined(ids.find(alice, id("a"), 1))
    assert.isUndefined(ids.find(user("bob").id, id("a"), 0))
    assert.isUndefined(ids.find(alice, id("b"), 0))
  })

  it("forgets one that was not stored after all, whichever generation it is in", () => {
    const ids = new RecentIds(10 * minutes)
    ids.add(alice, id("old"), seq(1), 0)
    for (let n = 0; n < generation; n++) ids.add(alice, id(`${n}`), seq(2), 0)
    assert.isDefined(ids.find(alice, id("old"), 0))
    for (const name of ["old", "9", "never-added"]) ids.forget(alice, id(name))
    for (const name of ["old", "9"]) assert.isUndefined(ids.find(alice, id(name), 0))
    assert.isDefined(ids.find(alice, id("10"), 0))
  })

  it("keeps the 16 384 latest at least, and at most twice as many", () => {
    const ids = new RecentIds(10 * minutes)
    const count = 5 * generation + 1000
    let held = 0
    for (let n = 0; n < count; n++) {
      ids.add(user(`user ${n % 3}`).id, id(`${n}`), seq(n), 1)
      if (n % 8191 !== 0) continue
      for (let back = 0; back < Math.min(n, generation); back += 97) {
        assert.deepInclude(ids.find(user(`user ${(n - back) % 3}`).id, id(`${n - back}`), 1), { seq: seq(n - back) })
      }
    }
    for (let n = 0; n < count; n++) if (ids.find(user(`user ${n % 3}`).id, id(`${n}`), 1) !== undefined) held++
    assert.isAtLeast(held, generation)
    assert.isAtMost(held, 2 * generation)
    assert.isUndefined(
      ids.find(user(`user ${(count - 2 * generation - 1) % 3}`).id, id(`${count - 2 * generation - 1}`), 1),
    )
  })

  it("an old one that was used again counts from then on", () => {
    const ids = new RecentIds(10 * minutes)
    ids.add(alice, id("again"), seq(1), 0)
    for (let n = 0; n < 100; n++) ids.add(alice, id(`old-${n}`), seq(1), 1)
    // Behind its time it is a new message.
    const now = 10 * minutes + 1
    assert.isUndefined(ids.find(alice, id("again"), 1))
    ids.add(alice, id("again"), seq(2), now)
    for (let n = 0; n < generation - 1; n++) ids.add(alice, id(`new-${n}`), seq(3), now)
    assert.deepStrictEqual(ids.find(alice, id("again"), now), { seq: seq(2), timestamp: now })
    for (let n = 0; n < 2 * generation; n++) ids.add(alice, id(`newer-${n}`), seq(4), now)
    assert.isUndefined(ids.find(alice, id("again"), now))
    assert.isDefined(ids.find(alice, id(`newer-${generation}`), now))
  })

  it("keeps none for longer than twice its lifetime, where others come", () => {
    const ids = new RecentIds(10 * minutes)
    ids.add(alice, id("first"), seq(1), 0)
    ids.add(alice, id("second"), seq(2), 10 * minutes)
    ids.add(alice, id("third"), seq(3), 10 * minutes + 1)
    ids.add(alice, id("fourth"), seq(4), 20 * minutes + 2)
    // The time that is asked for is not what makes it unknown: it is not there.
    assert.isUndefined(ids.find(alice, id("first"), 0))
    assert.isUndefined(ids.find(alice, id("second"), 0))
    assert.isDefined(ids.find(alice, id("third"), 0))
  })
})
