/** Where frames are written: one behind the other, and none over another, in Node and in a browser. */
import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { FrameMemory as NodeMemory } from "../../src/protocol/FrameMemory.ts"

const piece = 16 * 1024

/** The module once more: it looks for `Buffer` when it is loaded. */
const again = "../../src/protocol/FrameMemory.ts?again"

/** As a browser has it, where there is no `Buffer`. */
const browserMemory = async () => {
  vi.stubGlobal("Buffer", undefined)
  const { FrameMemory } = (await import(again)) as { readonly FrameMemory: typeof NodeMemory }
  return FrameMemory
}

afterEach(() => {
  vi.unstubAllGlobals()
})

const texts = [
  "",
  "a",
  "é€😀",
  "a".repeat(2048),
  "€".repeat(2048),
  "€".repeat(2049),
  "😀".repeat(6000),
  "x".repeat(40_000),
]

describe.each([
  ["Node", () => Promise.resolve(NodeMemory)],
  ["a browser", browserMemory],
] as const)("in %s", (_, load) => {
  it("what is written is what was given, with room in front, behind what was there", async () => {
    const memory = new (await load())()
    const written: Array<Uint8Array> = []
    for (const text of [...texts, ...texts.toReversed()]) {
      for (const write of [
        () => memory.writeText(text, 4),
        () => memory.writeBytes(new TextEncoder().encode(text), 4),
      ]) {
        memory.begin()
        const end = write()
        memory.bytes.fill(7, memory.at, memory.at + 4)
        memory.at = end
        const frame = memory.take()
        assert.strictEqual(new TextDecoder("utf-8", { ignoreBOM: true }).decode(frame.subarray(4)), text)
        assert.deepStrictEqual([...frame.subarray(0, 4)], [7, 7, 7, 7])
        written.push(frame)
      }
    }
    // None of them was written over by another.
    const all = [...texts, ...texts.toReversed()].flatMap((text) => [text, text])
    assert.deepStrictEqual(
      written.map((frame) => new TextDecoder().decode(frame.subarray(4))),
      all,
    )
  })

  it("frames that are written together are one piece, though it had to grow", async () => {
    const memory = new (await load())()
    memory.begin()
    let whole = ""
    for (let n = 0; n < 60; n++) {
      const text = `${n}:${"é".repeat(n * 20)}`
      whole += text
      memory.at = memory.writeText(text, 0)
    }
    assert.strictEqual(new TextDecoder().decode(memory.take()), whole)
  })
})

describe("memory", () => {
  it("is got a piece at a time, and what is large has its own, that doubles", () => {
    const memory = new NodeMemory()
    const fill = (bytes: number) => {
      memory.at = memory.writeBytes(new Uint8Array(bytes), 0)
      return memory.bytes.byteLength
    }
    const first = memory.bytes
    memory.begin()
    assert.strictEqual(fill(piece), piece)
    assert.strictEqual(memory.bytes, first)
    // The piece is full: another begins, and the frame with it.
    memory.begin()
    assert.strictEqual(fill(1), piece)
    assert.notStrictEqual(memory.bytes, first)
    assert.strictEqual(memory.at, 1)
    assert.strictEqual(fill(piece - 1), piece)
    assert.strictEqual(fill(1), 2 * piece)
    assert.strictEqual(fill(piece - 1), 2 * piece)
    assert.strictEqual(fill(1), 4 * piece)
    assert.strictEqual(fill(6 * piece), 8 * piece + 1)
    assert.strictEqual(memory.take().byteLength, 8 * piece + 1)
    // What is small again has an ordinary piece.
    memory.begin()
    assert.strictEqual(fill(1), piece)
    assert.strictEqual(memory.take().byteLength, 1)
    // What fills a piece exactly takes no more than that, wherever it began.
    memory.begin()
    assert.strictEqual(fill(9000), piece)
    assert.strictEqual(fill(piece - 9000), piece)
    assert.strictEqual(memory.take().byteLength, piece)
  })
})
