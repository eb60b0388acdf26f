import { assert, it } from "@effect/vitest"
import { Chunks } from "../../../src/client/internal/Chunks.ts"
import { bytesOf } from "../files.ts"

it("pieces of any size become chunks of one size, in order", () => {
  const bytes = bytesOf(1000)
  for (const piece of [1, 9, 10, 11, 30, 37, 1000]) {
    const chunks = new Chunks(10)
    const cut: Array<Uint8Array> = []
    for (let at = 0; at < bytes.length - 3; at += piece) {
      cut.push(...chunks.push(bytes.subarray(at, Math.min(at + piece, bytes.length - 3))))
    }
    cut.push(...chunks.rest())
    assert.deepStrictEqual(new Set(cut.slice(0, -1).map(({ length }) => length)), new Set([10]))
    assert.isTrue(Buffer.concat(cut).equals(bytes.subarray(0, 997)), `pieces of ${piece}`)
  }
})
