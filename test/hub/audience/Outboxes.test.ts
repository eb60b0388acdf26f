import { assert, describe, it } from "@effect/vitest"
import { alone, defaultBounds, Outbox } from "../../../src/hub/audience/Outbox.ts"
import { Outboxes } from "../../../src/hub/audience/Outboxes.ts"

/** An outbox among others that notes its writes; `onSend` is what a write brings about. */
const linked = (outboxes: Outboxes) => {
  const link = { room: true, writes: [] as Array<ReadonlyArray<string>>, onSend: () => {} }
  const outbox = new Outbox<string>(
    defaultBounds,
    {
      send: (batch) => {
        link.writes.push(batch)
        link.onSend()
        return link.room
      },
      keep: (piece) => piece,
      onOverflow: () => assert.fail(),
    },
    outboxes,
  )
  return { link, outbox, offer: (text: string) => outbox.offer("chat", text, text.length) }
}

describe("Outboxes", () => {
  it("whatever was offered leaves with the flush, one write each, in the order in which they were filled", () => {
    const outboxes = new Outboxes()
    const order: Array<number> = []
    const all = Array.from({ length: 4 }, (_, n) => {
      const one = linked(outboxes)
      one.link.onSend = () => void order.push(n)
      return one
    })
    for (const n of [2, 0, 2, 3, 0]) all[n]!.offer(`${n}`)
    assert.deepStrictEqual(order, [])
    outboxes.flush()
    assert.deepStrictEqual(order, [2, 0, 3])
    assert.deepStrictEqual(
      all.map(({ link }) => link.writes),
      [[["0", "0"]], [], [["2", "2"]], [["3"]]],
    )
    // Nothing is left, and what comes is listed again.
    outboxes.flush()
    assert.lengthOf(order, 3)
    all[1]!.offer("1")
    outboxes.flush()
    assert.deepStrictEqual(order, [2, 0, 3, 1])
  })

  it("what one write brings about leaves with the next flush, or its own, and nothing leaves twice", () => {
    const outboxes = new Outboxes()
    const [one, other] = [linked(outboxes), linked(outboxes)]
    one.link.onSend = () => {
      one.link.onSend = () => {}
      other.offer("brought")
      one.offer("answer")
      outboxes.flush()
    }
    one.offer("first")
    other.offer("second")
    outboxes.flush()
    assert.deepStrictEqual(one.link.writes, [["first"], ["answer"]])
    assert.deepStrictEqual(other.link.writes.flat(), ["second", "brought"])
    outboxes.flush()
    assert.lengthOf(one.link.writes, 2)
    assert.lengthOf(other.link.writes.flat(), 2)
  })

  it("one that was flushed by itself, has ended or was closed is passed over", () => {
    const outboxes = new Outboxes()
    const [flushed, ended, closed] = [linked(outboxes), linked(outboxes), linked(outboxes)]
    for (const { offer } of [flushed, ended, closed]) offer("a")
    flushed.outbox.flush()
    ended.outbox.end()
    closed.outbox.close()
    outboxes.flush()
    assert.deepStrictEqual(
      [flushed, ended, closed].map(({ link }) => link.writes),
      [[["a"]], [["a"]], []],
    )
    // It was listed once, and is again.
    flushed.offer("b")
    outboxes.flush()
    assert.deepStrictEqual(flushed.link.writes, [["a"], ["b"]])
  })

  it("one whose link has no room keeps what it has, and leaves when there is", () => {
    const outboxes = new Outboxes()
    const { link, offer, outbox } = linked(outboxes)
    link.room = false
    for (const text of ["a", "b", "c"]) {
      offer(text)
      outboxes.flush()
    }
    assert.deepStrictEqual(link.writes, [["a"]])
    link.room = true
    outbox.resume()
    assert.deepStrictEqual(link.writes, [["a"], ["b", "c"]])
    offer("d")
    outboxes.flush()
    assert.deepStrictEqual(link.writes.at(-1), ["d"])
  })

  it("an outbox that was told of none has its own: it leaves by its own flush", () => {
    const writes: Array<ReadonlyArray<Uint8Array>> = []
    const ends = { send: (batch: ReadonlyArray<Uint8Array>) => (writes.push(batch), true), keep: alone }
    const outbox = new Outbox<Uint8Array>(defaultBounds, { ...ends, onOverflow: () => assert.fail() })
    outbox.offer("chat", new Uint8Array(1), 1)
    outbox.flush()
    assert.lengthOf(writes, 1)
  })
})
