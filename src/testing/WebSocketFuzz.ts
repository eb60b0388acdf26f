/**
 * Hostile streams for the server's end of a WebSocket, from a seed: messages in frames of RFC 6455, cut, compressed and with
 * control frames between, and here and there a bit, a length or an opcode that may not be. The same seed gives the same
 * stream.
 */
import * as zlib from "node:zlib"
import { Dice } from "./Dice.ts"
import * as Hostile from "./internal/hostile.ts"
import { hostileBody } from "./internal/hostileBody.ts"

const subprotocols = [undefined, "natter.v1", "natter.v2.json", "natter.v2.msgpack"] as const

export interface HostileWebSocket {
  readonly seed: number
  /** What the handshake settled, as far as the author of the stream cares. */
  readonly subprotocol: (typeof subprotocols)[number]
  readonly compressed: boolean
  /** What comes behind the handshake: less than two megabytes, in the pieces in which it should arrive. */
  readonly chunks: ReadonlyArray<Uint8Array>
}

const continuation = 0
const text = 1
const binary = 2
const close = 8
const ping = 9
const pong = 10

/** RSV1: the message is compressed. */
const compressedBit = 4

interface Header {
  readonly opcode: number
  readonly final: boolean
  readonly reserved?: number
}

const lengths = [0n, 1n, 125n, 126n, 0xffffn, 0x1_0000n, 0x1_0001n, 0x7fff_ffffn, 1n << 63n, (1n << 64n) - 1n]

const headerOf = ({ final, opcode, reserved = 0 }: Header, length: bigint, masked: boolean, dice: Dice): Uint8Array => {
  const shortest = length < 126n ? 0 : length < 0x1_0000n ? 2 : 8
  // Of eight bytes there is always enough; of two there may not be.
  const lengthBytes = dice.once(60) ? dice.pick([Math.max(shortest, 2), 8]) : shortest
  const header = new DataView(new ArrayBuffer(2 + lengthBytes))
  header.setUint8(0, (final ? 0x80 : 0) | (reserved << 4) | opcode)
  header.setUint8(1, (masked ? 0x80 : 0) | (lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127))
  if (lengthBytes === 2) header.setUint16(2, Number(length))
  if (lengthBytes === 8) header.setBigUint64(2, length)
  return new Uint8Array(header.buffer)
}

/** A frame that is right most of the time. */
const frame = (header: Header, payload: Uint8Array, dice: Dice): ReadonlyArray<Uint8Array> => {
  const odd = dice.below(80)
  const { final, opcode, reserved = 0 } = header
  const bent: Header = {
    opcode: odd === 0 ? dice.below(16) : opcode,
    final: odd === 1 ? !final : final,
    reserved: odd === 2 ? dice.below(8) : reserved,
  }
  const masked = odd !== 3
  const mask = dice.once(8) ? new Uint8Array(4) : dice.bytes(4)
  const length = odd === 4 ? dice.pick(lengths) : BigInt(payload.byteLength)
  const head = headerOf(bent, length, masked, dice)
  return masked ? [head, mask, payload.map((byte, at) => byte ^ mask[at % 4]!)] : [head, payload]
}

const codes = [0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 1016, 2999, 3000, 4510, 4999, 5000, 65_535]

const control = (dice: Dice): ReadonlyArray<Uint8Array> => {
  if (!dice.once(12)) {
    const length = dice.once(40) ? 126 : dice.pick([0, 4, 20, 125])
    return frame({ opcode: dice.pick([ping, pong]), final: true }, dice.bytes(length), dice)
  }
  const code = dice.pick(codes)
  const reason = dice.once(3) ? dice.bytes(dice.below(130)) : new TextEncoder().encode("góodbye")
  const payload = dice.once(4) ? dice.bytes(dice.below(3)) : Uint8Array.of(code >>> 8, code, ...reason)
  return frame({ opcode: close, final: true }, payload, dice)
}

const pack = (body: Uint8Array, dice: Dice): Uint8Array => {
  const content = dice.once(20) ? new Uint8Array(dice.pick([1000, 65_536, 65_537, 1_000_000])) : body
  // RFC 7692 knows both ways to end; the second is rare.
  const packed = dice.once(8)
    ? Uint8Array.of(...zlib.deflateRawSync(content), 0)
    : zlib.deflateRawSync(content, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4)
  return dice.once(4) ? Hostile.damage(packed, dice) : packed
}

/** A message in its frames, with control frames between some of them. */
const message = (opcode: number, body: Uint8Array, compressed: boolean, dice: Dice): ReadonlyArray<Uint8Array> => {
  const isPacked = compressed && dice.once(2)
  let rest = isPacked ? pack(body, dice) : body
  const pieces: Array<Uint8Array> = []
  for (let cuts = dice.once(2) ? dice.below(6) : 0; cuts > 0; cuts--) {
    const at = dice.below(rest.byteLength + 1)
    pieces.push(rest.subarray(0, at))
    rest = rest.subarray(at)
  }
  pieces.push(rest)
  return pieces.flatMap((piece, index) => [
    ...frame(
      {
        opcode: index === 0 ? opcode : continuation,
        final: index === pieces.length - 1,
        reserved: isPacked && index === 0 ? compressedBit : 0,
      },
      piece,
      dice,
    ),
    ...(dice.once(5) ? control(dice) : []),
  ])
}

/** The hostile stream of a seed, an unsigned integer of 32 bits. */
export const stream = (seed: number): HostileWebSocket => {
  const dice = new Dice(seed)
  const subprotocol = dice.pick(subprotocols)
  const compressed = dice.once(3)
  const version = subprotocol?.startsWith("natter.v2") === true ? 2 : 1
  const format = subprotocol === "natter.v2.msgpack" ? "msgpack" : "json"
  const written = Array.from({ length: 1 + dice.below(6) }, () => {
    if (dice.once(30)) return [Hostile.junk(dice)]
    const opcode = dice.once(30) ? dice.pick([text, binary]) : format === "json" ? text : binary
    return message(opcode, hostileBody(version, format, dice), compressed, dice)
  }).flat()
  const bytes = new Uint8Array(written.reduce((length, piece) => length + piece.byteLength, 0))
  let at = 0
  for (const piece of written) {
    bytes.set(piece, at)
    at += piece.byteLength
  }
  if (dice.once(6) && at > 0) bytes[dice.below(at)]! ^= 1 << dice.below(8)
  const end = dice.once(4) ? dice.below(bytes.byteLength) : bytes.byteLength
  return { seed, subprotocol, compressed, chunks: Hostile.split(bytes.subarray(0, end), dice) }
}
