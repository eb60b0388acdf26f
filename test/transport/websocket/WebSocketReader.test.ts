import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Dice } from "../../../src/testing/Dice.ts"
import { inflate } from "../../../src/transport/websocket/Deflate.ts"
import { WebSocketReader, type WebSocketReaderOptions } from "../../../src/transport/websocket/WebSocketReader.ts"
import { type Case, cases } from "./cases.ts"
import { binary, close, frame, join, more, ping, text, utf8 } from "./frames.ts"

const limit = 0x1_0000

/** A reader, and all that it has said. What it hands over is copied, since it may share memory. */
const reading = (options: Partial<WebSocketReaderOptions> = {}) => {
  const bodies: Array<Uint8Array> = []
  const control: Array<string> = []
  const note = (name: string) => (payload: Uint8Array) => {
    control.push(`${name} ${Buffer.from(payload).toString()}`)
  }
  const reader = new WebSocketReader({
    maxBytes: limit,
    content: "any",
    deflate: undefined,
    control: {
      onPing: note("ping"),
      onPong: note("pong"),
      onClose: (code, reason) =>
        control.push(["close", code, reason].filter((part) => part !== undefined && part !== "").join(" ")),
    },
    ...options,
  })
  const push = (piece: Uint8Array) => {
    const came: Array<Uint8Array> = []
    // A piece of its own: the reader unmasks it in its place.
    const error = reader.push(piece.slice(), came)
    for (const body of came) bodies.push(body.slice())
    return error
  }
  return { reader, push, bodies, control }
}

const check = (it: Case, pieces: ReadonlyArray<Uint8Array>) => {
  const { bodies, control, push, reader } = reading(it.options)
  let error = undefined as ReturnType<typeof push>
  for (const piece of pieces) error = push(piece)
  assert.deepStrictEqual(bodies, [...(it.bodies ?? [])])
  assert.deepStrictEqual(control, [...(it.control ?? [])])
  assert.strictEqual(error?.kind, it.fails?.kind, error?.message)
  assert.strictEqual(reader.closeCode, it.fails?.code)
  assert.strictEqual(reader.partial, it.partial ?? false)
  assert.strictEqual(reader.end()?.kind, it.partial === true ? "Truncated" : undefined)
  if (!reader.partial) assert.strictEqual(reader.buffered, 0)
  // A close frame carries it as its reason, in 123 bytes.
  if (error !== undefined) assert.isAtMost(utf8(error.message).byteLength, 123)
  if (error?.kind === "ProtocolViolation") assert.match(error.message, /^[a-zR\d].{20,} \(RFC (6455|7692), [\d.]+\)$/)
  // What comes after an error gets the same error, and is not read.
  if (error !== undefined) assert.strictEqual(push(text("late")), error)
  assert.lengthOf(bodies, it.bodies?.length ?? 0)
}

const dice = new Dice(6455)

describe.concurrent("RFC 6455", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const { bytes } = one
    check(one, [bytes])
    check(
      one,
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
    )
    for (let times = 0; times < 3; times++) {
      const at = dice.below(bytes.byteLength)
      check(one, [bytes.subarray(0, at), bytes.subarray(at)])
    }
    if (one.fails === undefined) return
    // With the byte that makes it wrong, and not before.
    const { push } = reading(one.options)
    assert.isUndefined(push(bytes.subarray(0, one.fails.with - 1)))
    assert.strictEqual(push(bytes.subarray(one.fails.with - 1, one.fails.with))?.kind, one.fails.kind)
  })

  it("has cases of one name each", () => {
    assert.strictEqual(new Set(cases.map(({ name }) => name)).size, cases.length)
    assert.isAbove(cases.length, 250)
  })
})

const Payload = Schema.Uint8Array.check(Schema.isMinLength(1), Schema.isMaxLength(300))
const Mask = Schema.Uint8Array.check(Schema.isMinLength(4), Schema.isMaxLength(4))
const Written = Schema.Struct({
  content: Schema.Literals(["text", "binary"]),
  words: Schema.String.check(Schema.isMinLength(1)),
  payload: Payload,
  cuts: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))).check(Schema.isMaxLength(4)),
  mask: Mask,
  pinged: Schema.Boolean,
})
const Places = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000 })))

/** Cuts `bytes` behind each of the places, in whatever order and however often they come. */
const split = (bytes: Uint8Array, places: ReadonlyArray<number>) => {
  const cuts = [...new Set(places.map((place) => place % (bytes.byteLength + 1)))].toSorted((a, b) => a - b)
  return [0, ...cuts].map((from, index) => bytes.slice(from, cuts[index] ?? bytes.byteLength))
}

const bodyOf = ({ content, payload, words }: typeof Written.Type) =>
  content === "text" ? utf8(words.toWellFormed()) : payload

/** A message in as many frames as it has cuts, and with a ping between them. */
const write = (message: typeof Written.Type): Uint8Array => {
  const parts = split(bodyOf(message), message.cuts)
  const first = message.content === "text" ? text : binary
  return join(
    ...parts.flatMap((part, index) => [
      (index === 0 ? first : more)(part, { mask: message.mask, final: index === parts.length - 1 }),
      ...(message.pinged ? [ping("?", { mask: message.mask })] : []),
    ]),
  )
}

