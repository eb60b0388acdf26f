/** What must hold for every byte that a WebSocket's client sends. */
import { isUtf8 } from "node:buffer"
import { isDeepStrictEqual } from "node:util"
import * as ws from "ws"
import { maxFrameBytes } from "../../src/domain/Limits.ts"
import type { FrameError } from "../../src/protocol/FrameError.ts"
import type { HostileWebSocket } from "../../src/testing/WebSocketFuzz.ts"
import { inflate } from "../../src/transport/websocket/Deflate.ts"
import { WebSocketReader } from "../../src/transport/websocket/WebSocketReader.ts"
import { checkBody, checkRefusal } from "./codecs.ts"

/** What is kept at most: a message, a control frame and a header. */
const mostKept = maxFrameBytes + 125 + 14
/** Streams up to this many bytes are read byte by byte as well. */
const worthBytes = 20_000

interface Outcome {
  readonly bodies: Array<Uint8Array>
  readonly control: Array<string>
  readonly error: FrameError | undefined
  readonly closeCode: number | undefined
  readonly partial: boolean
}

const contentOf = ({ subprotocol }: HostileWebSocket) =>
  subprotocol === undefined ? "any" : subprotocol === "natter.v2.msgpack" ? "binary" : "text"

/** Reads the pieces; a complaint where it keeps too much. */
const read = (stream: HostileWebSocket, pieces: Iterable<Uint8Array>): Outcome | string => {
  const bodies: Array<Uint8Array> = []
  const control: Array<string> = []
  const reader = new WebSocketReader({
    maxBytes: maxFrameBytes,
    content: contentOf(stream),
    deflate: stream.compressed ? inflate : undefined,
    control: {
      onPing: (payload) => control.push(`ping ${Buffer.from(payload).toString("hex")}`),
      onPong: (payload) => control.push(`pong ${Buffer.from(payload).toString("hex")}`),
      onClose: (code, reason) => control.push(`close ${code} ${reason}`),
    },
  })
  let error: FrameError | undefined
  for (const piece of pieces) {
    const found: Array<Uint8Array> = []
    // A piece of its own: it is unmasked in its place.
    error = reader.push(new Uint8Array(piece), found)
    for (const body of found) bodies.push(new Uint8Array(body))
    if (reader.buffered > mostKept) return `${reader.buffered} bytes are kept of what is unfinished`
  }
  return { bodies, control, error, closeCode: reader.closeCode, partial: reader.partial }
}

const same = (one: Outcome, other: Outcome): boolean =>
  isDeepStrictEqual(
    { ...one, error: one.error?.message, kind: one.error?.kind },
    { ...other, error: other.error?.message, kind: other.error?.kind },
  )

/** The other implementation, which is less strict; its types are not public. */
const { Receiver } = ws as unknown as {
  readonly Receiver: new (options: { readonly isServer: boolean; readonly maxPayload: number }) => {
    on: (event: "message", listener: (data: Buffer) => void) => void
    _write: (chunk: Buffer, encoding: "buffer", callback: (error?: Error) => void) => void
  }
}

/** Whatever is taken here `ws` takes, too, and understands as the same. It unpacks later, so not where that is needed. */
const compare = ({ chunks, compressed }: HostileWebSocket, { bodies, error }: Outcome): string | undefined => {
  if (compressed) return undefined
  const receiver = new Receiver({ isServer: true, maxPayload: maxFrameBytes })
  const messages: Array<Uint8Array> = []
  let refusal: Error | undefined
  receiver.on("message", (data) => messages.push(new Uint8Array(data)))
  receiver._write(Buffer.concat(chunks), "buffer", (failure) => (refusal = failure))
  if (error === undefined && refusal !== undefined) return `it was taken, and ws says: ${refusal.message}`
  if (!isDeepStrictEqual(bodies, messages.slice(0, error === undefined ? messages.length : bodies.length))) {
    return `${bodies.length} messages are not those that ws reads, which are ${messages.length}`
  }
  return undefined
}

/** What is wrong with how the stream was handled, in a sentence; undefined where nothing is. */
export const checkWebSocket = (stream: HostileWebSocket): string | undefined => {
  const { chunks } = stream
  const whole = Buffer.concat(chunks)
  const outcome = read(stream, chunks)
  if (typeof outcome === "string") return outcome
  const others = [read(stream, [whole])]
  if (whole.byteLength <= worthBytes)
    others.push(
      read(
        stream,
        Array.from(whole, (byte) => Uint8Array.of(byte)),
      ),
    )
  for (const other of others) {
    if (typeof other === "string") return other
    if (!same(outcome, other)) return "it depends on how it is cut"
  }
  const { bodies, closeCode, error, partial } = outcome
  if (error !== undefined) {
    const complaint = checkRefusal(error)
    if (complaint !== undefined) return complaint
    if (error.message.length > 123) return `the error does not fit into a close frame: ${error.message}`
    if (partial) return "something is unfinished behind the end"
    if ((closeCode === undefined) !== (error.kind === "EmptyFrame")) return `${error.kind} closes with ${closeCode}`
  }
  for (const body of bodies) {
    if (body.byteLength === 0 || body.byteLength > maxFrameBytes) return `a body of ${body.byteLength} bytes came out`
    if (contentOf(stream) === "text" && !isUtf8(body)) return "a text that is not UTF-8 came out"
    const complaint = checkBody(body)
    if (complaint !== undefined) return complaint
  }
  return compare(stream, outcome)
}
