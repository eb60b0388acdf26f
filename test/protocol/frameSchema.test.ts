/** The short way to check a frame lets through what the schema lets through, and nothing else. */
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ConnectReply, ConnectRequest } from "../../src/protocol/Connect.ts"
import { optional, text, textUpTo, u32, u64, u8 } from "../../src/protocol/internal/field.ts"
import { frame } from "../../src/protocol/internal/frame.ts"
import { decoder } from "../../src/protocol/internal/frameSchema.ts"
import { plainCheck } from "../../src/protocol/internal/plainCheck.ts"
import * as V1 from "../../src/protocol/v1/Message.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"
import goldens1 from "../fixtures/wire/v1.json" with { type: "json" }
import goldens2 from "../fixtures/wire/v2.json" with { type: "json" }

/** What may be where a field should be. */
const values: ReadonlyArray<unknown> = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  1.5,
  255,
  256,
  300,
  301,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  Number.NaN,
  Infinity,
  "",
  " ",
  "a",
  "den",
  "a b",
  "@ann",
  "online",
  "away",
  "public",
  "owner",
  "disk",
  "192.0.2.0/24",
  "two\nlines",
  "a\0b",
  "\ud800",
  "👍",
  "x".repeat(64),
  "x".repeat(65),
  "x".repeat(256),
  "x".repeat(257),
  "x".repeat(1025),
  "x".repeat(2049),
  [],
  ["a"],
  [1, 256],
  {},
  new Uint8Array(2),
  1n,
]

const goldens = [...goldens2.client, ...goldens2.server, ...goldens1.encode].map(({ json }) => JSON.parse(json))

describe.each([
  ["version 1, to the server", [...V1.all.filter((message) => message !== V1.Connect), ConnectRequest], false],
  ["version 1, to the client", [...V1.all.filter((message) => message !== V1.Connect), ConnectReply], false],
  ["version 2, to the server", Client.all, true],
  ["version 2, to the client", Server.all, false],
] as const)("%s", (_, frames, strict) => {
  const decode = decoder(frames as ReadonlyArray<(typeof Client.all)[number]>, { strict })

  it("each field, whatever is in it, is taken exactly where its schema takes it, as the schema has it", () => {
    let taken = 0
    let refused = 0
    for (const schema of frames) {
      const type = schema.fields.type.literal
      const bySchema = Schema.decodeUnknownExit(schema as Schema.Codec<unknown>, {
        onExcessProperty: strict ? "error" : "ignore",
      })
      const whole: Record<string, unknown> = goldens.find((golden) => {
        return golden.type === type && Result.isSuccess(decode(golden))
      }) ?? { type }
      const candidates = Object.keys(schema.fields).flatMap((field) => [
        ...values.map((value) => ({ ...whole, [field]: value })),
        Object.fromEntries(Object.entries(whole).filter(([name]) => name !== field)),
      ])
      for (const candidate of [whole, { ...whole, surplus: 1 }, { ...whole, surplus: undefined }, ...candidates]) {
        if (candidate["type"] !== type) continue
        const expected = bySchema(candidate)
        const found = decode(candidate)
        if (Exit.isSuccess(expected)) {
          taken++
          assert.isTrue(Result.isSuccess(found), inspect(candidate))
          assert.deepStrictEqual<unknown>(Result.getOrThrow(found), expected.value)
        } else {
          refused++
          assert.isTrue(Result.isFailure(found), inspect(candidate))
        }
      }
    }
    assert.isAbove(taken, 50)
    assert.isAbove(refused, 200)
  })
})

describe("a field", () => {
  const taken = (schema: Schema.Top, values: ReadonlyArray<unknown>) => {
    const check = plainCheck(schema.ast)
    return check === undefined ? "by its schema" : values.filter(check)
  }

  it("is checked by its type and every filter", () => {
    assert.deepStrictEqual(taken(Schema.String, ["", 1, null]), [""])
    assert.deepStrictEqual(taken(Schema.Finite, [1, "1", Number.NaN, 1n]), [1])
    assert.deepStrictEqual(taken(Schema.Boolean, [true, false, 0, "true"]), [true, false])
    assert.deepStrictEqual(taken(Schema.Literal("a"), ["a", "b", 1]), ["a"])
    assert.deepStrictEqual(taken(Schema.Literals(["a", "b"]), ["a", "b", "c", 1]), ["a", "b"])
    assert.deepStrictEqual(taken(text, ["a", "\ud800", 1]), ["a"])
    assert.deepStrictEqual(taken(textUpTo(2), ["", "ab", "abc", "\ud800", 1]), ["", "ab"])
    assert.deepStrictEqual(
      taken(u32.check(Schema.isBetween({ minimum: 1, maximum: 5 })), [0, 1, 1.5, 5, 6, "3"]),
      [1, 5],
    )
    assert.deepStrictEqual(taken(Schema.Union([Schema.Literal("none"), u8]), ["none", 0, 255, 256, "0"]), [
      "none",
      0,
      255,
    ])
  })

  it("that takes more than that is left to its schema", () => {
    for (const schema of [
      Schema.Array(Schema.String),
      Schema.Struct({ a: Schema.String }),
      Schema.NullOr(u8),
      Schema.Union([Schema.String, Schema.Struct({})]),
      Schema.FiniteFromString,
      Schema.DurationFromMillis,
    ]) {
      assert.strictEqual(taken(schema, []), "by its schema")
    }
  })

  it("of a number holds what Rust's holds", () => {
    for (const [schema, maximum] of [
      [u8, 255],
      [u32, 4_294_967_295],
      [u64, Number.MAX_SAFE_INTEGER],
    ] as const) {
      assert.deepStrictEqual(taken(schema, [0, maximum, maximum + 1, -0, -1, 0.5, Number.NaN, "0"]), [0, maximum])
    }
  })
})

