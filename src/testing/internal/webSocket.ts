/**
 * What a gateway does between a client that speaks length-prefixed frames and a WebSocket. It has nothing of the server's
 * own reading and writing in it, so that a mistake there is not made twice.
 */
import { isUtf8 } from "node:buffer"
import * as Effect from "effect/Effect"
import { Deframer, frame } from "../../protocol/Framing.ts"
import { ConnectionEnded } from "../../session/Connection.ts"

/** A link of bytes, or one behind the gateway. */
interface Link {
  readonly pull: Effect.Effect<Uint8Array, ConnectionEnded>
  readonly send: (bytes: Uint8Array) => Effect.Effect<void, ConnectionEnded>
  readonly end: Effect.Effect<void>
  readonly abort: Effect.Effect<void>
}

/** Opcodes, with the bit that says that it is all of the message. */
export const text = 0x81
export const binary = 0x82
export const close = 0x88
export const ping = 0x89
export const pong = 0x8a

/** A client's frame. Any mask will do, as long as it is not always the same. */
export const masked = (opcode: number, payload: Uint8Array, mask: number): Uint8Array => {
  const { byteLength } = payload
  const lengthBytes = byteLength < 126 ? 0 : byteLength < 0x1_0000 ? 2 : 8
  const bytes = new Uint8Array(2 + lengthBytes + 4 + byteLength)
  const view = new DataView(bytes.buffer)
  bytes[0] = opcode
  bytes[1] = 0x80 | (lengthBytes === 0 ? byteLength : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) view.setUint16(2, byteLength)
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(byteLength))
  const at = 2 + lengthBytes
  view.setUint32(at, mask)
  for (let n = 0; n < byteLength; n++) bytes[at + 4 + n] = payload[n]! ^ bytes[at + (n % 4)]!
  return bytes
}

interface ServerFrame {
  readonly opcode: number
  readonly payload: Uint8Array
}

const nothing: Uint8Array = new Uint8Array(0)

/** Cuts what a server sends into its frames, which are neither masked nor parts of messages. */
export class ServerFrames {
  private held = nothing

  push(bytes: Uint8Array): ReadonlyArray<ServerFrame> {
    const all =
      this.held.byteLength === 0
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        : Buffer.concat([this.held, bytes])
    const frames: Array<ServerFrame> = []
    let at = 0
    while (at + 2 <= all.byteLength) {
      const short = all.readUInt8(at + 1)
      const headerLength = short < 126 ? 2 : short === 126 ? 4 : 10
      if (at + headerLength > all.byteLength) break
      const length =
        short < 126 ? short : short === 126 ? all.readUInt16BE(at + 2) : Number(all.readBigUInt64BE(at + 2))
      const start = at + headerLength
      if (start + length > all.byteLength) break
      frames.push({ opcode: all[at]!, payload: all.subarray(start, start + length) })
      at = start + length
    }
    // Not a view of what has been read: it would keep that.
    this.held = at === all.byteLength ? nothing : all.subarray(at)
    return frames
  }
}

/** The length-prefixed frames that such messages are; of a compressed one, what it is as it came. */
export const fromMessages = (frames: ReadonlyArray<ServerFrame>): ReadonlyArray<Uint8Array> =>
  frames
    .filter(({ opcode }) => (opcode & 0xbf) === text || (opcode & 0xbf) === binary)
    .map(({ payload }) => frame(payload))

/** A link behind the gateway. `closed` is told the code and the reason of the server's close frame. */
export const overWebSocket = (
  link: Link,
  closed: (code: number | undefined, reason: string) => void = () => {},
): Link => {
  // How large a frame may be is for the server to say.
  const deframer = new Deframer(Number.MAX_SAFE_INTEGER)
  const frames = new ServerFrames()
  let mask = 0x3c_5a_69_96
  /** What the server's close frame says. */
  let last: Uint8Array | undefined
  let ending = false
  const write = (opcode: number, payload: Uint8Array) =>
    link.send(masked(opcode, payload, (mask = (mask * 33 + 1) >>> 0)))
  const leave = (payload: Uint8Array) =>
    Effect.suspend(() => {
      if (ending) return Effect.void
      ending = true
      return Effect.ignore(write(close, payload))
    })

  /** The server's close frame was read: it is answered when whoever reads comes to it, as the end of a stream is. */
  const conclude = (payload: Uint8Array): Effect.Effect<never, ConnectionEnded> => {
    const code = payload.byteLength < 2 ? undefined : payload[0]! * 256 + payload[1]!
    closed(code, Buffer.from(payload.subarray(2)).toString())
    return leave(payload.subarray(0, 2)).pipe(
      Effect.andThen(link.end),
      Effect.andThen(Effect.fail(new ConnectionEnded({ clean: true }))),
    )
  }

  const pull: Link["pull"] = Effect.suspend(() => {
    if (last !== undefined) return conclude(last)
    return Effect.flatMap(link.pull, (bytes) => {
      const arrived = frames.push(bytes)
      const pings = arrived.filter(({ opcode }) => opcode === ping)
      last = arrived.find(({ opcode }) => opcode === close)?.payload
      const bodies = fromMessages(arrived)
      const one = bodies.length === 0 ? pull : Effect.succeed(Buffer.concat(bodies))
      const answered = Effect.forEach(pings, ({ payload }) => Effect.ignore(write(pong, payload)), { discard: true })
      return Effect.andThen(answered, one)
    })
  })

  return {
    pull,
    send: (bytes) => {
      const bodies: Array<Uint8Array> = []
      deframer.push(bytes, bodies)
      return Effect.forEach(bodies, (body) => write(isUtf8(body) ? text : binary, body), { discard: true })
    },
    end: leave(Uint8Array.of(0x03, 0xe8)),
    abort: link.abort,
  }
}

export interface Opening {
  /** Default: `localhost`. */
  readonly host?: string
  readonly path: string
  readonly protocol?: string | undefined
  readonly headers?: ReadonlyArray<string>
}

/** The accept key of the sample in RFC 6455, section 1.3. */
export const acceptKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/** The request for a WebSocket, always with the key of that sample. */
export const opening = ({ headers = [], host = "localhost", path, protocol }: Opening): Uint8Array => {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ...headers,
  ]
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`)
}

/** Asks for a WebSocket over a link of bytes. Fails where the answer is another than yes. */
export const upgrade = Effect.fnUntraced(function* (
  link: Link,
  options: Opening,
): Effect.fn.Return<Link, ConnectionEnded> {
  yield* link.send(opening(options))
  let answer = Buffer.alloc(0)
  let end = -1
  while (end < 0) {
    answer = Buffer.concat([answer, yield* link.pull])
    end = answer.indexOf("\r\n\r\n")
  }
  const head = answer.subarray(0, end).toString("latin1")
  if (!head.startsWith("HTTP/1.1 101 ") || !head.includes(acceptKey)) {
    return yield* new ConnectionEnded({ clean: false })
  }
  let rest: Uint8Array | undefined = answer.subarray(end + 4)
  return {
    ...link,
    pull: Effect.suspend(() => {
      const early = rest
      rest = undefined
      return early === undefined || early.byteLength === 0 ? link.pull : Effect.succeed(early)
    }),
  }
})
