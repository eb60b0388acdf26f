import * as zlib from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { maxDecompressionRatio, maxFrameBytes } from "../../src/domain/Limits.ts"
import { compress, type Compressor, decompress } from "../../src/protocol/Compression.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { headerBytes } from "../../src/protocol/Framing.ts"
import { deflate } from "../../src/transport/Zlib.ts"

const compressed = (plain: Uint8Array) => new Uint8Array([1, ...zlib.deflateRawSync(plain)])

const refusal = (body: Uint8Array) =>
  Result.match(decompress(deflate, body), { onFailure: (error) => error, onSuccess: () => undefined })

/** Bytes without a pattern. */
const noise = (bytes: number) => {
  let state = 1
  return new Uint8Array(bytes).map(() => (state = (state * 48_271) % 2_147_483_647) >> 8)
}

/** Hexadecimal noise: deflate halves it. */
const prose = (bytes: number) => new TextEncoder().encode(Buffer.from(noise(bytes)).toString("hex").slice(0, bytes))

describe("compress", () => {
  it("leaves small bodies plain", () => {
    const small = new Uint8Array(255).fill(65)
    assert.deepStrictEqual(compress(deflate, small), new Uint8Array([0, ...small]))
  })

  it("begins where it is worth it, where it gains anything, and as far as a peer accepts", () => {
    /** Makes so many bytes of whatever it is given. */
    const to = (bytes: number): Compressor => ({ ...deflate, compress: () => new Uint8Array(bytes).fill(9) })
    const mark = (body: number, compressed: number) => {
      const sent = compress(to(compressed), new Uint8Array(body).fill(7))
      // What is behind the mark is what the mark says.
      assert.deepStrictEqual(
        sent.subarray(1),
        new Uint8Array(sent[0] === 1 ? compressed : body).fill(sent[0] === 1 ? 9 : 7),
      )
      return sent[0]
    }
    assert.deepStrictEqual([mark(255, 100), mark(256, 100)], [0, 1])
    assert.deepStrictEqual([mark(300, 299), mark(300, 300), mark(300, 301)], [1, 0, 0])
    assert.deepStrictEqual([mark(1000, 100), mark(1001, 100)], [1, 0])
    assert.deepStrictEqual([mark(maxFrameBytes, 9000), mark(maxFrameBytes + 1, 9000)], [1, 0])
  })

  it("makes larger ones smaller", () => {
    const body = compress(deflate, prose(4000))
    assert.strictEqual(body[0], 1)
    assert.isBelow(body.byteLength, 3000)
  })

  it("leaves plain what would only grow", () => {
    assert.deepStrictEqual(compress(deflate, noise(1000)), new Uint8Array([0, ...noise(1000)]))
  })

  it("leaves plain what shrinks by more than a peer accepts", () => {
    const zeros = new Uint8Array(5000)
    assert.isBelow(zlib.deflateRawSync(zeros).byteLength * maxDecompressionRatio, zeros.byteLength)
    assert.deepStrictEqual(compress(deflate, zeros), new Uint8Array([0, ...zeros]))
  })

  it("leaves plain what is larger than a peer unpacks", () => {
    assert.strictEqual(compress(deflate, prose(maxFrameBytes))[0], 1)
    assert.strictEqual(compress(deflate, prose(maxFrameBytes + 1))[0], 0)
  })

  // Texts of repeated pieces are around the ratio that is accepted.
  const Piece = Schema.Uint8Array.check(Schema.isMinLength(1), Schema.isMaxLength(60))
  const Times = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))

  it.prop("whatever we compress, a peer of ours reads", [Schema.Array(Piece), Times], ([pieces, times]) => {
    const plain = new Uint8Array(Buffer.concat(Array.from({ length: times }, () => pieces).flat()))
    const body = compress(deflate, plain)
    assert.deepStrictEqual(new Uint8Array(Result.getOrThrow(decompress(deflate, body))), plain)
    assert.isAtMost(body.byteLength, plain.byteLength + 1)
  })

  it("on both sides of the ratio", () => {
    const marks = new Set<number>()
    const piece = noise(150)
    for (let length = 256; length < 3000; length++) {
      const body = new Uint8Array(length).map((_, index) => piece[index % piece.length]!)
      const sent = compress(deflate, body)
      marks.add(sent[0]!)
      assert.deepStrictEqual(new Uint8Array(Result.getOrThrow(decompress(deflate, sent))), body)
    }
    assert.deepStrictEqual(marks, new Set([0, 1]))
  })
})

