/** What is done to a frame before it is written, and to its bytes behind that. */
import * as MessagePack from "@msgpack/msgpack"
import { maxDepth, maxFrameBytes, maxInteger } from "../../domain/Limits.ts"
import { frame, headerBytes } from "../../protocol/Framing.ts"
import type { Dice } from "../Dice.ts"

type Fields = Record<string, unknown>
export type Format = "json" | "msgpack"

/** Stands for what is private in a frame: no answer may repeat it. */
export const secret = "canary5ecret"

const nested = (levels: number, asMap: boolean): unknown => {
  let value: unknown = secret
  for (let level = 0; level < levels; level++) value = asMap ? { a: value } : [value]
  return value
}

/** Values that no field, or hardly one, is meant for. */
const values: ReadonlyArray<(dice: Dice) => unknown> = [
  () => null,
  () => true,
  () => "",
  () => secret,
  () => [secret],
  () => ({ type: secret }),
  () => [],
  () => ({}),
  () => 0,
  () => -0,
  () => -1,
  () => 1.5,
  () => 2 ** 32,
  () => maxInteger,
  () => maxInteger + 1,
  () => 2 ** 64,
  () => -(2 ** 63),
  () => 1e308,
  () => "\ud800",
  () => `${secret}\udfff`,
  () => "\u0000",
  () => "\u202e\u200b\ufeff",
  () => "__proto__",
  (dice) => secret.repeat(dice.below(200)),
  (dice) => "x".repeat(dice.pick([64, 65, 128, 129, 256, 257, 1024, 1025, 60_000])),
  (dice) => nested(dice.pick([1, 2, maxDepth - 1, maxDepth, maxDepth + 1, 100, 1000]), dice.once(2)),
  (dice) => Array.from({ length: dice.below(2000) }, () => dice.below(300) - 20),
  (dice) => Array.from({ length: dice.below(200) }, () => secret),
]

/** Fields that no frame has, or that mean something elsewhere. */
const names = [
  "__proto__",
  "constructor",
  "toString",
  "type",
  "ref",
  "",
  " ",
  "\u0000",
  "\ud800",
  "a".repeat(300),
  "é<b>",
  "0",
]

const types = ["Login", "Connect", "Publish", "Message", "Ok", "ping", "", "__proto__", "constructor", "Ping\u0000"]

const setField = (fields: Fields, name: string, value: unknown) =>
  Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })

const shapes: ReadonlyArray<(fields: Fields, dice: Dice) => unknown> = [
  (fields) => fields,
  (fields, dice) => {
    delete fields[dice.pick(Object.keys(fields))]
    return fields
  },
  (fields, dice) => setField(fields, dice.pick(names), dice.pick(values)(dice)),
  (fields, dice) => setField(fields, dice.pick(Object.keys(fields)), dice.pick(values)(dice)),
  (fields, dice) => setField(fields, dice.pick(Object.keys(fields)), dice.pick(values)(dice)),
  (fields, dice) => setField(fields, "type", dice.pick(types)),
  (fields, dice) => {
    const [a, b] = [dice.pick(Object.keys(fields)), dice.pick(Object.keys(fields))]
    return { ...fields, [a]: fields[b], [b]: fields[a] }
  },
  (fields) => Object.values(fields),
  (fields, dice) => Object.values(fields).slice(0, dice.below(4)),
  (fields) => [fields],
  (_, dice) => dice.pick(values)(dice),
]

/** The frame, bent out of shape some times. */
export const bend = (sent: object, dice: Dice): unknown => {
  let value: unknown = { ...sent }
  for (let times = dice.below(4); times > 0; times--) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0) break
    value = dice.pick(shapes)(value as Fields, dice)
  }
  return value
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

// A library for all there is in MessagePack, not our codec for what there is in frames.
const msgpack = (value: unknown): Uint8Array => MessagePack.encode(value, { maxDepth: 10_000, ignoreUndefined: true })

/** The value as a body, in a form that most of the time is right. */
export const write = (value: unknown, format: Format): Uint8Array => (format === "json" ? json(value) : msgpack(value))

