/**
 * Hostile calls of gRPC, gRPC-Web and Connect from a seed: as a library would make them, with metadata and messages bent; or
 * frame by frame, with what no library says between. The same seed gives the same.
 */
import { type DescField, type DescMessage, type DescMethod, ScalarType } from "@bufbuild/protobuf"
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import * as zlib from "node:zlib"
import { Health } from "../grpc/generated/grpc/health/v1/health_pb.ts"
import { ServerReflection } from "../grpc/generated/grpc/reflection/v1/reflection_pb.ts"
import { Chat } from "../grpc/generated/natter/v1/chat_pb.ts"
import { Dice } from "./Dice.ts"
import { block, endHeaders, endStream, enveloped, frame, opening, Type, uint32 } from "./Http2Frames.ts"
import * as Hostile from "./internal/hostile.ts"
import { hostileJson } from "./internal/hostileJson.ts"

/** A call over a stream of its own. */
export interface HostileCall {
  readonly headers: Readonly<Record<string, string>>
  readonly pieces: ReadonlyArray<Uint8Array>
  /** It says that this is all, takes the call back, or says nothing more. */
  readonly ending: "end" | "reset" | "silence"
}

export type HostileCalls =
  | { readonly seed: number; readonly kind: "calls"; readonly calls: ReadonlyArray<HostileCall> }
  /** Less than a megabyte, in the pieces in which it should arrive. */
  | { readonly seed: number; readonly kind: "frames"; readonly chunks: ReadonlyArray<Uint8Array> }

/** Stands wherever somebody proves who it is: an answer that repeats it has leaked. */
export const secret = `nat_${Hostile.secret}`

const methods: ReadonlyArray<DescMethod> = [...Chat.methods, ...Health.methods, ...ServerReflection.methods]

const oddPaths = [
  "/",
  "*",
  "/natter.v1.Chat/",
  "/natter.v1.Chat/Frob",
  "/natter.v1.Chat/constructor",
  "/natter.v1.Chat//Publish",
  "/natter.v1.Chat/Publish?x=y",
  "/natter.v1.Chat/%50ublish",
  "//natter.v1.Chat/Publish",
  "/api/v1/channels",
  `/${"a".repeat(5000)}`,
]

const texts: ReadonlyArray<(dice: Dice) => string> = [
  (dice) => dice.pick(["den", "lobby", "@ann", "ann", "public", "member", "hello", "+1", "disk", "a b", "away"]),
  (dice) => `id-${dice.below(1000)}`,
  () => "",
  () => Hostile.secret,
  () => "\u0000",
  () => "\u202e\u200b\ufeff",
  () => "__proto__",
  (dice) => "x".repeat(dice.pick([64, 65, 257, 1025, 60_000])),
]

const numbers = [0n, 1n, 2n, 50n, 1n << 31n, (1n << 32n) - 1n, 1n << 53n, (1n << 63n) - 1n, (1n << 64n) - 1n]

const value = (writer: BinaryWriter, field: DescField, dice: Dice, depth: number): void => {
  const { message, number: no } = field
  const odd = dice.once(40)
  if (odd) {
    // Another kind than it is.
    writer.tag(no, dice.pick([WireType.Varint, WireType.Bit32, WireType.StartGroup, WireType.EndGroup])).uint32(1)
  } else if (message !== undefined) {
    writer.tag(no, WireType.LengthDelimited).bytes(depth === 0 ? new Uint8Array(0) : written(message, dice, depth - 1))
  } else if (field.scalar === ScalarType.STRING) {
    const text = dice.pick(texts)(dice)
    // Of bytes, so that it may be no UTF-8.
    writer.tag(no, WireType.LengthDelimited).bytes(dice.once(30) ? dice.bytes(5) : Buffer.from(text))
  } else if (field.scalar === ScalarType.BYTES) {
    writer.tag(no, WireType.LengthDelimited).bytes(dice.bytes(dice.below(200)))
  } else writer.tag(no, WireType.Varint).uint64(dice.pick(numbers))
}

/** A message by its descriptor, with values for which its fields are not meant all of the time. */
const written = (message: DescMessage, dice: Dice, depth = 3): Uint8Array => {
  const writer = new BinaryWriter()
  // Of those that are one of many only a few.
  const many = message.fields.length > 12
  for (const field of message.fields) {
    if (many ? !dice.once(message.fields.length) : dice.once(4)) continue
    for (let times = field.fieldKind === "list" ? dice.below(4) : dice.once(20) ? 2 : 1; times > 0; times--) {
      value(writer, field, dice, depth)
    }
  }
  return writer.finish()
}