describe("a frame that is refused", () => {
  const Move = frame("Move", { description: "" }, { ref: optional(u64), to: text, by: optional(text) })
  const Stay = frame("Stay", { description: "" }, { ref: optional(u64) })
  const told = (value: unknown, options: { strict: boolean; positional?: boolean } = { strict: true }) =>
    Result.match(decoder([Move, Stay], options)(value), {
      onFailure: ({ field, kind, message, ref }) => ({ kind, field, message, ref }),
      onSuccess: (frame) => frame as unknown,
    })
  const wrongType = (message: string, ref?: number) => ({ kind: "UnknownType", field: "type", message, ref })

  it("is told what was wrong with its type", () => {
    for (const value of [null, undefined, 7, "Stay", true, ["Stay"], []]) {
      assert.deepStrictEqual<unknown>(told(value), wrongType("a frame is an object with a type"))
    }
    assert.deepStrictEqual<unknown>(told({ ref: 3 }), wrongType("missing field type", 3))
    assert.deepStrictEqual<unknown>(told({ type: 7, ref: 3 }), wrongType("type must be a string", 3))
    assert.deepStrictEqual<unknown>(told({ type: null }), wrongType("type must be a string"))
    assert.deepStrictEqual<unknown>(
      told({ type: "Go", ref: 0 }),
      wrongType("unknown type, expected one of Move, Stay", 0),
    )
    assert.deepStrictEqual<unknown>(
      told({ type: "Go", ref: -1 }),
      wrongType("unknown type, expected one of Move, Stay"),
    )
  })

  it("is told which field it was, and what was expected there", () => {
    const invalid = (field: string, message: string, ref?: number) => ({
      kind: "InvalidField",
      field,
      message: `Move.${field}: ${message}`,
      ref,
    })
    assert.deepStrictEqual<unknown>(told({ type: "Move", ref: 3 }), invalid("to", "Missing key", 3))
    assert.deepStrictEqual<unknown>(
      told({ type: "Move", to: "\ud800" }),
      invalid("to", "Expected text without lone surrogates"),
    )
    assert.deepStrictEqual<unknown>(told({ type: "Move", to: "a", ref: "3" }), invalid("ref", "Expected number"))
    assert.deepStrictEqual<unknown>(
      told({ type: "Move", to: "a", ref: 2 ** 53 }),
      invalid("ref", "Expected u64 that JavaScript can hold, an integer from 0 to 9007199254740991"),
    )
    assert.deepStrictEqual<unknown>(
      told({ type: "Move", to: "a", "b c": 1, ref: 3 }),
      invalid("b?c", "Expected no excess property", 3),
    )
  })

  it("as a list has as many fields as must be there at least, and all of them at most", () => {
    const listed = (value: unknown) => told(value, { strict: false, positional: true })
    const Both = decoder([frame("Both", { description: "" }, { a: text, b: text, c: optional(text) })], {
      strict: false,
      positional: true,
    })
    const both = (...rest: ReadonlyArray<string>) =>
      Result.match(Both(["Both", ...rest]), {
        onFailure: ({ message }) => message,
        onSuccess: (frame) => frame as unknown,
      })
    assert.deepStrictEqual(both("1"), "a frame is an object with a type")
    assert.deepStrictEqual(both("1", "2"), { type: "Both", a: "1", b: "2" })
    assert.deepStrictEqual(both("1", "2", "3"), { type: "Both", a: "1", b: "2", c: "3" })
    assert.deepStrictEqual(both("1", "2", "3", "4"), "a frame is an object with a type")
    assert.deepStrictEqual<unknown>(listed(["Stay", 3]), { type: "Stay", ref: 3 })
    assert.deepStrictEqual<unknown>(listed({ type: "Stay", ref: 3, more: 1 }), { type: "Stay", ref: 3 })
  })
})
