import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import { type NumberRule, u32 as ruleOfU32, u64 as ruleOfU64, u8 as ruleOfU8 } from "./numbers.ts"

const integer = (title: string, { expected, holds, maximum }: NumberRule) =>
  Schema.Finite.check(
    Schema.makeFilter<number>(holds, {
      title,
      expected,
      toJsonSchema: () => ({ type: "integer", minimum: 0, maximum }),
      arbitraryConstraint: { number: "integer", order: Order.Number, minimum: 0, maximum },
    }),
  )

/** Rust's u8, u32 and u64. A u64 beyond 2^53-1 would lose digits here, so it is refused. */
export const u8 = integer("u8", ruleOfU8)
export const u32 = integer("u32", ruleOfU32)
export const u64 = integer("u64", ruleOfU64)

/** Text whose surrogates are paired: Rust's strings cannot hold a lone one, and UTF-8 cannot carry it. */
export const text = Schema.String.check(
  Schema.makeFilter<string>((s) => s.isWellFormed(), {
    title: "text",
    expected: "text without lone surrogates",
    toJsonSchema: () => [{}, true],
    arbitraryConstraint: {
      patterns: [{ source: "^(?:[\\u{0}-~]|[\\u{7f}-\\u{d7ff}\\u{e000}-\\u{10ffff}])*$", flags: "u" }],
    },
  }),
)

/** Text of a bounded length, in UTF-16 units. */
export const textUpTo = (maxLength: number) => text.check(Schema.isMaxLength(maxLength, { title: "text" }))

/** Bytes: in MessagePack as they are, in JSON as base64 (`internal/bytesInJson`). */
export const bytes = Schema.Uint8Array.annotate({
  title: "bytes",
  expected: "bytes, in base64 where the frame is JSON",
})

/** Milliseconds since 1970, UTC. */
export const timestamp = u64

/** A field with its line in the protocol's reference. */
export const field = <S extends Schema.Top>(schema: S, description: string) =>
  schema.pipe(Schema.annotateKey({ description }))

/** A field that may be left out. */
export const optional = <S extends Schema.Top>(schema: S, description?: string) =>
  Schema.optionalKey(schema).pipe(Schema.annotateKey({ description }))
