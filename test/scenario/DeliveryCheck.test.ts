import { assert, describe, it } from "@effect/vitest"
import type { ClientEvent } from "../../src/client/Event.ts"
import { Receiver, DeliveryCheck } from "../../src/scenario/internal/DeliveryCheck.ts"
import * as Payload from "../../src/scenario/internal/Payload.ts"

const run = "r1"
const payload = (member: number, number: number) => ({ run, member, number, due: 5.25 })
const message = (seq: number, member: number, number: number): ClientEvent =>
  ({ type: "Message", channel: "lobby", seq, content: Payload.write(payload(member, number), 100) }) as never
const joined = (seq: number): ClientEvent => ({ type: "Joined", channel: "lobby", seq }) as never
const left: ClientEvent = { type: "Left", channel: "lobby", ref: 5 } as never
const putOut: ClientEvent = { type: "Left", channel: "lobby" } as never

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

  it("is behind by what is acknowledged and has not come, in all channels where it is, and never by less than nothing", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(10))
    receiver.receive({ type: "Joined", channel: "tea", seq: 3 } as never)
    check.acknowledged("lobby", 10, payload(0, 1))
    check.acknowledged("tea", 2, payload(0, 2))
    assert.strictEqual(receiver.behind, 0)
    check.acknowledged("lobby", 11, payload(0, 3))
    check.acknowledged("tea", 5, payload(0, 4))
    // An acknowledgement that comes later, of an earlier place.
    check.acknowledged("tea", 4, payload(0, 5))
    assert.strictEqual(receiver.behind, 3)
    receiver.receive(left)
    assert.strictEqual(receiver.behind, 2)
    receiver.receive({ type: "HistoryChanged", channel: "tea" } as never)
    assert.strictEqual(receiver.behind, 0)
  })

  it("knows by its own key a conversation that others call otherwise", () => {
    const check = new DeliveryCheck(run)
    const receiver = new Receiver(check, (channel) => `key of ${channel}`)
    receiver.receive(joined(0))
    check.acknowledged("key of lobby", 2, payload(0, 1))
    assert.strictEqual(receiver.behind, 2)
    receiver.receive(message(1, 7, 1))
    assert.deepStrictEqual(check.received, [
      ["key of lobby", [1, Payload.keyOf(payload(7, 1)), 2, Payload.keyOf(payload(0, 1))]],
    ])
  })

  it("counts gaps and what is gone as never heard, and presence apart", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(0))
    receiver.receive({ type: "Presence" } as never)
    receiver.receive({ type: "Presence" } as never)
    assert.strictEqual(receiver.presence, 2)
    receiver.receive(message(4, 0, 1))
    assert.deepStrictEqual([check.missing, check.missed, receiver.unheard], [3, 0, 3])
    receiver.receive({ type: "Missed", channel: "lobby", from: 5, to: 6 } as never)
    assert.deepStrictEqual([check.missing, check.missed, receiver.unheard], [3, 2, 5])
    // The first of a channel that it was never told to be in begins it.
    receiver.receive({ ...message(9, 0, 2), channel: "tea" } as never)
    assert.deepStrictEqual([check.missing, check.doubled], [3, 0])
  })

  it("others than messages of the run take their place, and are none", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(0))
    assert.isUndefined(receiver.receive({ type: "Message", channel: "lobby", seq: 1, content: "hello" } as never))
    assert.isUndefined(receiver.receive({ type: "Edited", channel: "lobby", seq: 2, content: "~r1 0 1 5" } as never))
    assert.deepStrictEqual(check.received, [])
    assert.deepStrictEqual(receiver.receive(message(3, 0, 1)), payload(0, 1))
    assert.strictEqual(check.missing, 0)
  })

  it("is compared with what other processes heard, and with what they know to be acknowledged", () => {
    const [{ check }, other] = [setUp(), setUp()]
    check.acknowledged("lobby", 3, payload(0, 1))
    check.acknowledged("lobby", 5, payload(0, 2))
    other.check.acknowledged("lobby", 5, payload(0, 3))
    other.check.acknowledged("lobby", 6, payload(0, 4))
    other.check.acknowledged("tea", 1, payload(0, 5))
    // The places before the run are nobody's.
    assert.deepStrictEqual(check.received, [
      ["lobby", [3, Payload.keyOf(payload(0, 1)), 5, Payload.keyOf(payload(0, 2))]],
    ])
    const same = setUp().check
    same.acknowledged("lobby", 3, payload(0, 1))
    same.acknowledged("lobby", 4, payload(0, 9))
    check.compareAll(same.received)
    assert.strictEqual(check.disagreeing, 0)
    check.compareAll(other.check.received)
    assert.strictEqual(check.disagreeing, 1)
    check.compareAll(other.check.received)
    assert.strictEqual(check.disagreeing, 2)
    check.addAcknowledged([
      ["lobby", 4],
      ["tea", 9],
    ])
    assert.deepStrictEqual(check.acknowledgedSeqs, [
      ["lobby", 5],
      ["tea", 9],
    ])
    check.addAcknowledged([["lobby", 7]])
    assert.deepStrictEqual(check.acknowledgedSeqs[0], ["lobby", 7])
  })

  it("no two messages of a run are taken for one", () => {
    const keys = [
      [0, 1],
      [1, 0],
      [1, 1],
      [0, 0xffffff],
      [2, 5],
    ].map(([member, number]) => Payload.keyOf({ member: member!, number: number! }))
    assert.strictEqual(new Set(keys).size, 5)
    assert.strictEqual(keys[1]! - keys[0]!, 0xffffff)
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
    assert.deepStrictEqual(receiver.receive(message(9, 0, 9)), payload(0, 9))
    assert.deepStrictEqual([check.missing, check.doubled], [0, 0])
    receiver.receive({ type: "Missed", channel: "lobby", from: 10, to: 12 } as never)
    receiver.receive(message(13, 0, 13))
    assert.deepStrictEqual([check.missing, check.missed], [0, 3])
  })

  it("whoever was put out and comes back may first hear what is new since then, but nothing again", () => {
    const { receiver, check } = setUp()
    receiver.receive(joined(0))
    receiver.receive(message(1, 0, 1))
    receiver.receive(putOut)
    check.acknowledged("lobby", 3, payload(0, 3))
    assert.strictEqual(receiver.behind, 0)
    receiver.receive(joined(3))
    assert.isUndefined(receiver.receive(message(1, 0, 1)))
    assert.strictEqual(check.doubled, 1)
    assert.deepStrictEqual(receiver.receive(message(2, 0, 2)), payload(0, 2))
    // It has gone on there: from then on nothing may be missing.
    receiver.receive(message(4, 0, 4))
    assert.deepStrictEqual([check.doubled, check.missing], [1, 1])
  })

  it("whoever is brought into a conversation may hear what was said before; who joins hears what comes", () => {
    const conversation = { channel: "@bob" }
    const heard = (joined: object, seq: number) => {
      const { receiver, check } = setUp()
      receiver.receive({ type: "Joined", ...conversation, seq: 2, ...joined } as never)
      receiver.receive({ ...message(seq, 0, 1), ...conversation } as never)
      return check.doubled
    }
    assert.strictEqual(heard({}, 1), 0)
    assert.strictEqual(heard({ ref: 3 }, 2), 1)
    assert.strictEqual(heard({ ref: 3 }, 3), 0)
  })
})
