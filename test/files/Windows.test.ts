import { assert, describe, it } from "@effect/vitest"
import { Windows } from "../../src/files/Windows.ts"

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

describe("windows", () => {
  it("are as large as what is to come, up to a bound", () => {
    const windows = new Windows(256 * mebibyte)
    assert.strictEqual(windows.take(0), 256 * kibibyte)
    assert.strictEqual(windows.take(1), 256 * kibibyte)
    assert.strictEqual(windows.take(300_001), 512 * kibibyte)
    assert.strictEqual(windows.take(1024 * mebibyte), 4 * mebibyte)
  })

  it("become smaller as more send, and all together are no more than there is", () => {
    const bytes = 16 * mebibyte
    const windows = new Windows(bytes)
    const taken: Array<number> = []
    for (let window = windows.take(bytes); window > 0; window = windows.take(bytes)) taken.push(window)
    assert.strictEqual(taken[0], 2 * mebibyte)
    assert.deepStrictEqual(
      taken,
      [...taken].sort((a, b) => b - a),
    )
    assert.strictEqual(taken.at(-1), 256 * kibibyte)
    assert.strictEqual(
      taken.reduce((sum, window) => sum + window, 0),
      bytes,
    )
    windows.give(taken[0]!, undefined)
    assert.strictEqual(windows.take(bytes), 256 * kibibyte)
  })

  it("of the largest size have memory that was used before, a few of them", () => {
    const windows = new Windows(1024 * mebibyte)
    const memories = Array.from({ length: 5 }, () => windows.memory(4 * mebibyte))
    for (const memory of memories) windows.give(4 * mebibyte, memory)
    const again = Array.from({ length: 5 }, () => windows.memory(4 * mebibyte))
    assert.strictEqual(again.filter((memory) => memories.includes(memory)).length, 4)
    assert.strictEqual(new Set(again).size, 5)
  })
})
