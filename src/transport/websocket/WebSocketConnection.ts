import * as Effect from "effect/Effect"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { Encoding } from "../../protocol/Encoding.ts"
import { type Framing, messages } from "../../protocol/Framing.ts"
import { type Connection, ConnectionEnded } from "../../session/Connection.ts"
import { type Inflater, WebSocketReader } from "./WebSocketReader.ts"

/** What the handshake has settled. */
export interface Settled {
  /** What is spoken from the first frame on, where the client has named a subprotocol. */
  readonly agreed?: Encoding | undefined
  /** Of which kind its messages have to be. */
  readonly content: "text" | "binary" | "any"
  readonly framing: Framing
  /** Where messages may be compressed. */
  readonly inflater?: Inflater | undefined
}

/** Pongs are not written to a peer that leaves so many bytes unread: it does not wait for them. */
const pongsUpTo = 64 * 1024

/**
 * So many pings of one piece are answered, one by one; where there are more, the last is answered and those before it are
 * not (RFC 6455, 5.5.3). A piece of 64 KiB can hold ten thousand.
 */
const mostPongs = 16

/** The bytes of a reason that fit into a close frame. */
const reasonBytes = 123

const ping = Uint8Array.of(0x89, 0)

const ended = Effect.fail(new ConnectionEnded({ clean: true }))
const broken = Effect.fail(new ConnectionEnded({ clean: false }))

/**
 * The server's end of a WebSocket over any link that carries bytes, from the handshake on. What it sends are frames that
 * are ready for the wire, so they go to the link as they are; what it reads is unpacked by its reader.
 */
export class WebSocketConnection implements Connection {
  readonly transport: string
  readonly framing: Framing
  readonly remoteAddress: string
  readonly agreed: Encoding | undefined
  readonly certificate: Connection["certificate"]
  private readonly link: Connection
  private readonly settled: Settled
  private reader: WebSocketReader | undefined
  /** Payloads of the pings of the piece that is being read. */
  private pings: Array<Uint8Array> = []
  /** The peer has sent its close frame, with this code. */
  private peerClosed = false
  private peerCode: number | undefined
  /** Our close frame has been sent: nothing may follow it. */
  private closed = false

  constructor(transport: string, link: Connection, settled: Settled = { content: "any", framing: messages }) {
    this.transport = transport
    this.link = link
    this.settled = settled
    this.framing = settled.framing
    this.agreed = settled.agreed
    this.remoteAddress = link.remoteAddress
    this.certificate = link.certificate
  }

  makeReader(maxBytes: number): WebSocketReader {
    const { content, inflater } = this.settled
    this.reader = new WebSocketReader({ maxBytes, content, deflate: inflater, control: this })
    return this.reader
  }

  onPing(payload: Uint8Array): void {
    if (this.pings.length === mostPongs) this.pings[mostPongs - 1] = payload
    else this.pings.push(payload)
  }

  /** Once for all pings of a piece, in one write. */
  private answerPings(): void {
    const pongs = this.pings.map(pongTo)
    this.pings = []
    if (!this.closed && this.link.backlog() <= pongsUpTo) this.link.send(pongs)
  }

  /** Whatever comes is a sign of life; the session has seen that something came. */
  onPong(): void {}

  onClose(code: number | undefined): void {
    this.peerClosed = true
    this.peerCode = code
  }

  read(take: (bytes: Uint8Array) => boolean): Effect.Effect<void, ConnectionEnded> {
    if (this.peerClosed) return ended
    let goesOn = true
    const taking = this.link.read((bytes) => {
      goesOn = take(bytes)
      if (this.pings.length > 0) this.answerPings()
      return goesOn && !this.peerClosed
    })
    return Effect.matchEffect(taking, {
      // What the last frames have to wait for is waited for first: the next reading ends.
      onSuccess: () => (goesOn ? ended : Effect.void),
      // A peer says that it goes. One that just ends its side has not.
      onFailure: () => broken,
    })
  }

  ping(): void {
    if (!this.closed) this.link.send([ping])
  }

  send(batch: ReadonlyArray<Uint8Array>): boolean {
    // Nobody who broke the rules of WebSocket is told anything but that.
    if (this.reader?.closeCode !== undefined) return true
    return this.closed ? false : this.link.send(batch)
  }

  get copies(): boolean {
    return this.link.copies === true
  }

  get drained(): Effect.Effect<void, ConnectionEnded> {
    return this.link.drained
  }

  backlog(): number {
    return this.link.backlog()
  }

  close(reason: Disconnect): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (!this.closed) this.link.send([this.closeFrame(reason)])
      this.closed = true
      return this.link.close(reason)
    })
  }

  get abort(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.closed = true
      return this.link.abort
    })
  }

  /** A close is answered with its own code; what broke the rules of WebSocket is told with the code that it has there. */
  private closeFrame({ code, message }: Disconnect): Uint8Array {
    if (this.peerClosed) return closeFrame(this.peerCode, "")
    return closeFrame(this.reader?.closeCode ?? code, message)
  }
}

const pongTo = (payload: Uint8Array): Uint8Array => {
  const frame = new Uint8Array(2 + payload.byteLength)
  frame[0] = 0x8a
  frame[1] = payload.byteLength
  frame.set(payload, 2)
  return frame
}

const encoder = new TextEncoder()

const closeFrame = (code: number | undefined, reason: string): Uint8Array => {
  if (code === undefined) return Uint8Array.of(0x88, 0)
  const frame = new Uint8Array(4 + reasonBytes)
  // Whole characters, as many as fit.
  const { written } = encoder.encodeInto(reason, frame.subarray(4))
  frame[0] = 0x88
  frame[1] = 2 + written
  frame[2] = code >>> 8
  frame[3] = code
  return frame.subarray(0, 4 + written)
}
