/** A codec turns a plain value into a frame's body and back. It knows nothing of which frames there are. */
import * as MessagePack from "@msgpack/msgpack"
import * as Result from "effect/Result"
import { maxDepth } from "../domain/Limits.ts"
import { FrameError } from "./FrameError.ts"
import type { FrameMemory } from "./FrameMemory.ts"
import { unpack } from "./internal/unpack.ts"

/** A list that was written already, in one codec. */
export type EncodedList = string | Uint8Array

export interface Codec {
  readonly name: "json" | "msgpack"
  readonly encode: (value: unknown) => Uint8Array
  /** Writes into shared memory, with so much room for a header in front; says where the body ends. */
  readonly write: (value: unknown, memory: FrameMemory, room: number) => number
  /** A list as it lies in what is written, so that it need not be written anew for each who gets the same one. */
  readonly prepare: (list: ReadonlyArray<unknown>) => EncodedList
  /** The same as `write` for a value whose field of this name, which is empty there, is a prepared list. */
  readonly writeWith: (value: unknown, field: string, list: EncodedList, memory: FrameMemory, room: number) => number
  readonly decode: (body: Uint8Array) => Result.Result<unknown, FrameError>
}

/** The recursion is bounded by the limit it checks. */
const deeperThan = (value: unknown, levels: number): boolean => {
  if (typeof value !== "object" || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((item) => deeperThan(item, levels - 1))
  for (const key in value) {
    if (deeperThan((value as Record<string, unknown>)[key], levels - 1)) return true
  }
  return false
}

const checkDepth = (value: unknown): Result.Result<unknown, FrameError> =>
  deeperThan(value, maxDepth)
    ? Result.fail(new FrameError({ kind: "TooDeep", message: `nested deeper than ${maxDepth} levels` }))
    : Result.succeed(value)

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

export const json: Codec = {
  name: "json",
  encode: (value) => encoder.encode(JSON.stringify(value)),
  write: (value, memory, room) => memory.writeText(JSON.stringify(value), room),
  prepare: (list) => JSON.stringify(list),
  writeWith: (value, field, list, memory, room) =>
    // Text that a value contains has its quotes escaped, so these characters can only be the field.
    memory.writeText(
      JSON.stringify(value).replace(`"${field}":[]`, () => `"${field}":${list as string}`),
      room,
    ),
  decode: (body) => {
    let text: string
    try {
      text = decoder.decode(body)
    } catch {
      return Result.fail(new FrameError({ kind: "InvalidUtf8", message: "the frame is not UTF-8" }))
    }
    try {
      return checkDepth(JSON.parse(text))
    } catch {
      return Result.fail(new FrameError({ kind: "InvalidJson", message: "the frame is not JSON" }))
    }
  },
}

/**
 * Where the value of a field with a short name begins. The name is preceded by a byte that no text can contain in front of
 * it, and no number is as long as the two.
 */
const endOfField = (bytes: Uint8Array, field: string): number => {
  const name = Uint8Array.of(0xa0 + field.length, ...encoder.encode(field), 0x90)
  for (let at = 0; at + name.length <= bytes.length; at++) {
    if (name.every((byte, n) => bytes[at + n] === byte)) return at + name.length - 1
  }
  throw new Error(`there is no empty list "${field}" in what was written`)
}

const packer = new MessagePack.Encoder({ ignoreUndefined: true })

const none = new Uint8Array(0)
/** Bytes up to so many may as well be copied once more. */
const short = 1024

/** The bytes of a part of a file, where the value is a frame that ends with them. */
const longData = (value: unknown): Uint8Array | undefined => {
  if (typeof value !== "object" || value === null || !("data" in value)) return undefined
  const { data } = value
  return data instanceof Uint8Array && data.byteLength > short && Object.keys(value).at(-1) === "data"
    ? data
    : undefined
}

/** Writes such a frame: the packer would copy its bytes to memory of its own first, which grows to hold them. */
const writeWithBytes = (value: unknown, data: Uint8Array, memory: FrameMemory, room: number): number => {
  const empty = packer.encodeSharedRef({ ...(value as object), data: none })
  // What stands for no bytes are two.
  const end = empty.length - 2
  const length = data.byteLength
  const head =
    length < 0x1_0000
      ? Uint8Array.of(0xc5, length >>> 8, length)
      : Uint8Array.of(0xc6, length >>> 24, length >>> 16, length >>> 8, length)
  memory.reserve(room + end + head.length + length)
  memory.writeBytes(empty.subarray(0, end), room)
  memory.writeBytes(head, room + end)
  return memory.writeBytes(data, room + end + head.length)
}

export const messagePack: Codec = {
  name: "msgpack",
  encode: (value) => packer.encode(value),
  write: (value, memory, room) => {
    const data = longData(value)
    return data === undefined
      ? memory.writeBytes(packer.encodeSharedRef(value), room)
      : writeWithBytes(value, data, memory, room)
  },
  prepare: (list) => packer.encode(list),
  writeWith: (value, field, list, memory, room) => {
    const empty = packer.encodeSharedRef(value)
    const at = endOfField(empty, field)
    memory.reserve(room + empty.length + list.length)
    memory.writeBytes(empty.subarray(0, at), room)
    memory.writeBytes(list as Uint8Array, room + at)
    // What stands for the empty list is one byte.
    return memory.writeBytes(empty.subarray(at + 1), room + at + list.length)
  },
  decode: (body) => {
    try {
      return Result.succeed(unpack(body))
    } catch (error) {
      if (error instanceof FrameError) return Result.fail(error)
      throw error
    }
  },
}
