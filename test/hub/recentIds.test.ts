import { assert, describe, it } from "@effect/vitest"
import { Seq } from "../../src/domain/Seq.ts"
import type { Known } from "../../src/domain/Entry.ts"
import { RecentIds } from "../../src/hub/channel/internal/recentIds.ts"
import { id, user } from "./fixture.ts"

const minutes = 60_000
const alice = user("alice")

const known = (name: string, timestamp: number): Known => ({
  user: alice.id,
  id: id(name),
  seq: Seq.make(1),
  timestamp,
})

describe("RecentIds", () => {
  it("knows an id of a user for its lifetime", () => {
    const ids = new RecentIds(10 * minutes)
    const first = known("a", 0)
    ids.add(first)
    assert.strictEqual(ids.find(alice.id, id("a"), 10 * minutes), first)
    assert.isUndefined(ids.find(alice.id, id("a"), 10 * minutes + 1))
    assert.isUndefined(ids.find(user("bob").id, id("a"), 0))
    assert.isUndefined(ids.find(alice.id, id("b"), 0))
  })

  it("forgets one that was not stored after all", () => {
    const ids = new RecentIds(10 * minutes)
    ids.add(known("a", 0))
    ids.forget(known("a", 0))
    assert.isUndefined(ids.find(alice.id, id("a"), 0))
  })

  it("keeps the 16 384 latest, also when an old one was used again", () => {
    const ids = new RecentIds(10 * minutes)
    ids.add(known("again", 0))
    for (let n = 0; n < 100; n++) ids.add(known(`old-${n}`, 1))
    // Behind its time it is a new message.
    const again = known("again", 10 * minutes + 1)
    ids.add(again)
    for (let n = 0; n < 16_383; n++) ids.add(known(`new-${n}`, 10 * minutes + 1))
    assert.strictEqual(ids.find(alice.id, id("again"), 10 * minutes + 1), again)
    assert.isUndefined(ids.find(alice.id, id("old-99"), 1))
    ids.add(known("one-more", 10 * minutes + 1))
    assert.isUndefined(ids.find(alice.id, id("again"), 10 * minutes + 1))
    assert.isDefined(ids.find(alice.id, id("new-0"), 10 * minutes + 1))
  })
})
