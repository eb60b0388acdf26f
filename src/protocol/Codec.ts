/** A codec turns a plain value into a frame's body and back. It knows nothing of which frames there are. */
import * as MessagePack from "@msgpack/msgpack"
import * as Result from "effect/Result"
import { maxDepth } from "../domain/Limits.ts"
import { FrameError } from "./FrameError.ts"
import { unpack } from "./internal/unpack.ts"

export interface Codec {
  readonly name: "json" | "msgpack"
  /** `room` bytes are left in front, for a header: its writer need not copy what is behind it. */
  readonly encode: (value: unknown, room?: number) => Uint8Array
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
// One longer text at a time passes through here: encodeInto is several times faster than encode.
const scratch = new Uint8Array(64 * 1024)

/** To be written to. A `Buffer` where there is such a thing: a socket would make one of it. */
const allocate = (bytes: number): Uint8Array => globalThis.Buffer?.allocUnsafeSlow(bytes) ?? new Uint8Array(bytes)

// Short frames lie one behind the other: memory costs more to get than to write. A frame that has to stay keeps all
// those beside it, so they are not many.
const sharedBytes = 4096
let shared = allocate(sharedBytes)
let used = 0

/** A copy, with so many bytes in front of it. */
const behind = (room: number, bytes: Uint8Array): Uint8Array => {
  const whole = allocate(room + bytes.byteLength)
  whole.set(bytes, room)
  return whole
}

/** The text as UTF-8, with so many bytes in front of it; `most` is the most it can come to. */
const beside = (room: number, text: string, most: number): Uint8Array => {
  if (used + most > sharedBytes) {
    shared = allocate(sharedBytes)
    used = 0
  }
  const start = used
  used += room + encoder.encodeInto(text, shared.subarray(start + room)).written
  return shared.subarray(start, used)
}

export const json: Codec = {
  name: "json",
  encode: (value, room = 0) => {
    const text = JSON.stringify(value)
    const most = room + text.length * 3
    if (most <= sharedBytes / 2) return beside(room, text, most)
    if (most > scratch.byteLength) return behind(room, encoder.encode(text))
    return behind(room, scratch.subarray(0, encoder.encodeInto(text, scratch).written))
  },
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
  encode: (value, room = 0) => behind(room, packer.encodeSharedRef(value)),
  decode: (body) => {
    try {
      return Result.succeed(unpack(body))
    } catch (error) {
      if (error instanceof FrameError) return Result.fail(error)
      throw error
    }
  },
}
