/**
 * A WebSocket over any connection that carries bytes: a real one, one that a load makes faulty, or one on virtual time. It
 * is lighter than a client with everything, of which a load has thousands.
 */
import * as Effect from "effect/Effect"
import * as Socket from "effect/socket/Socket"
import { Codec, type Dialer } from "../client/Dialer.ts"
import { acceptKey, close, masked, opening, ping, pong, ServerFrames, text, binary } from "./internal/webSocket.ts"

export interface Place {
  /** What the request says of the host. */
  readonly host: string
  readonly path: string
}

/** Bytes of an answer to the handshake, at most. */
const answerAtMost = 16 * 1024
/** Time for the last words where the connection takes nothing. */
const farewellWithin = "1 second"

const closed = (code: number, closeReason?: string) =>
  new Socket.SocketError({ reason: new Socket.SocketCloseError({ code, closeReason }) })

const lost = 1006

/** Who ends a WebSocket says so: where only the connection has ended, it has broken. */
const isBroken = (error: Socket.SocketError): Socket.SocketError =>
  error.reason._tag === "SocketCloseError" ? closed(lost) : error

const refused = (head: string): Socket.SocketError => {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]
  const cause = new Error(status === undefined ? "no answer in HTTP" : `Unexpected server response: ${status}`)
  return new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) })
}

/** Frames in JSON go as text, and in MessagePack as binary messages, as the subprotocol says. */
export const over = (wire: Dialer["Service"], place: Place): Dialer["Service"] => ({
  address: wire.address,
  carries: "messages",
  socket: Effect.gen(function* () {
    const codec = yield* Codec
    const bytes = yield* wire.socket
    const opcode = codec === "json" ? text : binary
    const frames = new ServerFrames()
    let writer: Socket.Writer | undefined
    let mask = 0x3c_5a_69_96
    /** Our close frame has been sent. */
    let hasClosed = false
    /** Why nothing more will come. */
    let over: Socket.SocketError | undefined

    const send = (opcode: number, payload: Uint8Array): Effect.Effect<void, Socket.SocketError> => {
      if (writer === undefined || hasClosed) return Effect.void
      hasClosed = opcode === close
      return writer.write(masked(opcode, payload, (mask = (mask * 33 + 1) >>> 0)))
    }
    const farewell = (payload: Uint8Array) =>
      Effect.suspend(() => Effect.timeoutOption(Effect.ignore(send(close, payload)), farewellWithin))

    const handshake = Effect.gen(function* () {
      const { pull } = yield* bytes.reader
      writer = yield* bytes.writer
      yield* writer.write(opening({ ...place, protocol: `natter.v2.${codec}` }))
      let answer = Buffer.alloc(0)
      let end = -1
      while (end < 0) {
        const chunks = yield* Effect.mapError(pull, isBroken)
        answer = Buffer.concat([answer, ...chunks.map(toBytes)])
        end = answer.indexOf("\r\n\r\n")
        if (end < 0 && answer.byteLength > answerAtMost) return yield* refused("")
      }
      const head = answer.subarray(0, end).toString("latin1")
      if (!head.startsWith("HTTP/1.1 101 ") || !head.includes(acceptKey)) return yield* refused(head)
      return { pull, rest: answer.subarray(end + 4) }
    })

    return Socket.make({
      reader: Effect.gen(function* () {
        const { pull, rest } = yield* handshake
        yield* Effect.addFinalizer(() => farewell(Uint8Array.of(0x03, 0xe8)))
        const messages: Array<Uint8Array> = []

        /** What has come, one after the other; done when the last of it is answered. */
        const take = (chunk: Uint8Array): Effect.Effect<void> => {
          let answers: Effect.Effect<unknown> = Effect.void
          for (const { opcode, payload } of frames.push(chunk)) {
            if (over !== undefined) break
            if (opcode === text || opcode === binary) messages.push(payload)
            else if (opcode === ping) answers = Effect.andThen(answers, Effect.ignore(send(pong, payload)))
            else if (opcode === close) {
              const code = payload.byteLength < 2 ? undefined : payload[0]! * 256 + payload[1]!
              over = closed(code ?? 1005, Buffer.from(payload.subarray(2)).toString())
              answers = Effect.andThen(answers, farewell(payload.subarray(0, 2)))
            }
          }
          return Effect.asVoid(answers)
        }
        const next: Socket.Reader["pull"] = Effect.suspend(() => {
          const [first, ...others] = messages.splice(0)
          if (first !== undefined) return Effect.succeed([first, ...others] as const)
          if (over !== undefined) return Effect.fail(over)
          return Effect.flatMap(Effect.mapError(pull, isBroken), (chunks) =>
            Effect.andThen(take(chunks.length === 1 ? toBytes(chunks[0]) : Buffer.concat(chunks.map(toBytes))), next),
          )
        })
        if (rest.byteLength > 0) yield* take(rest)
        return { pull: next, upgrade: Socket.SocketUpgradeError.unsupported }
      }),
      writer: Effect.sync(() => {
        const write = (chunk: Uint8Array | string | Socket.CloseEvent) =>
          Effect.suspend(() => {
            if (Socket.isCloseEvent(chunk)) return send(close, Uint8Array.of(chunk.code >>> 8, chunk.code))
            return send(opcode, toBytes(chunk))
          })
        return { write, writeAll: (chunks) => Effect.forEach(chunks, write, { discard: true }) }
      }),
    })
  }),
})

const toBytes = (chunk: Uint8Array | string): Uint8Array => (typeof chunk === "string" ? Buffer.from(chunk) : chunk)