const types = {
  grpc: ["application/grpc", "application/grpc+proto", "application/grpc+json"],
  web: ["application/grpc-web", "application/grpc-web+proto", "application/grpc-web+json", "application/grpc-web-text"],
  connect: ["application/proto", "application/json", "application/connect+proto", "application/connect+json"],
  odd: ["", "text/plain", "application/grpc+xml", "application/x", "application/grpc;charset=\xff", "application/GRPC"],
} as const

/** Metadata that something here looks at, with values that it knows and that it does not. */
const metadata: ReadonlyArray<readonly [name: string, values: ReadonlyArray<string>]> = [
  ["authorization", [`Bearer ${secret}`, `Basic ${secret}`, "Bearer", "Bearer a.b.c", `Bearer ${"x".repeat(5000)}`]],
  ["grpc-timeout", ["1S", "5m", "0n", "99999999H", "-1S", "1x", "", "999999999S"]],
  ["connect-timeout-ms", ["5", "1000", "0", "soon", "99999999999"]],
  ["connect-protocol-version", ["1", "2", ""]],
  ["grpc-encoding", ["identity", "gzip", "br", ""]],
  ["grpc-accept-encoding", ["gzip", "identity,gzip", ",,", "frob"]],
  ["content-encoding", ["gzip", "identity", "frob"]],
  ["connect-content-encoding", ["gzip", "identity", "frob"]],
  ["connect-accept-encoding", ["gzip", "frob"]],
  ["x-bin", ["AAAA", "???", "="]],
  ["grpc-tags-bin", ["%%%"]],
  ["origin", ["https://evil.example", "null", ""]],
  ["x-grpc-web", ["1"]],
  ["te", ["trailers", "gzip"]],
  ["forwarded", ["for=192.0.2.1", "for="]],
  ["content-length", ["0", "5", "99999"]],
  ["x", ["y".repeat(3000)]],
]

const headersOf = (path: string, type: string, credential: string, dice: Dice): Record<string, string> => {
  const headers: Record<string, string> = {
    ":method": dice.once(40) ? dice.pick(["GET", "PUT", "OPTIONS", "FROB"]) : "POST",
    ":path": path,
    "content-type": type,
  }
  if (dice.once(2)) headers["authorization"] = `Bearer ${credential}`
  for (let times = dice.below(4); times > 0; times--) {
    const [name, values] = dice.pick(metadata)
    headers[name] = dice.pick(values)
  }
  return headers
}

const lengths = [0, 1, 0xffff, 0x10_0000, 0x10_0001, 0x7fff_ffff, 0xffff_ffff]

/** A message in front of which its length is said, which is right most of the time. */
const inEnvelope = (body: Uint8Array, headers: Readonly<Record<string, string>>, dice: Dice): Uint8Array => {
  const isPacked = dice.once(headers["grpc-encoding"] === "gzip" ? 2 : 20)
  const content = isPacked ? packed(body, dice) : body
  const flags = dice.once(40) ? dice.bits() & 0xff : isPacked ? 1 : 0
  return dice.once(20) ? enveloped(content, flags, dice.pick(lengths)) : enveloped(content, flags)
}

const packed = (body: Uint8Array, dice: Dice): Uint8Array => {
  const content = dice.once(10) ? new Uint8Array(dice.pick([100_000, 1_100_000])) : body
  return Hostile.damage(zlib.gzipSync(content), dice)
}

const callOf = (credential: string, dice: Dice): HostileCall => {
  const method = dice.pick(methods)
  const path = dice.once(15) ? dice.pick(oddPaths) : `/${method.parent.typeName}/${method.name}`
  const isStream = method.methodKind !== "unary"
  const around = dice.once(25) ? "odd" : dice.pick(["grpc", "grpc", "web", "connect"] as const)
  const all = types[around]
  // Connect has other types for streams; one in ten has the wrong one.
  const type = around === "connect" ? all[(isStream !== dice.once(10) ? 2 : 0) + dice.below(2)]! : dice.pick(all)
  const headers = headersOf(path, type, credential, dice)
  const bare = around === "connect" && !isStream
  const messages = Array.from({ length: bare ? 1 : dice.once(6) ? dice.below(5) : 1 }, () => {
    const json = type.endsWith("json") && !dice.once(20)
    const body = json ? Buffer.from(hostileJson(dice), "latin1") : written(method.input, dice)
    const damaged = dice.once(6) ? Hostile.damage(body, dice) : body
    return bare
      ? headers["content-encoding"] === "gzip"
        ? packed(damaged, dice)
        : damaged
      : inEnvelope(damaged, headers, dice)
  })
  const whole = Buffer.concat(messages)
  const end = dice.once(10) ? dice.below(whole.byteLength + 1) : whole.byteLength
  const ending = dice.once(8) ? dice.pick(["reset", "silence"] as const) : "end"
  return { headers, pieces: Hostile.split(whole.subarray(0, end), dice), ending }
}

