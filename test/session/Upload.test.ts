/** What comes of a file in a session, between the frames and whoever stores it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { FileId } from "../../src/domain/FileId.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import { Windows } from "../../src/files/Windows.ts"
import type { Checking } from "../../src/session/version2/files/Checking.ts"
import { Upload } from "../../src/session/version2/files/Upload.ts"

const id = FileId.make("00000000-0000-7600-b854-b19b9cf2ecef")
const kibibyte = 1024
const room = (window: number) => ({ window, windows: new Windows(window) })
const still = { isDue: false, again: Effect.void } as unknown as Checking

/** Bytes of which none is at the place of another like it for long. */
const bytes = Uint8Array.from({ length: 3 * 1024 * kibibyte + 7 }, (_, n) => (n ^ (n >>> 8) ^ (n >>> 16)) & 0xff)

/** Sends all in chunks of one size, as fast as the window allows, to somebody who looks at each block only when it is safe. */
const sent = (chunk: number, window: number, received: number) =>
  Effect.gen(function* () {
    const upload = new Upload({ id, size: bytes.length, received }, room(window), still)
    const blocks: Array<number> = []
    const storing = yield* Effect.forkChild(
      Stream.runForEach(upload.bytes, (block) =>
        Effect.gen(function* () {
          // Meanwhile more comes, as long as it may.
          yield* Effect.yieldNow
          yield* Effect.yieldNow
          const from = upload.safe
          assert.isTrue(Buffer.from(bytes.subarray(from, from + block.length)).equals(block), `the block at ${from}`)
          blocks.push(block.length)
          upload.safe += block.length
        }),
      ),
    )
    while (upload.at < bytes.length) {
      const next = bytes.subarray(upload.at, upload.at + chunk)
      if (next.length > upload.expected) yield* Effect.yieldNow
      else assert.isUndefined(upload.take(upload.at, next))
    }
    yield* Fiber.join(storing)
    assert.strictEqual(upload.safe, bytes.length)
    return blocks
  })

describe("an upload", () => {
  it.effect.each([
    [32 * kibibyte, 256 * kibibyte, 0],
    [32 * kibibyte, 1024 * kibibyte, 1],
    [30_011, 256 * kibibyte, 0],
    [4099, 512 * kibibyte, 100_003],
    [32 * kibibyte, 4 * 1024 * kibibyte, 0],
  ] as const)("gives on what came, byte for byte: chunks of %d, a window of %d, from %d", ([chunk, window, received]) =>
    Effect.gen(function* () {
      const blocks = yield* sent(chunk, window, received)
      const block = Math.min(1024 * kibibyte, window / 2)
      // All but the last are whole blocks.
      assert.deepStrictEqual(
        blocks.slice(0, -1).filter((length) => length % block !== 0),
        [],
      )
    }),
  )

  it.effect("gives on what has come when no more comes, and what was wrong behind that", () =>
    Effect.gen(function* () {
      const paused = new Upload({ id, size: bytes.length, received: 0 }, room(256 * kibibyte), still)
      paused.take(0, bytes.subarray(0, 10))
      paused.pause()
      assert.deepStrictEqual(yield* Stream.runCollect(paused.bytes), [bytes.subarray(0, 10)])
      const failed = new Upload({ id, size: bytes.length, received: 0 }, room(256 * kibibyte), still)
      failed.take(0, bytes.subarray(0, 10))
      failed.fail(new RequestError({ reason: "NotMember" }))
      const come: Array<number> = []
      const error = yield* Effect.flip(
        Stream.runForEach(failed.bytes, ({ length }) => Effect.sync(() => void come.push(length))),
      )
      assert.deepStrictEqual([come, error.reason], [[10], "NotMember"])
    }),
  )

  it("refuses what is not next, too much, or too far", () => {
    const upload = new Upload({ id, size: 600 * kibibyte, received: 5 }, room(256 * kibibyte), still)
    const chunk = new Uint8Array(32 * kibibyte)
    assert.deepInclude(upload.take(6, chunk), { reason: "WrongOffset" })
    assert.deepInclude(upload.take(5, new Uint8Array(32 * kibibyte + 1)), { reason: "InvalidFrame", field: "data" })
    for (let n = 0; n < 8; n++) assert.isUndefined(upload.take(5 + n * chunk.length, chunk))
    assert.deepInclude(upload.take(5 + 8 * chunk.length, chunk), { reason: "InvalidFrame", field: "offset" })
    const small = new Upload({ id, size: 10, received: 5 }, room(256 * kibibyte), still)
    assert.deepInclude(small.take(5, new Uint8Array(6)), { reason: "FileTooLarge" })
  })
})
