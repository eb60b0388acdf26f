import { assert, describe, it } from "@effect/vitest"
import type { ClientEvent } from "../../src/client/Event.ts"
import { Ear, Hearing } from "../../src/scenario/internal/DeliveryCheck.ts"
import * as Saying from "../../src/scenario/internal/Payload.ts"

const run = "r1"
const saying = (member: number, number: number) => ({ run, member, number, due: 5.25 })
const message = (seq: number, member: number, number: number): ClientEvent =>
  ({ type: "Message", channel: "lobby", seq, content: Saying.write(saying(member, number), 100) }) as never
const joined = (seq: number): ClientEvent => ({ type: "Joined", channel: "lobby", seq }) as never
const left: ClientEvent = { type: "Left", channel: "lobby" } as never

const setUp = (members = 1) => {
  const hearing = new Hearing(run)
  const ears = Array.from({ length: members }, () => new Ear(hearing, (channel) => channel))
  return { hearing, ears, ear: ears[0]! }
}

describe("what members say", () => {
  it("is read as it was written, and nobody else's is", () => {
    const content = Saying.write(saying(3, 14), 200)
    assert.lengthOf(content, 200)
    assert.deepStrictEqual(Saying.read(content, run), saying(3, 14))
    assert.isUndefined(Saying.read(content, "r2"))
    assert.isUndefined(Saying.read("hello", run))
  })
})

describe("what members hear", () => {
  it("is fine where it is everything, once and in order", () => {
    const { ear, hearing } = setUp()
    ear.hear(joined(10))
    assert.deepStrictEqual(ear.hear(message(11, 0, 1)), saying(0, 1))
    ear.hear(message(12, 0, 2))
    hearing.acknowledged("lobby", 12, saying(0, 2))
    assert.deepStrictEqual(
      [ear.behind, hearing.doubled, hearing.missing, hearing.missed, hearing.disagreeing],
      [0, 0, 0, 0, 0],
    )
  })

  it("a message that is lost, at the end or in between, is missed", () => {
    const { ear, hearing } = setUp()
    ear.hear(joined(0))
    ear.hear(message(1, 0, 1))
    ear.hear(message(3, 0, 3))
    assert.strictEqual(hearing.missing, 1)
    hearing.acknowledged("lobby", 5, saying(0, 5))
    assert.strictEqual(ear.behind, 2)
  })

  it("a message that comes again is noticed, and not counted as heard", () => {
    const { ear, hearing } = setUp()
    ear.hear(joined(0))
    ear.hear(message(1, 0, 1))
    assert.isUndefined(ear.hear(message(1, 0, 1)))
    assert.strictEqual(hearing.doubled, 1)
  })

  it("messages that change places are noticed by the first who hears them otherwise", () => {
    const { ears, hearing } = setUp(2)
    for (const ear of ears) ear.hear(joined(0))
    ears[0]!.hear(message(1, 0, 1))
    ears[0]!.hear(message(2, 1, 1))
    ears[1]!.hear(message(1, 1, 1))
    ears[1]!.hear(message(2, 0, 1))
    assert.strictEqual(hearing.disagreeing, 2)
  })

  it("an acknowledgement of another place than the one where it is heard is noticed", () => {
    const { ear, hearing } = setUp()
    ear.hear(joined(0))
    ear.hear(message(1, 0, 1))
    hearing.acknowledged("lobby", 1, saying(0, 2))
    assert.strictEqual(hearing.disagreeing, 1)
  })

  it("what was said while one was out by one's own will is nobody's loss; coming back otherwise goes on", () => {
    const { ear, hearing } = setUp()
    ear.hear(joined(0))
    ear.hear(message(1, 0, 1))
    ear.hear(left)
    ear.hear(joined(7))
    ear.hear(message(8, 0, 8))
    assert.strictEqual(hearing.missing, 0)
    ear.hear(joined(10))
    ear.hear(message(9, 0, 9))
    assert.strictEqual(hearing.missing, 0)
    ear.hear({ type: "Missed", channel: "lobby", from: 10, to: 12 } as never)
    ear.hear(message(13, 0, 13))
    assert.deepStrictEqual([hearing.missing, hearing.missed], [0, 3])
  })
})