describe("whatever a client writes properly", () => {
  it.prop(
    "is read, however it is cut",
    [Schema.Array(Written).check(Schema.isMaxLength(6)), Places],
    ([messages, places]) => {
      const { bodies, push, reader } = reading()
      const bytes = join(...messages.map(write))
      for (const piece of split(bytes, places)) assert.isUndefined(push(piece))
      assert.deepStrictEqual(bodies, messages.map(bodyOf))
      assert.isFalse(reader.partial)
      assert.strictEqual(reader.buffered, 0)
    },
  )

  it("is read wherever it lies in memory, of every length up to where words pay", () => {
    for (let offset = 0; offset < 8; offset++) {
      for (let length = 1; length < 150; length++) {
        const body = Uint8Array.from({ length }, (_, at) => at * 3 + offset)
        const bytes = binary(body)
        const memory = new Uint8Array(offset + bytes.byteLength + 8).fill(0xee)
        memory.set(bytes, offset)
        const bodies: Array<Uint8Array> = []
        reading().reader.push(memory.subarray(offset, offset + bytes.byteLength), bodies)
        assert.deepStrictEqual(bodies, [body])
        assert.isTrue(memory.subarray(offset + bytes.byteLength).every((byte) => byte === 0xee))
        assert.isTrue(memory.subarray(0, offset).every((byte) => byte === 0xee))
      }
    }
  })

  it("is handed over without a copy where it came at once", () => {
    const piece = text("at once")
    const bodies: Array<Uint8Array> = []
    reading().reader.push(piece, bodies)
    assert.strictEqual(bodies[0]!.buffer, piece.buffer)
  })

  it("does not keep the piece that it came in", () => {
    const bodies: Array<Uint8Array> = []
    const { reader } = reading()
    const bytes = text("in two pieces")
    const first = bytes.slice(0, 10)
    reader.push(first, bodies)
    first.fill(0)
    reader.push(bytes.slice(10), bodies)
    assert.deepStrictEqual(
      bodies.map((body) => Buffer.from(body).toString()),
      ["in two pieces"],
    )
  })
})

describe("whatever a client writes", () => {
  it("is partial from its first byte to its last, over all frames", () => {
    const { push, reader } = reading()
    const bytes = join(text("a", { final: false }), ping("?"), more("b"))
    const seen = Array.from(bytes, (byte) => {
      push(Uint8Array.of(byte))
      return reader.partial
    })
    assert.deepStrictEqual(
      seen,
      Array.from(bytes, (_, at) => at < bytes.byteLength - 1),
    )
  })

  it("costs what has arrived, not what a header promises", () => {
    const { push, reader } = reading()
    const bytes = binary(new Uint8Array(limit))
    push(bytes.subarray(0, 14))
    assert.strictEqual(reader.buffered, 0)
    for (let at = 14; at + 100 < bytes.byteLength; at += 100) {
      push(bytes.subarray(at, at + 100))
      assert.isAtMost(reader.buffered, Math.min(limit, Math.max(256, (at + 86) * 2)))
      assert.isAtLeast(reader.buffered, at + 86)
    }
  })

  it("costs no more in ever so many frames", () => {
    const { bodies, push, reader } = reading()
    push(text("a", { final: false }))
    for (let index = 1; index < limit; index++) {
      assert.isUndefined(push(more("a", { final: false })))
      assert.isAtMost(reader.buffered, Math.max(256, index * 2))
    }
    assert.strictEqual(push(more("a"))?.kind, "FrameTooLarge")
    assert.strictEqual(reader.buffered, 0)
    assert.lengthOf(bodies, 0)
  })

  it("never throws, and never keeps more than a message and a header", () => {
    const chance = new Dice(1)
    for (let times = 0; times < 3000; times++) {
      const { push, reader } = reading({ deflate: chance.once(2) ? inflate : undefined, maxBytes: 1000 })
      for (let pieces = chance.below(6); pieces >= 0; pieces--) {
        // Half of it looks like a frame, or it would always end at the first byte.
        const payload = chance.bytes(chance.below(200))
        const piece = chance.once(2)
          ? chance.bytes(chance.below(40))
          : frame({
              opcode: chance.pick([0, 0, 1, 2, 8, 9, 10, chance.below(16)]),
              payload,
              final: chance.once(2),
              reserved: chance.once(3) ? 4 : 0,
              ...(chance.once(20) ? { length: chance.bits() } : {}),
            })
        push(chance.once(4) ? piece.subarray(0, chance.below(piece.byteLength)) : piece)
        assert.isAtMost(reader.buffered, 1000 + 125 + 14)
      }
    }
  })
})

it("a client is told what was wrong", () => {
  const told = (bytes: Uint8Array) => reading({ maxBytes: 10 }).push(bytes)?.message
  assert.strictEqual(told(text("a", { mask: undefined })), "a client has to mask its frames (RFC 6455, 5.1)")
  assert.strictEqual(told(text("more than ten")), "a message of 13 bytes is over the limit of 10")
  assert.strictEqual(told(close(1005)), "1005 is no code that a close frame may have (RFC 6455, 7.4)")
  assert.strictEqual(
    told(frame({ opcode: 8, payload: "1" })),
    "a close frame has a code of two bytes, or nothing (RFC 6455, 5.5.1)",
  )
  const { push, reader } = reading()
  push(text("a").subarray(0, 3))
  assert.strictEqual(reader.end()?.message, "the connection ended inside a message")
})

it("a client that has closed is not read any more, and has nothing unfinished", () => {
  const { bodies, control, push, reader } = reading()
  assert.isUndefined(push(join(text("a", { final: false }), close(4000, "enough"))))
  assert.isUndefined(push(text("late")))
  assert.deepStrictEqual(control, ["close 4000 enough"])
  assert.lengthOf(bodies, 0)
  assert.isFalse(reader.partial)
  assert.isUndefined(reader.end())
})
