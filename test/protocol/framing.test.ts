import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { maxFrameBytes } from "../../src/domain/Limits.ts"
import type { FrameError } from "../../src/protocol/FrameError.ts"
import {
  Deframer,
  frame,
  framed,
  headerBytes,
  lengthPrefixed,
  MessageReader,
  messages,
} from "../../src/protocol/Framing.ts"
import { fromMessages, ServerFrames } from "../../src/testing/internal/webSocket.ts"

const header = (length: number) => {
  const bytes = new Uint8Array(headerBytes)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}

const join = (parts: ReadonlyArray<Uint8Array>) => new Uint8Array(Buffer.concat(parts))

/** Cuts `bytes` behind each of the places, in whatever order and however often they come. */
const split = (bytes: Uint8Array, places: ReadonlyArray<number>) => {
  const cuts = [...new Set(places.map((place) => place % (bytes.byteLength + 1)))].toSorted((a, b) => a - b)
  return [0, ...cuts].map((from, index) => bytes.slice(from, cuts[index] ?? bytes.byteLength))
}

/** All that comes out of the chunks; each body is copied, since it may share the chunk's memory. */
const deframe = (chunks: ReadonlyArray<Uint8Array>, deframer = new Deframer()) => {
  const bodies: Array<Uint8Array> = []
  for (const chunk of chunks) {
    const error = deframer.push(chunk, bodies)
    if (error !== undefined) return { bodies: bodies.map((body) => body.slice()), error, deframer }
  }
  return { bodies: bodies.map((body) => body.slice()), error: deframer.end(), deframer }
}

const Body = Schema.Uint8Array.check(Schema.isMinLength(1), Schema.isMaxLength(600))
const Bodies = Schema.Array(Body).check(Schema.isMaxLength(20))
const Places = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000 })))

/** After these the stream has lost its place: the next byte could be anything. */
const isFatal = ({ kind }: FrameError): boolean => ["EmptyFrame", "FrameTooLarge", "Truncated"].includes(kind)

describe("any split of the bytes gives the same frames", () => {
  it.prop("anywhere", [Bodies, Places], ([bodies, places]) => {
    const { bodies: out, error, deframer } = deframe(split(join(bodies.map(frame)), places))
    assert.isUndefined(error)
    assert.deepStrictEqual(out, [...bodies])
    assert.isFalse(deframer.partial)
    assert.strictEqual(deframer.buffered, 0)
  })

  it.prop("one byte at a time", [Bodies], ([bodies]) => {
    const bytes = join(bodies.map(frame))
    assert.deepStrictEqual(deframe(Array.from(bytes, (byte) => Uint8Array.of(byte))).bodies, [...bodies])
  })

  it("a thousand frames in one read", () => {
    const bodies = Array.from({ length: 1000 }, (_, index) => new Uint8Array((index % 50) + 1).fill(index))
    assert.deepStrictEqual(deframe([join(bodies.map(frame))]).bodies, bodies)
  })

  it.prop(
    "what comes before an error counts, what comes after gets the same error",
    [Bodies, Places, Body],
    (input) => {
      const [bodies, places, rest] = input
      const { bodies: out, error, deframer } = deframe(split(join([...bodies.map(frame), header(0), rest]), places))
      assert.strictEqual(error?.kind, "EmptyFrame")
      assert.deepStrictEqual(out, [...bodies])
      const more: Array<Uint8Array> = []
      assert.strictEqual(deframer.push(frame(rest), more), error)
      assert.lengthOf(more, 0)
    },
  )
})

describe("a length that is not one", () => {
  const first = (bytes: Uint8Array, maxBytes?: number) => deframe([bytes], new Deframer(maxBytes))

  it("0 is refused", () => {
    const { bodies, error } = first(join([header(0), Uint8Array.of(1)]))
    assert.lengthOf(bodies, 0)
    assert.strictEqual(error?.kind, "EmptyFrame")
    assert.isTrue(error !== undefined && isFatal(error))
  })

  it.each([maxFrameBytes + 1, 0x0100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])(
    "%i is refused on the header, before any of the body is kept",
    (length) => {
      for (const chunks of [
        [header(length)],
        [join([header(length), new Uint8Array(1000)])],
        Array.from(join([header(length), new Uint8Array(1000)]), (byte) => Uint8Array.of(byte)),
      ]) {
        const { bodies, deframer, error } = deframe(chunks)
        assert.strictEqual(error?.kind, "FrameTooLarge")
        assert.strictEqual(error?.message, `a frame of ${length} bytes is over the limit of ${maxFrameBytes}`)
        assert.isAtMost(deframer.buffered, headerBytes)
        assert.lengthOf(bodies, 0)
      }
    },
  )

  it("exactly the limit is a frame, whole and in pieces", () => {
    const body = new Uint8Array(maxFrameBytes).map((_, index) => index)
    assert.deepStrictEqual(first(frame(body)).bodies, [body])
    assert.deepStrictEqual(deframe(split(frame(body), [1, 5, 4096, 60_000])).bodies, [body])
    assert.deepStrictEqual(first(frame(new Uint8Array(10)), 10).error, undefined)
    assert.strictEqual(first(frame(new Uint8Array(11)), 10).error?.kind, "FrameTooLarge")
  })
})

