/**
 * Reads frames without `effect/Schema`, which is larger than all else that a page needs. What is read is what the schemas
 * say: the tables of frames are made of them (`v2/plainServerFrames`, `v2/plainClientFrames`), and tests hold both to the same.
 */
import * as Result from "effect/Result"
import { maxInteger } from "../../domain/Limits.ts"
import * as Rules from "../../domain/Rules.ts"
import type { FrameError } from "../FrameError.ts"
import { unknownType, wrongField } from "./frameErrors.ts"
import * as numbers from "./numbers.ts"

/** What is wrong, and in which field. */
export class Wrong extends Error {
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** Gives what it has read, without what it does not know; throws what is `Wrong`. */
export type Read = (value: unknown, field: string) => unknown

/** How each field is read, in the order of the wire; `name?` may be left out. */
export type Fields = Readonly<Record<string, Read>>

const expected = (field: string, what: string) => new Wrong(field, `Expected ${what}`)

const below = (field: string, name: string | number) => (field === "" ? String(name) : `${field}.${name}`)

type Kinds = { readonly string: string; readonly number: number; readonly boolean: boolean }

const of =
  <const Kind extends keyof Kinds>(
    kind: Kind,
    ...rules: ReadonlyArray<{ readonly expected: string; readonly holds: (value: Kinds[Kind]) => boolean }>
  ): Read =>
  (value, field) => {
    if (typeof value !== kind) throw expected(field, kind)
    for (const rule of rules) if (!rule.holds(value as Kinds[Kind])) throw expected(field, rule.expected)
    return value
  }

export const boolean = of("boolean")

const between = (minimum: number, maximum: number) => ({
  expected: `a value between ${minimum} and ${maximum}`,
  holds: (n: number) => n >= minimum && n <= maximum,
})
export const u32 = of("number", numbers.u32)
export const u32Between = (minimum: number, maximum: number) => of("number", numbers.u32, between(minimum, maximum))
export const u64 = of("number", numbers.u64)
export const seq = of("number", { expected: "an integer", holds: Number.isSafeInteger }, between(0, maxInteger))

const wellFormed = { expected: "text without lone surrogates", holds: (text: string) => text.isWellFormed() }
export const text = of("string", wellFormed)
export const textUpTo = (maxLength: number) =>
  of("string", wellFormed, {
    expected: `a value with a length of at most ${maxLength}`,
    holds: (text) => text.length <= maxLength,
  })

export const addressRange = of("string", Rules.addressRange)
export const channelId = of("string", Rules.channelId)
export const channelName = of("string", Rules.channelName)
export const fileId = of("string", Rules.fileId)
export const historyId = of("string", Rules.historyId)
export const messageId = of("string", Rules.messageId)
export const sha256 = of("string", Rules.sha256)
export const statusText = of("string", Rules.statusText)
export const topic = of("string", Rules.topic)
export const userId = of("string", Rules.userId)
export const username = of("string", Rules.username)

export const bytes: Read = (value, field) => {
  if (value instanceof Uint8Array) return value
  throw expected(field, "bytes, in base64 where the frame is JSON")
}

export const oneOf =
  (...values: ReadonlyArray<string | true | null>): Read =>
  (value, field) => {
    if (values.includes(value as string)) return value
    throw expected(field, values.map((value) => JSON.stringify(value)).join(" | "))
  }

export const list =
  (item: Read, maxLength = Number.POSITIVE_INFINITY): Read =>
  (value, field) => {
    if (!Array.isArray(value)) throw expected(field, "array")
    if (value.length > maxLength) throw expected(field, `a value with a length of at most ${maxLength}`)
    return value.map((one, at) => item(one, below(field, at)))
  }

/** An object with these fields. */
export const struct = (fields: Fields): Read => {
  const entries = Object.entries(fields).map(([name, read]) => {
    const isOptional = name.endsWith("?")
    return { name: isOptional ? name.slice(0, -1) : name, isOptional, read }
  })
  return (value, field) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw expected(field, "object")
    const found: Record<string, unknown> = {}
    for (const { isOptional, name, read } of entries) {
      const given = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
      if (given !== undefined) found[name] = read(given, below(field, name))
      else if (!isOptional) throw new Wrong(below(field, name), "Missing key")
    }
    return found
  }
}

/** Objects with these fields by their `type`, which each has before all others. */
export type Types = Readonly<Record<string, Fields>>

const reads = (types: Types): ReadonlyMap<unknown, Read> =>
  new Map(Object.entries(types).map(([type, fields]) => [type, struct({ type: oneOf(type), ...fields })]))

const typeOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "type")
    ? (value as { readonly type: unknown }).type
    : undefined

/** One of several objects, told apart by `type`. */
export const tagged = (types: Types): Read => {
  const byType = reads(types)
  return (value, field) => {
    const read = byType.get(typeOf(value))
    if (read === undefined) throw expected(field, `an object with a type: ${[...byType.keys()].join(", ")}`)
    return read(value, field)
  }
}

/** Gives a frame without what it does not know, its fields in their order; or what is wrong in which field. */
export const reader = <Frame extends { readonly type: string }>(types: Types) => {
  const read = tagged(types)
  return (value: unknown): Result.Result<Frame, Wrong> => {
    try {
      return Result.succeed(read(value, "") as Frame)
    } catch (error) {
      if (error instanceof Wrong) return Result.fail(error)
      throw error
    }
  }
}

/** The same for a frame that comes from the other side. */
export const decoder = <Frame extends { readonly type: string }>(types: Types) => {
  const read = reader<Frame>(types)
  return (value: unknown): Result.Result<Frame, FrameError> => {
    const type = typeOf(value)
    return typeof type === "string" && Object.hasOwn(types, type)
      ? Result.mapError(read(value), ({ field, message }) => wrongField(value as object, type, field, message))
      : Result.fail(unknownType(value, Object.keys(types)))
  }
}

/** For frames that are right already: throws where one is not. */
export const encoder = <Frame extends { readonly type: string }>(types: Types) => {
  const read = tagged(types)
  return (frame: Frame): unknown => read(frame, "")
}
