/** Hostile bytes, the same each time; `node scripts/fuzz.ts --seconds 600` tries others for longer. */
import { assert, describe, it } from "@effect/vitest"
import { checkStream } from "../../scripts/fuzz/codecs.ts"
import * as Fuzz from "../../src/testing/Fuzz.ts"

describe("hostile streams", () => {
  it("are the same for the same seed, and others for another", () => {
    const bytes = (seed: number) => Buffer.concat(Fuzz.stream(seed).chunks).toString("hex")
    const seen = new Set(Array.from({ length: 50 }, (_, seed) => bytes(seed)))
    assert.isAbove(seen.size, 45)
    for (let seed = 0; seed < 50; seed++) assert.isTrue(seen.has(bytes(seed)))
  })

  it("are each less than a megabyte, and of every kind", () => {
    const openings = new Set<string>()
    const frames = new Set<string>()
    let split = 0
    for (let seed = 0; seed < 300; seed++) {
      const { chunks, opening } = Fuzz.stream(seed)
      const bytes = Buffer.concat(chunks)
      assert.isBelow(bytes.byteLength, 1_000_000)
      openings.add(opening)
      if (chunks.length > 1) split++
      for (const [, type] of bytes.toString("latin1").matchAll(/"type":"(\w+)"/g)) frames.add(type!)
    }
    assert.strictEqual(openings.size, 5)
    assert.isAbove(frames.size, 20)
    assert.isAbove(split, 100)
  })

  it("are met without a throw, a leak or a hang", () => {
    const before = process.memoryUsage().rss
    for (let seed = 0; seed < 2000; seed++) {
      let complaint: string | undefined
      try {
        complaint = checkStream(Fuzz.stream(seed))
      } catch (error) {
        throw new Error(`seed ${seed} throws`, { cause: error })
      }
      if (complaint !== undefined) assert.fail(`seed ${seed}: ${complaint}`)
    }
    assert.isBelow(process.memoryUsage().rss - before, 300_000_000)
  })
})