describe("an unfinished frame", () => {
  it.prop("is cut short wherever the stream ends inside it", [Body, Places], ([body, places]) => {
    const bytes = frame(body)
    for (const place of places) {
      const { bodies, error } = deframe([bytes.subarray(0, place % bytes.byteLength)])
      assert.lengthOf(bodies, 0)
      assert.strictEqual(error?.kind, place % bytes.byteLength === 0 ? undefined : "Truncated")
      assert.isTrue(error === undefined || isFatal(error))
    }
  })

  it("is partial from its first byte to its last", () => {
    const deframer = new Deframer()
    const bodies: Array<Uint8Array> = []
    const seen = Array.from(frame(Uint8Array.of(1, 2)), (byte) => {
      deframer.push(Uint8Array.of(byte), bodies)
      return deframer.partial
    })
    assert.deepStrictEqual(seen, [true, true, true, true, true, false])
  })

  it("costs what has arrived, not what the header promises", () => {
    const deframer = new Deframer()
    const bodies: Array<Uint8Array> = []
    deframer.push(header(maxFrameBytes), bodies)
    assert.strictEqual(deframer.buffered, headerBytes)
    let arrived = 0
    while (arrived < maxFrameBytes - 100) {
      deframer.push(new Uint8Array(100), bodies)
      arrived += 100
      assert.isAtMost(deframer.buffered, headerBytes + Math.max(256, arrived * 2))
      assert.isAtMost(deframer.buffered, headerBytes + maxFrameBytes)
      assert.isAtLeast(deframer.buffered, headerBytes + arrived)
    }
  })

  it("does not keep the chunk it came in", () => {
    const deframer = new Deframer()
    const bodies: Array<Uint8Array> = []
    const chunk = join([header(3), Uint8Array.of(1, 2)])
    deframer.push(chunk, bodies)
    chunk.fill(9)
    deframer.push(Uint8Array.of(3), bodies)
    assert.deepStrictEqual(bodies, [Uint8Array.of(1, 2, 3)])
  })
})

describe("writing", () => {
  it.prop("the length is big-endian and leads", [Body], ([body]) => {
    assert.deepStrictEqual(frame(body), join([header(body.byteLength), body]))
  })

  it("the length of a large body uses all four bytes", () => {
    const frame = new Uint8Array(headerBytes + 0x0102_0304)
    assert.strictEqual(lengthPrefixed.enclose(frame, 0, frame.byteLength, "binary"), frame.byteLength)
    assert.deepStrictEqual(frame.subarray(0, 4), header(0x0102_0304))
  })
})

describe("messages", () => {
  it.each([
    [1, [1]],
    [125, [125]],
    [126, [126, 0, 126]],
    [0xffff, [126, 0xff, 0xff]],
    [0x1_0000, [127, 0, 0, 0, 0, 0, 1, 0, 0]],
    [0x0102_0304, [127, 0, 0, 0, 0, 1, 2, 3, 4]],
  ])("a body of %i bytes is written as a frame of a WebSocket server", (length, lengthBytes) => {
    const before = 3
    for (const [content, opcode] of [
      ["text", 0x81],
      ["binary", 0x82],
    ] as const) {
      const memory = new Uint8Array(before + messages.headerRoom + length).fill(7)
      const frame = memory.subarray(before, messages.enclose(memory, before, memory.byteLength, content))
      assert.isTrue(memory.subarray(0, before).every((byte) => byte === 7))
      assert.deepStrictEqual([...frame.subarray(0, 1 + lengthBytes.length)], [opcode, ...lengthBytes])
      assert.strictEqual(frame.byteLength, 1 + lengthBytes.length + length)
      assert.isTrue(frame.subarray(1 + lengthBytes.length).every((byte) => byte === 7))
    }
  })

  it.prop("frames that are joined are found again", [Bodies], ([bodies]) => {
    const joined = join(bodies.map((body) => framed(messages, body, "binary")))
    assert.deepStrictEqual(fromMessages(new ServerFrames().push(joined)), bodies.map(frame))
  })

  it("a message is a body, and nothing is ever unfinished", () => {
    const reader = new MessageReader(3)
    const bodies: Array<Uint8Array> = []
    const message = Uint8Array.of(1, 2, 3)
    assert.isUndefined(reader.push(message, bodies))
    assert.strictEqual(bodies[0], message)
    assert.isFalse(reader.partial)
    assert.isUndefined(reader.end())
  })

  it.each([
    [0, "EmptyFrame"],
    [4, "FrameTooLarge"],
  ])("of %i bytes end the reading", (length, kind) => {
    const reader = new MessageReader(3)
    const bodies: Array<Uint8Array> = []
    const error = reader.push(new Uint8Array(length), bodies)
    assert.strictEqual(error?.kind, kind)
    assert.strictEqual(reader.push(Uint8Array.of(1), bodies), error)
    assert.lengthOf(bodies, 0)
  })
})
