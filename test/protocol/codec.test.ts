import { assert, describe, it } from "@effect/vitest"
import * as MessagePack from "@msgpack/msgpack"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { maxDepth } from "../../src/domain/Limits.ts"
import * as Codec from "../../src/protocol/Codec.ts"
import type { FrameErrorKind } from "../../src/protocol/FrameError.ts"
import { FrameMemory } from "../../src/protocol/FrameMemory.ts"

type Part = number | string | Uint8Array

const bytes = (...parts: Array<Part>) =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.of(part) : Buffer.from(part)))))

const refusal = (codec: Codec.Codec, body: Uint8Array): FrameErrorKind | undefined =>
  Result.match(codec.decode(body), { onFailure: (error) => error.kind, onSuccess: () => undefined })

/** `levels` arrays or maps within each other. */
const nested = (levels: number, within: (value: unknown) => unknown): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = within(value)
  return value
}

/** Lone surrogates made whole, -0 made 0: MessagePack has only UTF-8 for texts, and -0 only as a float. */
const wellFormed = (value: Schema.Json): Schema.Json => {
  if (typeof value === "string") return value.toWellFormed()
  if (typeof value === "number") return value + 0
  if (Array.isArray(value)) return value.map(wellFormed)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item)]))
}

const hasProto = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Object.hasOwn(value, "__proto__") || Object.values(value).some(hasProto))

const Value = Arbitrary.schema(Schema.Json).pipe(Arbitrary.map(wellFormed))
// The library refuses fields of that name.
const Portable = Value.pipe(Arbitrary.filter((value) => !hasProto(value)))

const codecs = [Codec.json, Codec.messagePack]

describe.each(codecs)("$name", (codec) => {
  it.prop("reads what it wrote", [Value], ([value]) => {
    const read = Result.getOrThrow(codec.decode(codec.encode(value)))
    // JSON has no -0: it is written as 0.
    assert.deepStrictEqual(
      codec.name === "json" ? read : JSON.parse(JSON.stringify(read)),
      JSON.parse(JSON.stringify(value)),
    )
  })

  it("leaves out what is undefined", () => {
    assert.deepStrictEqual(Result.getOrThrow(codec.decode(codec.encode({ a: undefined, b: 1 }))), { b: 1 })
  })

  it.each([
    ["arrays", (value: unknown) => [value]],
    ["objects", (value: unknown) => ({ a: value })],
    ["both, beside others", (value: unknown) => [1, { a: "b", c: value }]],
  ])("%s as deep as the limit, and one deeper", (_, within) => {
    const levels = within(1) instanceof Array && (within(1) as Array<unknown>).length === 2 ? maxDepth / 2 : maxDepth
    assert.isUndefined(refusal(codec, codec.encode(nested(levels, within))))
    assert.strictEqual(refusal(codec, codec.encode([nested(levels, within)])), "TooDeep")
  })

  it.each([0, 1, 2, 100, 4096, 65_536, 100_000])("a text of %i bytes", (length) => {
    for (const text of ["a".repeat(length), "ä".repeat(length / 2), "😀".repeat(length / 4)]) {
      assert.strictEqual(Result.getOrThrow(codec.decode(codec.encode(text))), text)
    }
  })

  it("a text may begin with a byte order mark, and keeps it", () => {
    for (const text of ["\ufeff", "\ufeffa", `\ufeff${"a".repeat(30)}`, "a\ufeff"]) {
      assert.strictEqual(Result.getOrThrow(codec.decode(codec.encode(text))), text)
      assert.deepStrictEqual(Result.getOrThrow(codec.decode(codec.encode({ [text]: 1 }))), { [text]: 1 })
    }
  })

  it("what has nothing in it is not deeper than the limit for what it is", () => {
    for (const value of [null, true, 1, "a"]) {
      assert.isUndefined(refusal(codec, codec.encode(nested(maxDepth, (inner) => [inner === 1 ? value : inner]))))
    }
    for (const value of [[], {}]) {
      const deepest = nested(maxDepth, (inner) => [inner === 1 ? value : inner])
      assert.strictEqual(refusal(codec, codec.encode(deepest)), "TooDeep")
    }
  })

  it("what is encoded keeps its bytes when more is encoded", () => {
    const first = codec.encode({ text: "first" })
    const kept = first.slice()
    codec.encode({ text: "other".repeat(1000) })
    assert.deepStrictEqual(first, kept)
  })

  it("of two fields of one name the last one counts, whatever the name", () => {
    for (const name of ["a", "__proto__", "constructor"]) {
      const key = bytes(0xa0 + name.length, name)
      const body =
        codec.name === "json" ? bytes(`{"${name}":1,"b":2,"${name}":3}`) : bytes(0x83, key, 1, 0xa1, "b", 2, key, 3)
      const value = Result.getOrThrow(codec.decode(body)) as object
      assert.deepStrictEqual(Object.entries(value), [
        [name, 3],
        ["b", 2],
      ])
      assert.strictEqual(Object.getPrototypeOf(value), Object.prototype)
    }
  })

  it("a field named __proto__ is a field and no prototype", () => {
    const body =
      codec.name === "json" ? bytes('{"__proto__":{"a":1}}') : bytes(0x81, 0xa9, "__proto__", 0x81, 0xa1, "a", 1)
    const value = Result.getOrThrow(codec.decode(body)) as object
    assert.deepStrictEqual(Object.keys(value), ["__proto__"])
    assert.isFalse("a" in value)
    assert.strictEqual(Object.getPrototypeOf(value), Object.prototype)
    assert.isFalse("a" in {})
  })
})

