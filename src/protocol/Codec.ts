/** A codec turns a plain value into a frame's body and back. It knows nothing of which frames there are. */
import * as MessagePack from "@msgpack/msgpack"
import * as Result from "effect/Result"
import { maxDepth } from "../domain/Limits.ts"
import { FrameError } from "./FrameError.ts"
import type { FrameMemory } from "./internal/FrameMemory.ts"
import { unpack } from "./internal/unpack.ts"

export interface Codec {
  readonly name: "json" | "msgpack"
  readonly encode: (value: unknown) => Uint8Array
  /** Writes into shared memory, with so much room for a header in front; says where the body ends. */
  readonly write: (value: unknown, memory: FrameMemory, room: number) => number
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

const packer = new MessagePack.Encoder({ ignoreUndefined: true })

export const messagePack: Codec = {
  name: "msgpack",
  encode: (value) => packer.encode(value),
  write: (value, memory, room) => memory.writeBytes(packer.encodeSharedRef(value), room),
  decode: (body) => {
    try {
      return Result.succeed(unpack(body))
    } catch (error) {
      if (error instanceof FrameError) return Result.fail(error)
      throw error
    }
  },
}
