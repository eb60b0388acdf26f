/**
 * Hostile byte streams from a seed: frames made from the schemas, bent, damaged, with lying lengths and cut into pieces,
 * and bytes that were never a frame. The same seed gives the same stream.
 */
import { deflate } from "../transport/Zlib.ts"
import { Dice } from "./Dice.ts"
import * as Hostile from "./internal/hostile.ts"
import { hostileBody } from "./internal/hostileBody.ts"

/** What both sides agreed on before the stream begins, as far as its author cares. */
export type Opening = "version 1" | "json" | "msgpack" | "json, compressed" | "msgpack, compressed"

export interface HostileStream {
  readonly seed: number
  readonly opening: Opening
  /** Less than a megabyte, in the pieces in which it should arrive. */
  readonly chunks: ReadonlyArray<Uint8Array>
}

/** Stands in the streams wherever something private would: an answer that repeats it has leaked. */
export const secret = Hostile.secret

const openings: ReadonlyArray<Opening> = ["version 1", "json", "msgpack", "json, compressed", "msgpack, compressed"]

const compressed = (body: Uint8Array, dice: Dice): Uint8Array => {
  const content = dice.once(20) ? new Uint8Array(dice.pick([1000, 100_000, 1_000_000])) : body
  const mark = dice.once(20) ? dice.bits() : dice.once(2) ? 0 : 1
  const packed = mark === 1 ? Hostile.damage(deflate.compress(content), dice) : body
  return new Uint8Array([mark, ...packed])
}

/** One frame as it goes out, header and all. */
const hostileFrame = (opening: Opening, dice: Dice): Uint8Array => {
  if (dice.once(15)) return Hostile.junk(dice)
  const format = opening.startsWith("msgpack") ? "msgpack" : "json"
  const body = hostileBody(opening === "version 1" ? 1 : 2, format, dice)
  return Hostile.lie(opening.endsWith("compressed") ? compressed(body, dice) : body, dice)
}

/** The hostile stream of a seed, an unsigned integer of 32 bits. */
export const stream = (seed: number): HostileStream => {
  const dice = new Dice(seed)
  const opening = dice.pick(openings)
  const frames = Array.from({ length: 1 + dice.below(6) }, () => hostileFrame(opening, dice))
  const bytes = new Uint8Array(frames.reduce((length, frame) => length + frame.byteLength, 0))
  let at = 0
  for (const frame of frames) {
    bytes.set(frame, at)
    at += frame.byteLength
  }
  const end = dice.once(4) ? dice.below(bytes.byteLength) : bytes.byteLength
  return { seed, opening, chunks: Hostile.split(bytes.subarray(0, end), dice) }
}