describe("json", () => {
  it.each<readonly [string, Uint8Array, FrameErrorKind]>([
    ["nothing", bytes(), "InvalidJson"],
    ["a space", bytes(" "), "InvalidJson"],
    ["half a frame", bytes('{"type":"Pi'), "InvalidJson"],
    ["two values", bytes("1 2"), "InvalidJson"],
    ["NaN", bytes("NaN"), "InvalidJson"],
    ["a comment", bytes("/**/1"), "InvalidJson"],
    ["a NUL", bytes(0), "InvalidJson"],
    ["a newline in a text", bytes('"a\nb"'), "InvalidJson"],
    ["a byte order mark", bytes(0xef, 0xbb, 0xbf, "1"), "InvalidJson"],
    ["UTF-16", bytes(0x22, 0, 0x61, 0, 0x22, 0), "InvalidJson"],
    ["a stray continuation byte", bytes('"', 0x80, '"'), "InvalidUtf8"],
    ["an overlong slash", bytes('"', 0xc0, 0xaf, '"'), "InvalidUtf8"],
    ["a surrogate in UTF-8", bytes('"', 0xed, 0xa0, 0x80, '"'), "InvalidUtf8"],
    ["beyond U+10FFFF", bytes('"', 0xf4, 0x90, 0x80, 0x80, '"'), "InvalidUtf8"],
    ["cut inside a character", bytes('"', 0xe2, 0x82), "InvalidUtf8"],
    ["Latin-1", bytes('"', 0xe9, '"'), "InvalidUtf8"],
    ["64 KiB of [", bytes("[".repeat(65_536)), "InvalidJson"],
    ["32 KiB of [ and of ]", bytes("[".repeat(32_768), "]".repeat(32_768)), "TooDeep"],
    ['10 KiB of {"a":', bytes('{"a":'.repeat(2048), "1", "}".repeat(2048)), "TooDeep"],
  ])("%s", (_, body, kind) => {
    assert.strictEqual(refusal(Codec.json, body), kind)
  })

  it.each([0, 33, 34, 35, 36])("a text of %i times the buffer's third is not cut", (thirds) => {
    const text = "€".repeat(Math.floor((65_536 / 100) * thirds))
    assert.strictEqual(JSON.parse(Buffer.from(Codec.json.encode(text)).toString()), text)
  })
})