describe("decompress", () => {
  it("takes what is plain as it is", () => {
    assert.deepStrictEqual(Result.getOrThrow(decompress(deflate, Uint8Array.of(0, 1, 2))), Uint8Array.of(1, 2))
    assert.deepStrictEqual(Result.getOrThrow(decompress(deflate, Uint8Array.of(0))), new Uint8Array(0))
  })

  it("refuses a bomb, and does not unpack it", () => {
    const bomb = compressed(new Uint8Array(60_000_000))
    assert.isBelow(bomb.byteLength, maxFrameBytes)
    const before = process.memoryUsage().rss
    for (let round = 0; round < 5; round++) {
      const error = refusal(bomb)
      assert.strictEqual(error?.kind, "DecompressionLimit")
      assert.include(error?.message, `more than ${maxFrameBytes} bytes`)
    }
    assert.isBelow(process.memoryUsage().rss - before, 30_000_000)
  })

  it("refuses more than a frame may hold, however well it is packed", () => {
    const text = prose(maxFrameBytes + 1)
    assert.isAbove(compressed(text).byteLength * maxDecompressionRatio, maxFrameBytes + 1)
    assert.strictEqual(refusal(compressed(text))?.kind, "DecompressionLimit")
    assert.isUndefined(refusal(compressed(text.subarray(1))))
  })

  it("refuses more than the ratio allows, however small", () => {
    assert.strictEqual(refusal(compressed(new Uint8Array(2000)))?.kind, "DecompressionLimit")
  })

  it.each<readonly [string, Uint8Array]>([
    ["an unknown mark", compressed(prose(400)).with(0, 2)],
    ["the mark of an ASCII brace", new TextEncoder().encode('{"type":"Ping"}')],
    ["a mark of 255", Uint8Array.of(255)],
    ["nothing", new Uint8Array(0)],
    ["a mark with nothing behind it", Uint8Array.of(1)],
    ["noise", new Uint8Array([1, ...new Uint8Array(40).fill(0xfe)])],
    ["a stream cut short", compressed(prose(4000)).subarray(0, 500)],
    ["a stream of another format", new Uint8Array([1, ...zlib.gzipSync(prose(4000))])],
  ])("%s is damaged", (_, body) => {
    assert.strictEqual(refusal(body)?.kind, "InvalidCompression")
  })

  it("never asks for no bytes at all", () => {
    const asked: Array<number> = []
    const asking: Compressor = { ...deflate, decompress: (_, maxBytes) => (asked.push(maxBytes), "Invalid") }
    for (let length = 0; length < 4; length++) decompress(asking, new Uint8Array([1, ...new Uint8Array(length)]))
    assert.deepStrictEqual(asked, [10, 20, 30])
  })

  it("says what was wrong", () => {
    const told = (body: Uint8Array) => [refusal(body)?.kind, refusal(body)?.message]
    assert.deepStrictEqual(told(Uint8Array.of(7)), ["InvalidCompression", "the frame's first byte must be 0 or 1"])
    assert.deepStrictEqual(told(Uint8Array.of(1)), ["InvalidCompression", "the frame's compressed part is missing"])
    assert.deepStrictEqual(told(Uint8Array.of(1, 255)), [
      "InvalidCompression",
      "the frame's compressed part is damaged",
    ])
    const zeros = compressed(new Uint8Array(2000))
    const most = (zeros.byteLength - 1) * maxDecompressionRatio
    assert.deepStrictEqual(told(zeros), [
      "DecompressionLimit",
      `the frame expands to more than ${most} bytes: at most ${maxFrameBytes}, and ${maxDecompressionRatio} times its compressed size`,
    ])
  })
})

describe.each(["json", "msgpack"] as const)("an encoding in %s with compression", (codec) => {
  const server = Encoding.server2(codec, deflate)
  const client = Encoding.client2(codec, deflate)

  it.each([10, 10_000])("carries a message of %i bytes both ways", (length) => {
    const content = new TextDecoder().decode(prose(length))
    const publish = { type: "Publish", channel: "lobby", id: "i", content } as never
    const sent = client.encode(publish)
    assert.strictEqual(sent[headerBytes], length === 10 ? 0 : 1)
    assert.deepStrictEqual(Result.getOrThrow(server.decode(sent.subarray(headerBytes))), publish)
    const said = { type: "Message", channel: "lobby", seq: 1, from: "alice", content, timestamp: 1 } as never
    assert.deepStrictEqual(Result.getOrThrow(client.decode(server.encode(said).subarray(headerBytes))), said)
  })

  it("is one object for one compressor", () => {
    assert.strictEqual(Encoding.server2(codec, deflate), server)
    assert.strictEqual(server.compression, "deflate")
    assert.notStrictEqual(Encoding.server2(codec, { ...deflate }), server)
    assert.isNull(Encoding.server2(codec).compression)
    assert.strictEqual(Encoding.server2(codec), Encoding.server2(codec))
  })
})
