import { assert, describe, it } from "@effect/vitest"
import { alone, defaultBounds, Outbox, type OutboxBounds } from "../../../src/hub/audience/Outbox.ts"

/** An outbox whose pieces are their names, with a link that notes each write; `room` is what it says to the next. */
const linked = (bounds: Partial<OutboxBounds> = {}) => {
  const writes: Array<ReadonlyArray<string>> = []
  const link = { room: true, writes, overflows: 0 }
  const outbox = new Outbox<string>(
    { ...defaultBounds, ...bounds },
    {
      send: (batch) => {
        writes.push([...batch])
        return link.room
      },
      keep: (piece) => piece,
      onOverflow: () => void link.overflows++,
    },
  )
  return { outbox, link }
}

/** Makes the link full. */
const block = ({ link, outbox }: ReturnType<typeof linked>) => {
  link.room = false
  outbox.offer("control", "!", 1)
  outbox.flush()
  link.writes.length = 0
}

describe("the lane of files in an outbox", () => {
  it("leaves below all others, a piece a write", () => {
    const { link, outbox } = linked()
    outbox.offer("files", "f1", 10)
    outbox.offer("files", "f2", 10)
    for (const lane of ["typing", "presence", "chat", "control"] as const) outbox.offer(lane, lane, 1)
    outbox.flush()
    assert.deepStrictEqual(link.writes, [["control", "chat", "presence", "typing"], ["f1"], ["f2"]])
    assert.strictEqual(outbox.bytes, 0)
  })

  it("lets what is said later go before the pieces that wait", () => {
    const world = linked()
    const { link, outbox } = world
    block(world)
    for (const piece of ["f1", "f2", "f3"]) outbox.offer("files", piece, 10)
    outbox.resume()
    assert.deepStrictEqual(link.writes, [["f1"]])
    outbox.offer("chat", "hello", 5)
    outbox.resume()
    outbox.resume()
    link.room = true
    outbox.resume()
    assert.deepStrictEqual(link.writes, [["f1"], ["hello"], ["f2"], ["f3"]])
  })

  it("takes no more than its bound, but always one piece, and ends no session", () => {
    const world = linked({ files: 100, bytes: 50, frames: 3 })
    const { link, outbox } = world
    block(world)
    assert.isTrue(outbox.offer("files", "large", 1000))
    assert.isFalse(outbox.offer("files", "small", 1))
    link.room = true
    outbox.resume()
    assert.isTrue(outbox.offer("files", "a", 60))
    assert.isTrue(outbox.offer("files", "b", 40))
    assert.isFalse(outbox.offer("files", "c", 1))
    assert.strictEqual(link.overflows, 0)
    outbox.flush()
    assert.deepStrictEqual(link.writes.slice(-2), [["a"], ["b"]])
  })

  it("takes no room from the others, and does not make them be left out", () => {
    const world = linked({ files: 1000, bytes: 100 })
    const { link, outbox } = world
    block(world)
    outbox.offer("files", "file", 900)
    assert.strictEqual(outbox.bytes, 901)
    assert.isBelow(outbox.pressure, 0.02)
    assert.isTrue(outbox.offer("typing", "t", 1))
    assert.isTrue(outbox.offer("chat", "c", 98))
    assert.strictEqual(link.overflows, 0)
    assert.deepStrictEqual(outbox.lanes.files, ["file"])
  })

  it("tells once that it has run empty", () => {
    const world = linked()
    const { link, outbox } = world
    const told: Array<string> = []
    block(world)
    outbox.offer("files", "f1", 10)
    outbox.offer("files", "f2", 10)
    outbox.whenFilesLeft(() => told.push("one"))
    outbox.whenFilesLeft(() => told.push("other"))
    const forget = outbox.whenFilesLeft(() => told.push("gone"))
    forget()
    outbox.resume()
    assert.deepStrictEqual(told, [])
    link.room = true
    outbox.resume()
    assert.deepStrictEqual(told, ["one", "other"])
    outbox.offer("files", "f3", 10)
    outbox.flush()
    assert.deepStrictEqual(told, ["one", "other"])
  })

  for (const end of ["end", "close"] as const) {
    it(`is dropped where the session ends (${end}), and whoever waits for it told`, () => {
      const world = linked()
      const { link, outbox } = world
      const told: Array<string> = []
      block(world)
      outbox.offer("files", "f1", 10)
      outbox.whenFilesLeft(() => told.push("it"))
      outbox[end]()
      link.room = true
      outbox.resume()
      assert.deepStrictEqual(link.writes, [])
      assert.deepStrictEqual(told, ["it"])
      assert.isFalse(outbox.offer("files", "f2", 10))
    })
  }

  it("keeps a piece that has to wait by itself", () => {
    const kept: Array<number> = []
    const outbox = new Outbox<Uint8Array>(defaultBounds, {
      send: () => false,
      keep: (piece) => {
        kept.push(piece.byteLength)
        return alone(piece)
      },
      onOverflow: () => {},
    })
    outbox.offer("chat", new Uint8Array(1), 1)
    outbox.flush()
    outbox.offer("files", new Uint8Array(1000).subarray(0, 10), 10)
    assert.deepStrictEqual(kept, [10])
    assert.strictEqual(outbox.lanes.files[0]!.buffer.byteLength, 10)
  })
})
