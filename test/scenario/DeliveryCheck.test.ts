import { assert, describe, it } from "@effect/vitest"
import type { ClientEvent } from "../../src/client/Event.ts"
import { Receiver, DeliveryCheck } from "../../src/scenario/internal/DeliveryCheck.ts"
import * as Payload from "../../src/scenario/internal/Payload.ts"

const run = "r1"
const payload = (member: number, number: number) => ({ run, member, number, due: 5.25 })
const message = (seq: number, member: number, number: number): ClientEvent =>
  ({ type: "Message", channel: "lobby", seq, content: Payload.write(payload(member, number), 100) }) as never
const joined = (seq: number): ClientEvent => ({ type: "Joined", channel: "lobby", seq }) as never
const left: ClientEvent = { type: "Left", channel: "lobby" } as never

const setUp = (members = 1) => {
  const check = new DeliveryCheck(run)
  const receivers = Array.from({ length: members }, () => new Receiver(check, (channel) => channel))
  return { check, receivers, receiver: receivers[0]! }
}

describe("what members say", () => {
  it("is read as it was written, and nobody else's is", () => {
    const content = Payload.write(payload(3, 14), 200)
    assert.lengthOf(content, 200)
    assert.deepStrictEqual(Payload.read(content, run), payload(3, 14))
    assert.isUndefined(Payload.read(content, "r2"))
    assert.isUndefined(Payload.read("hello", run))
  })

  it("may be a text, and an answer", () => {
    const answer = { ...payload(3, 14), reply: true as const }
    assert.deepStrictEqual(Payload.read(Payload.write(answer, 100), run), answer)
    assert.deepStrictEqual(Payload.read(Payload.write(payload(3, 14), 64, "good morning"), run), payload(3, 14))
    assert.match(Payload.write(answer, 64, "good morning"), / re good morning$/)
  })
})

describe("what members hear", () => {
  it("is fine where it is everything, once and in order", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(10))
    assert.deepStrictEqual(receiver.receive(message(11, 0, 1)), payload(0, 1))
    receiver.receive(message(12, 0, 2))
    check.acknowledged("lobby", 12, payload(0, 2))
    assert.deepStrictEqual(
      [receiver.behind, check.doubled, check.missing, check.missed, check.disagreeing],
      [0, 0, 0, 0, 0],
    )
  })

  it("a message that is lost, at the end or in between, is missed", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(0))
    receiver.receive(message(1, 0, 1))
    receiver.receive(message(3, 0, 3))
    assert.strictEqual(check.missing, 1)
    check.acknowledged("lobby", 5, payload(0, 5))
    assert.strictEqual(receiver.behind, 2)
  })

  it("a message that comes again is noticed, and not counted as heard", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(0))
    receiver.receive(message(1, 0, 1))
    assert.isUndefined(receiver.receive(message(1, 0, 1)))
    assert.strictEqual(check.doubled, 1)
  })

  it("messages that change places are noticed by the first who hears them otherwise", () => {
    const { receivers, check } = setUp(2)
    for (const receiver of receivers) receiver.receive(joined(0))
    receivers[0]!.receive(message(1, 0, 1))
    receivers[0]!.receive(message(2, 1, 1))
    receivers[1]!.receive(message(1, 1, 1))
    receivers[1]!.receive(message(2, 0, 1))
    assert.strictEqual(check.disagreeing, 2)
  })

  it("an acknowledgement of another place than the one where it is heard is noticed", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(0))
    receiver.receive(message(1, 0, 1))
    check.acknowledged("lobby", 1, payload(0, 2))
    assert.strictEqual(check.disagreeing, 1)
  })

  it("what was said while one was out by one's own will is nobody's loss; coming back otherwise goes on", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(0))
    receiver.receive(message(1, 0, 1))
    receiver.receive(left)
    receiver.receive(joined(7))
    receiver.receive(message(8, 0, 8))
    assert.strictEqual(check.missing, 0)
    receiver.receive(joined(10))
    receiver.receive(message(9, 0, 9))
    assert.strictEqual(check.missing, 0)
    receiver.receive({ type: "Missed", channel: "lobby", from: 10, to: 12 } as never)
    receiver.receive(message(13, 0, 13))
    assert.deepStrictEqual([check.missing, check.missed], [0, 3])
  })
})
