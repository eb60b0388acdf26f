import { assert, describe, it } from "@effect/vitest"
import * as Seq from "../../src/domain/Seq.ts"
import { Backlog, type Heard } from "../../src/hub/internal/backlog.ts"
import { member, user } from "./fixture.ts"

const said = (seq: number, content = `${seq}`) => ({
  seq: Seq.Seq.make(seq),
  from: user("ann"),
  content,
  timestamp: 0,
})

const seqs = (messages: ReadonlyArray<{ readonly seq: Seq.Seq }>) => messages.map(({ seq }) => Number(seq))

describe("Backlog", () => {
  it("has what a user was not told, up to what the others were told", () => {
    const heard: Heard = new Map()
    const backlog = new Backlog(heard)
    const bob = member("bob")
    backlog.load([said(1), said(2)])
    backlog.add([said(3), said(4)])
    assert.deepStrictEqual(seqs(backlog.missedBy(bob, Seq.Seq.make(3))), [1, 2, 3])
    backlog.heardBy([bob], Seq.Seq.make(2))
    assert.deepStrictEqual(seqs(backlog.missedBy(bob, Seq.Seq.make(4))), [3, 4])
    assert.deepStrictEqual(seqs(backlog.missedBy(bob, Seq.Seq.make(2))), [])
    // Another device was told.
    assert.deepStrictEqual(seqs(backlog.missedBy(member("bob", { session: "phone" }), Seq.Seq.make(3))), [3])
  })

  it("leaves room for others in the outbox", () => {
    const backlog = new Backlog(new Map())
    backlog.load([said(1)])
    const bob = member("bob", { bounds: { frames: 4 } })
    bob.outbox.offer("chat", new Uint8Array(1))
    assert.lengthOf(backlog.missedBy(bob, Seq.Seq.make(1)), 1)
    bob.outbox.offer("chat", new Uint8Array(1))
    assert.lengthOf(backlog.missedBy(bob, Seq.Seq.make(1)), 0)
  })
})
