import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as FileContent from "../../src/scenario/internal/FileContent.ts"

const key = { run: "3-17", member: 2, number: 1 }
const size = 100_000

const read = (from: number, of = key) =>
  Effect.map(Stream.runCollect(FileContent.read(of, size, from)), (pieces) => Buffer.concat([...pieces]))

describe("what a member's file is made of", () => {
  it.effect("is the same from wherever it is read", () =>
    Effect.gen(function* () {
      const whole = yield* read(0)
      assert.lengthOf(whole, size)
      for (const from of [1, 32 * 1024 - 1, 32 * 1024, 70_000, size - 1]) {
        assert.isTrue((yield* read(from)).equals(whole.subarray(from)), `from ${from}`)
      }
      assert.lengthOf(yield* read(size), 0)
    }),
  )

  it.effect("is recognised at its place, and nowhere else", () =>
    Effect.gen(function* () {
      const whole = yield* read(0)
      assert.isTrue(FileContent.isAt(key, 0, whole))
      assert.isTrue(FileContent.isAt(key, 40_000, whole.subarray(40_000, 90_000)))
      assert.isFalse(FileContent.isAt(key, 40_001, whole.subarray(40_000, 90_000)))
      // Blocks are told apart, by where they are and whose they are.
      assert.isFalse(FileContent.isAt(key, 32 * 1024, whole.subarray(0, 32 * 1024)))
      for (const other of [{ run: "3-18" }, { member: 3 }, { number: 2 }]) {
        assert.isFalse(FileContent.isAt({ ...key, ...other }, 0, whole))
      }
      for (const at of [0, 31_000, 65_536, size - 1]) {
        const altered = Buffer.from(whole)
        altered[at]! ^= 1
        assert.isFalse(FileContent.isAt(key, 0, altered), `altered at ${at}`)
      }
    }),
  )

  it("is named so that anybody knows it", () => {
    assert.deepStrictEqual(FileContent.keyOf(FileContent.nameOf(key)), key)
    assert.isUndefined(FileContent.keyOf("holiday.jpg"))
  })
})
