import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { FrameError } from "../FrameError.ts"
import { noFrame, unknownType, wrongField } from "./frameErrors.ts"
import { type Check, plainCheck } from "./plainCheck.ts"

/** A frame's schema: a struct with a literal `type`. */
type FrameStruct = Schema.Codec<{ readonly type: string }, { readonly type: string }> & {
  readonly fields: { readonly type: { readonly literal: string } } & Schema.Struct.Fields
}

type Decode = (value: unknown) => Exit.Exit<{ readonly type: string }, Schema.SchemaError>

interface Entry {
  readonly fields: ReadonlyArray<string>
  /** Undefined where only the schema can tell. */
  readonly plain: ReadonlyArray<PlainField> | undefined
  /** How many of them, from the first, a frame written as a list must have. */
  readonly listed: number
  readonly decode: Decode
}

interface PlainField {
  readonly name: string
  readonly isOptional: boolean
  readonly check: Check
}

/** How to check a frame field by field; undefined where one of them takes its schema. */
const plainFields = (fields: Schema.Struct.Fields): ReadonlyArray<PlainField> | undefined => {
  const plain: Array<PlainField> = []
  for (const [name, { ast }] of Object.entries(fields)) {
    const check = plainCheck(ast)
    if (check === undefined) return undefined
    plain.push({ name, isOptional: ast.context?.isOptional === true, check })
  }
  return plain
}

/** Whether a frame is all right as it is: each field as it should be, and no other fields. */
const isPlain = (frame: object, fields: ReadonlyArray<PlainField>): boolean => {
  let found = 0
  for (const { check, isOptional, name } of fields) {
    const value = (frame as Record<string, unknown>)[name]
    if (value === undefined) {
      if (!isOptional) return false
    } else {
      if (!check(value)) return false
      found++
    }
  }
  let all = 0
  for (const _ in frame) all++
  return all === found
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * The first thing that was wrong, by the field it was wrong in. The name of a surplus field comes from the peer: only
 * as much of it is repeated as is safe to log and to send.
 */
const firstIssue = (error: Schema.SchemaError): { readonly field: string; readonly message: string } => {
  const issue = format(error.issue).issues[0]!
  const field = (issue.path ?? [])
    .map((key) => String(typeof key === "object" ? key.key : key))
    .join(".")
    .replace(/[^\w.]/g, "?")
    .slice(0, 64)
  return { field, message: issue.message }
}

/**
 * A decoder for a set of frames told apart by `type`. Looking the type up first keeps it fast and
 * the errors clear: they are those of the one frame that was meant.
 */
export const decoder = <const Frames extends ReadonlyArray<FrameStruct>>(
  frames: Frames,
  options: {
    /** Refuse unknown fields. */
    readonly strict: boolean
    /** Also take `["Ping"]`, a frame as a list, as serde does. */
    readonly positional?: boolean
  },
): ((value: unknown) => Result.Result<Frames[number]["Type"], FrameError>) => {
  const entries = new Map<string, Entry>()
  for (const frame of frames) {
    const fields = Object.keys(frame.fields)
    entries.set(frame.fields.type.literal, {
      fields,
      plain: plainFields(frame.fields),
      listed: fields.filter((field) => frame.fields[field]!.ast.context?.isOptional !== true).length,
      decode: Schema.decodeUnknownExit(frame, { onExcessProperty: options.strict ? "error" : "ignore" }),
    })
  }
  const types = [...entries.keys()]

  return (value) => {
    if (typeof value !== "object" || value === null) return Result.fail(noFrame())
    let candidate = value as { readonly type?: unknown }
    if (Array.isArray(value)) {
      const entry = options.positional === true ? entries.get(value[0]) : undefined
      if (entry === undefined || value.length < entry.listed || value.length > entry.fields.length) {
        return Result.fail(noFrame())
      }
      candidate = Object.fromEntries(value.map((item: unknown, index) => [entry.fields[index]!, item]))
    }
    const { type } = candidate
    const entry = typeof type === "string" ? entries.get(type) : undefined
    if (typeof type !== "string" || entry === undefined) return Result.fail(unknownType(candidate, types))
    // Nearly always. Whatever is wrong, the schema says it best.
    if (entry.plain !== undefined && isPlain(candidate, entry.plain)) {
      return Result.succeed(candidate as Frames[number]["Type"])
    }
    const exit = entry.decode(candidate)
    if (Exit.isSuccess(exit)) return Result.succeed(exit.value)
    const reason = exit.cause.reasons[0]
    if (reason?._tag !== "Fail") throw new Error("a frame's schema must not die", { cause: exit.cause })
    const { field, message } = firstIssue(reason.error)
    return Result.fail(wrongField(candidate, type, field, message))
  }
}

/** An encoder for a set of frames: fields in the order of the schema, nothing but its fields. */
export const encoder = <const Frames extends ReadonlyArray<FrameStruct>>(
  frames: Frames,
): ((frame: Frames[number]["Type"]) => Frames[number]["Encoded"]) => {
  const encoders = new Map<string, (frame: Frames[number]["Type"]) => Frames[number]["Encoded"]>()
  for (const frame of frames) encoders.set(frame.fields.type.literal, Schema.encodeSync(frame))
  // A frame's type is known to be one of them: TypeScript saw to it.
  return (frame) => encoders.get(frame.type)!(frame)
}