const splice = (bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array => {
  const rest = bytes.subarray(Math.min(bytes.byteLength, at + removed))
  const out = new Uint8Array(at + inserted.byteLength + rest.byteLength)
  out.set(bytes.subarray(0, at))
  out.set(inserted, at)
  out.set(rest, at + inserted.byteLength)
  return out
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content)

/** Pieces that mean something to one decoder or the other. */
const pieces: ReadonlyArray<(dice: Dice) => Uint8Array> = [
  (dice) => dice.bytes(dice.below(16)),
  (dice) => text("[".repeat(dice.pick([1, 31, 32, 33, 5000]))),
  (dice) => text('{"a":'.repeat(dice.pick([1, 33, 5000]))),
  (dice) => new Uint8Array(dice.pick([1, 33, 5000])).fill(dice.pick([0x91, 0x81, 0xdc, 0xdd, 0xdf, 0xc1, 0xff])),
  () => text('"type":"Ping",'),
  () => text("1".repeat(400)),
  () => text("-"),
  () => text("\\ud800"),
  () => Uint8Array.of(0xed, 0xa0, 0x80),
  () => Uint8Array.of(0xc0, 0xaf),
  () => Uint8Array.of(0xc7, 0xff, 0xff),
  () => Uint8Array.of(0xdd, 0x7f, 0xff, 0xff, 0xff),
  () => Uint8Array.of(0xdc, 0x7f, 0xff, 0xdc, 0x7f, 0xff),
  () => Uint8Array.of(0xd6, 0xff, 0, 0, 0, 0),
  () => Uint8Array.of(0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
]

/** The bytes, damaged some times. */
export const damage = (body: Uint8Array, dice: Dice): Uint8Array => {
  let bytes: Uint8Array = body.slice()
  for (let times = dice.once(2) ? dice.below(4) : 0; times > 0 && bytes.byteLength > 0; times--) {
    const at = dice.below(bytes.byteLength)
    const kind = dice.below(6)
    if (kind < 2) bytes[at]! ^= 1 << dice.below(8)
    else if (kind === 2) bytes = bytes.slice(0, at)
    else if (kind === 3) bytes = splice(bytes, at, dice.below(8), new Uint8Array(0))
    else if (kind === 4) bytes = splice(bytes, at, dice.below(4), dice.pick(pieces)(dice))
    else bytes = splice(bytes, at, 0, bytes.slice(0, dice.below(bytes.byteLength)))
  }
  return bytes.subarray(0, maxFrameBytes * 2)
}

/** The body with a length before it that is right most of the time. */
export const lie = (body: Uint8Array, dice: Dice): Uint8Array => {
  if (dice.once(40)) return body
  const framed = frame(body)
  if (!dice.once(12)) return framed
  const length = dice.pick([
    0,
    body.byteLength - 1,
    body.byteLength + 1,
    maxFrameBytes,
    maxFrameBytes + 1,
    0x7fff_ffff,
    0xffff_ffff,
    dice.bits(),
  ])
  new DataView(framed.buffer, framed.byteOffset).setUint32(0, length >>> 0)
  return dice.once(4) ? framed.subarray(0, headerBytes) : framed
}

/** Bytes that were never a frame. */
export const junk = (dice: Dice): Uint8Array =>
  dice.pick([
    () => dice.bytes(dice.below(300)),
    () => new Uint8Array(dice.below(2000)),
    () => new Uint8Array(dice.below(2000)).fill(0xff),
    () => text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    () => text("SSH-2.0-OpenSSH_9.6\r\n"),
    () => Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03),
    () => frame(dice.bytes(1 + dice.below(200))),
  ])()

/** The bytes in pieces: at once, one by one, or cut anywhere. */
export const split = (bytes: Uint8Array, dice: Dice): ReadonlyArray<Uint8Array> => {
  if (dice.once(3)) return [bytes]
  const longest = dice.pick([1, 3, 64, 2000, 20_000])
  const chunks: Array<Uint8Array> = []
  for (let at = 0; at < bytes.byteLength;) {
    // One by one only for a while: the same again costs time and finds nothing.
    const length = chunks.length > 500 ? bytes.byteLength : 1 + dice.below(longest)
    chunks.push(bytes.slice(at, at + length))
    at += length
  }
  return chunks
}