/** What stands between the frames of calls, right or not. */
const between = (dice: Dice, stream: number): Buffer =>
  dice.pick([
    () => frame(Type.PING, dice.below(2), 0, dice.bytes(8)),
    () => frame(Type.WINDOW_UPDATE, 0, dice.pick([0, stream]), uint32(dice.pick([0, 1, 65_535, 0x7fff_ffff]))),
    () => frame(Type.SETTINGS, dice.below(2), 0, dice.once(2) ? new Uint8Array(0) : dice.bytes(6 * dice.below(4))),
    () => frame(Type.PRIORITY, 0, stream, Buffer.concat([uint32(dice.pick([0, stream, 3])), dice.bytes(1)])),
    () => frame(Type.RST_STREAM, 0, stream, uint32(dice.below(14))),
    () => frame(Type.CONTINUATION, endHeaders, stream, block([["x", "y"]])),
    () => frame(Type.GOAWAY, 0, 0, Buffer.concat([uint32(stream), uint32(dice.below(14))])),
    () => frame(Type.PUSH_PROMISE, endHeaders, stream, Buffer.concat([uint32(2), block([[":path", "/"]])])),
    () => frame(dice.below(256), dice.below(256), dice.pick([0, stream]), dice.bytes(dice.below(40))),
    () =>
      frame(Type.DATA, dice.pick([0, endStream, 8]), dice.pick([0, stream, stream + 2]), dice.bytes(dice.below(40))),
    () => Buffer.from(Hostile.junk(dice)),
  ])()

const framesOf = (credential: string, dice: Dice): Uint8Array => {
  const count = dice.once(20) ? 120 : 1 + dice.below(6)
  const frames = Array.from({ length: count }, (_, at) => {
    const stream = 2 * at + 1
    const { ending, headers, pieces } = callOf(credential, dice)
    const fields = Object.entries({ ":scheme": "http", ":authority": dice.once(30) ? "a b" : "localhost", ...headers })
    const first = fields.filter(([name]) => name.startsWith(":"))
    const ordered = dice.once(40)
      ? fields.toReversed()
      : [...first, ...fields.filter((field) => !first.includes(field))]
    const said = Buffer.concat(pieces).subarray(0, 16_384)
    const packedHeaders = block(ordered)
    const cut = dice.once(10) ? dice.below(packedHeaders.byteLength) : undefined
    return Buffer.concat([
      frame(Type.HEADERS, cut === undefined ? endHeaders : 0, stream, packedHeaders.subarray(0, cut)),
      ...(cut === undefined ? [] : [frame(Type.CONTINUATION, endHeaders, stream, packedHeaders.subarray(cut))]),
      ...(dice.once(4) ? [between(dice, stream)] : []),
      frame(Type.DATA, ending === "end" ? endStream : 0, stream, said),
      ...(ending === "reset" ? [frame(Type.RST_STREAM, 0, stream, uint32(8))] : []),
      ...(dice.once(4) ? [between(dice, stream)] : []),
    ])
  })
  return Buffer.concat([opening, ...frames])
}

/**
 * What a seed comes to, an unsigned integer of 32 bits. Some of its calls are of whoever has this token: without a good one most
 * get no further than to be asked for one.
 */
export const stream = (seed: number, credential: string = secret): HostileCalls => {
  const dice = new Dice(seed)
  if (dice.once(3)) {
    const whole = framesOf(credential, dice)
    const bytes = dice.once(5) ? Hostile.damage(whole, dice) : whole
    return { seed, kind: "frames", chunks: Hostile.split(bytes.slice(), dice) }
  }
  return { seed, kind: "calls", calls: Array.from({ length: 1 + dice.below(6) }, () => callOf(credential, dice)) }
}