describe("msgpack", () => {
  const decoded = (...parts: Array<Part>) => Result.getOrThrow(Codec.messagePack.decode(bytes(...parts)))

  it.prop("reads what a library writes, as the library reads it", [Portable], ([value]) => {
    const body = MessagePack.encode(value)
    assert.deepStrictEqual(Result.getOrThrow(Codec.messagePack.decode(body)), MessagePack.decode(body))
  })

  it.prop("a library reads what we write", [Portable], ([value]) => {
    assert.deepStrictEqual(MessagePack.decode(Codec.messagePack.encode(value)), value)
  })

  it("every number's form", () => {
    assert.strictEqual(decoded(0x7f), 127)
    assert.strictEqual(decoded(0xe0), -32)
    assert.strictEqual(decoded(0xff), -1)
    assert.strictEqual(decoded(0xcc, 200), 200)
    assert.strictEqual(decoded(0xcd, 1, 0), 256)
    assert.strictEqual(decoded(0xce, 0xff, 0xff, 0xff, 0xff), 4_294_967_295)
    assert.strictEqual(decoded(0xcf, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), Number.MAX_SAFE_INTEGER)
    assert.strictEqual(decoded(0xd0, 0x80), -128)
    assert.strictEqual(decoded(0xd1, 0x80, 0), -32_768)
    assert.strictEqual(decoded(0xd2, 0x80, 0, 0, 0), -2_147_483_648)
    assert.strictEqual(decoded(0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe), -2)
    assert.strictEqual(decoded(0xca, 0x3f, 0xc0, 0, 0), 1.5)
    assert.strictEqual(decoded(0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5)
  })

  it("an integer beyond 2^53 stays beyond it", () => {
    assert.isAbove(decoded(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0) as number, Number.MAX_SAFE_INTEGER)
    assert.isAbove(decoded(0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) as number, Number.MAX_SAFE_INTEGER)
    assert.isBelow(decoded(0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0) as number, Number.MIN_SAFE_INTEGER)
  })

  it("every length's form", () => {
    const long = "x".repeat(300)
    assert.strictEqual(decoded(0xd9, 2, "ab"), "ab")
    assert.strictEqual(decoded(0xda, 1, 44, long), long)
    assert.strictEqual(decoded(0xdb, 0, 0, 1, 44, long), long)
    assert.deepStrictEqual(decoded(0xdc, 0, 1, 5), [5])
    assert.deepStrictEqual(decoded(0xdd, 0, 0, 0, 1, 5), [5])
    assert.deepStrictEqual(decoded(0xde, 0, 1, 0xa1, "a", 5), { a: 5 })
    assert.deepStrictEqual(decoded(0xdf, 0, 0, 0, 1, 0xa1, "a", 5), { a: 5 })
    assert.deepStrictEqual(decoded(0xc4, 2, 1, 2), Uint8Array.of(1, 2))
    assert.deepStrictEqual(decoded(0xc5, 0, 2, 1, 2), Uint8Array.of(1, 2))
    assert.deepStrictEqual(decoded(0xc6, 0, 0, 0, 2, 1, 2), Uint8Array.of(1, 2))
  })

  it("binary is not copied: it lies in the body, whose memory is not used again", () => {
    const [before, body] = [3, bytes(0xc4, 2, 1, 2)]
    const chunk = new Uint8Array(before + body.length)
    chunk.set(body, before)
    const value = Result.getOrThrow(Codec.messagePack.decode(chunk.subarray(before))) as Uint8Array
    assert.deepStrictEqual(value, Uint8Array.of(1, 2))
    assert.strictEqual(value.buffer, chunk.buffer)
    assert.strictEqual(value.byteOffset, before + 2)
    // What a `Buffer` gives is none.
    const ofBuffer = Result.getOrThrow(Codec.messagePack.decode(Buffer.from(body))) as Uint8Array
    assert.strictEqual(ofBuffer.constructor, Uint8Array)
  })

  it.each<readonly [string, Uint8Array, FrameErrorKind]>([
    ["nothing", bytes(), "InvalidMessagePack"],
    ["the byte that is never used", bytes(0xc1), "InvalidMessagePack"],
    ["a value and one byte more", bytes(0x90, 0), "InvalidMessagePack"],
    ["two values", bytes(0x80, 0x80), "InvalidMessagePack"],
    ["a text cut short", bytes(0xa5, "abc"), "InvalidMessagePack"],
    ["a text of 4 GiB", bytes(0xdb, 0xff, 0xff, 0xff, 0xff, "abc"), "InvalidMessagePack"],
    ["a binary of 4 GiB", bytes(0xc6, 0xff, 0xff, 0xff, 0xff, "abc"), "InvalidMessagePack"],
    ["an array of 4 G items", bytes(0xdd, 0xff, 0xff, 0xff, 0xff, 1), "InvalidMessagePack"],
    ["a map of 4 G fields", bytes(0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, "a", 1), "InvalidMessagePack"],
    ["a map with a key and no value", bytes(0x81, 0xa1, "a"), "InvalidMessagePack"],
    ["an array with an item less", bytes(0x92, 1), "InvalidMessagePack"],
    ["a length cut short", bytes(0xda, 0), "InvalidMessagePack"],
    ["an integer cut short", bytes(0xcf, 0, 0, 0, 0, 0, 0, 0), "InvalidMessagePack"],
    ["a float cut short", bytes(0xcb, 0), "InvalidMessagePack"],
    ["a number as key", bytes(0x81, 1, 1), "InvalidMessagePack"],
    ["nil as key", bytes(0x81, 0xc0, 1), "InvalidMessagePack"],
    ["an array as key", bytes(0x81, 0x90, 1), "InvalidMessagePack"],
    ["a binary as key", bytes(0x81, 0xc4, 1, 0x61, 1), "InvalidMessagePack"],
    ["a timestamp of 32 bits", MessagePack.encode(new Date(1_700_000_000_000)), "InvalidMessagePack"],
    ["a timestamp of 64 bits", MessagePack.encode(new Date(1_700_000_000_123)), "InvalidMessagePack"],
    ["a timestamp of 96 bits", MessagePack.encode(new Date(-1)), "InvalidMessagePack"],
    ["a fixed extension", bytes(0xd4, 1, 1), "InvalidMessagePack"],
    ["an extension of 8 bits' length", bytes(0xc7, 1, 1, 1), "InvalidMessagePack"],
    ["an extension of 32 bits' length", bytes(0xc9, 0, 0, 0, 1, 1, 1), "InvalidMessagePack"],
    ["a text that is not UTF-8", bytes(0xa1, 0x80), "InvalidUtf8"],
    ["an overlong slash", bytes(0xa2, 0xc0, 0xaf), "InvalidUtf8"],
    ["a surrogate in UTF-8", bytes(0xa3, 0xed, 0xa0, 0x80), "InvalidUtf8"],
    ["a long text that is not UTF-8", bytes(0xd9, 200, "x".repeat(199), 0xff), "InvalidUtf8"],
    ["a key that is not UTF-8", bytes(0x81, 0xa1, 0xff, 1), "InvalidUtf8"],
    ["64 KiB of arrays of one", new Uint8Array(65_536).fill(0x91), "TooDeep"],
    ["64 KiB of maps of one", bytes(...Array.from({ length: 20_000 }, () => bytes(0x81, 0xa1, "a"))), "TooDeep"],
    ["JSON", bytes('{"type":"Ping"}'), "InvalidMessagePack"],
  ])("%s", (_, body, kind) => {
    assert.strictEqual(refusal(Codec.messagePack, body), kind)
  })

  it("every short form, from the shortest to the longest", () => {
    assert.deepStrictEqual([decoded(0), decoded(0x7f), decoded(0xe0), decoded(0xff)], [0, 127, -32, -1])
    assert.deepStrictEqual([decoded(0xc0), decoded(0xc2), decoded(0xc3)], [null, false, true])
    assert.deepStrictEqual([decoded(0xa0), decoded(0xbf, "y".repeat(31))], ["", "y".repeat(31)])
    assert.deepStrictEqual([decoded(0x90), decoded(0x9f, ...Array(15).fill(7))], [[], Array(15).fill(7)])
    assert.deepStrictEqual(decoded(0x80), {})
    const letters = [..."abcdefghijklmno"]
    assert.deepStrictEqual(
      decoded(0x8f, ...letters.flatMap((letter, n) => [0xa1, letter, n])),
      Object.fromEntries(letters.map((letter, n) => [letter, n])),
    )
  })

  it("texts around the length from which they are read otherwise, in letters of every size", () => {
    for (const length of [23, 24, 25, 26]) {
      for (const letter of ["a", "\u007f", "é", "€", "😀"]) {
        for (const text of [letter + "b".repeat(length - 1), "b".repeat(length - 1) + letter, letter.repeat(length)]) {
          assert.strictEqual(Result.getOrThrow(Codec.messagePack.decode(MessagePack.encode(text))), text)
        }
      }
    }
  })

  it("a body that lies within other bytes is read from its own beginning to its own end", () => {
    for (const value of [
      300,
      70_000,
      -300,
      -70_000,
      1.5,
      2 ** 40,
      -(2 ** 40),
      "x".repeat(300),
      [1, "two"],
      { a: null },
    ]) {
      const body = MessagePack.encode(value)
      const around = new Uint8Array(body.byteLength + 20).fill(0xc1)
      around.set(body, 9)
      const within = around.subarray(9, 9 + body.byteLength)
      assert.deepStrictEqual(Result.getOrThrow(Codec.messagePack.decode(within)), value)
      assert.strictEqual(refusal(Codec.messagePack, around.subarray(9, 8 + body.byteLength)), "InvalidMessagePack")
      assert.strictEqual(refusal(Codec.messagePack, around.subarray(9, 10 + body.byteLength)), "InvalidMessagePack")
    }
  })

  it("a list can be put in only where there is an empty one", () => {
    const memory = new FrameMemory()
    const list = Codec.messagePack.prepare([1])
    assert.throws(
      () => Codec.messagePack.writeWith({ a: [], users: [1] }, "users", list, memory, 4),
      'there is no empty list "users" in what was written',
    )
  })

  it("lengths are not believed: nested lies cost no memory", () => {
    // Each header promises 32 767 items; a decoder that makes room for them needs a quarter of a megabyte a header.
    const lie = bytes(0xdc, 0x7f, 0xff)
    const body = new Uint8Array(65_535).map((_, index) => lie[index % 3]!)
    const before = process.memoryUsage().rss
    for (let round = 0; round < 10; round++) assert.strictEqual(refusal(Codec.messagePack, body), "TooDeep")
    assert.isBelow(process.memoryUsage().rss - before, 50_000_000)
  })
})

describe("what is no body is told so", () => {
  const told = (codec: Codec.Codec, body: Uint8Array) =>
    Result.match(codec.decode(body), {
      onFailure: ({ kind, message }) => [kind, message],
      onSuccess: () => undefined,
    })
  const json = (text: string | Uint8Array) => told(Codec.json, bytes(text))
  const msgpack = (...parts: Array<Part>) => told(Codec.messagePack, bytes(...parts))

  it("in JSON", () => {
    assert.deepStrictEqual(json(Uint8Array.of(0xff)), ["InvalidUtf8", "the frame is not UTF-8"])
    assert.deepStrictEqual(json("{"), ["InvalidJson", "the frame is not JSON"])
    assert.deepStrictEqual(json(`${"[".repeat(maxDepth + 1)}${"]".repeat(maxDepth + 1)}`), [
      "TooDeep",
      `nested deeper than ${maxDepth} levels`,
    ])
    assert.isUndefined(json("[null,[],{}]"))
  })

  it("in MessagePack", () => {
    const invalid = (message: string) => ["InvalidMessagePack", message]
    assert.deepStrictEqual(msgpack(0xc1), invalid("0xc1 is not MessagePack"))
    assert.deepStrictEqual(msgpack(1, 1), invalid("the frame goes on behind its MessagePack value"))
    assert.deepStrictEqual(msgpack(0xcd, 1), invalid("the MessagePack value is cut short"))
    assert.deepStrictEqual(msgpack(0x81, 1, 1), invalid("a MessagePack map's keys must be text"))
    for (const extension of [0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]) {
      assert.deepStrictEqual(msgpack(extension, 1, 1), invalid("MessagePack's extension types are not used here"))
    }
    assert.deepStrictEqual(msgpack(0xa1, 0xff), ["InvalidUtf8", "a text in the frame is not UTF-8"])
    assert.deepStrictEqual(told(Codec.messagePack, new Uint8Array(maxDepth + 1).fill(0x91)), [
      "TooDeep",
      `nested deeper than ${maxDepth} levels`,
    ])
  })
})

describe("the bytes of a file in MessagePack", () => {
  it.each([0, 1, 1024, 1025, 0xffff, 0x1_0000, 70_000])("%d of them are written as the library does", (length) => {
    const data = Uint8Array.from({ length }, (_, n) => n)
    for (const value of [
      { type: "FileChunk", offset: 2 ** 40, data },
      { data, type: "UploadChunk" },
      { data },
      { a: [data] },
    ]) {
      const memory = new FrameMemory()
      memory.begin()
      memory.at = Codec.messagePack.write(value, memory, 4)
      assert.deepStrictEqual(new Uint8Array(memory.take().subarray(4)), new Uint8Array(MessagePack.encode(value)))
    }
  })
})
