/** One stream of HTTP/2 as the connection of a session. How it ends is said in trailers, in the words of its protocol. */
import * as Effect from "effect/Effect"
import type * as Http2 from "node:http2"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { BodyReader } from "../../protocol/Framing.ts"
import { type Connection, ConnectionEnded } from "../../session/Connection.ts"
import { Code, type CodeName, inConnect, ofDisconnect } from "./codes.ts"
import { encoding } from "./encoding.ts"
import { endOfConnect, envelope, enveloped, EnvelopeReader, trailersOfWeb } from "./Envelope.ts"
import { ask } from "./pings.ts"

/** What is spoken around the messages, which are the same in all of them. */
export type Around = "grpc" | "grpc-web" | "connect"

interface Facts {
  readonly around: Around
  readonly address: string
  readonly certificate: Connection["certificate"]
  readonly secure: boolean
  /** What the peer would have said first. */
  readonly first: Uint8Array | undefined
}

interface Reader {
  readonly take: (bytes: Uint8Array) => boolean
  readonly resume: (outcome: Effect.Effect<void, ConnectionEnded>) => void
}

const ended = Effect.fail(new ConnectionEnded({ clean: true }))
const broken = Effect.fail(new ConnectionEnded({ clean: false }))
const signOfLife = new Uint8Array(0)
const cancelled = 8
/** Of HTTP/2, which is told apart from a stream's end in trailers: it arrives at who reads nothing, too. */
const enhanceYourCalm = 11

const contentTypes: Readonly<Record<Around, string>> = {
  grpc: "application/grpc+proto",
  "grpc-web": "application/grpc-web+proto",
  connect: "application/connect+proto",
}

/** As a header, in which only some characters may be. */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/%(20|2C|3A|3B|27|28|29|2F)/gi, (hex) => decodeURIComponent(hex))

export class SessionStream implements Connection {
  readonly transport: string
  readonly framing = envelope
  readonly agreed = encoding
  readonly remoteAddress: string
  readonly certificate: Connection["certificate"]
  private readonly stream: Http2.ServerHttp2Stream
  private readonly around: Around
  private reader: Reader | undefined
  private taking = false
  private early: Uint8Array | undefined
  private end: Effect.Effect<never, ConnectionEnded> | undefined
  private closed = false
  /** It has said so, and nothing is to come before that. */
  private expired = false
  /** How it ends; until somebody says so it was broken. */
  private status: readonly [name: CodeName, message: string] = ["UNAVAILABLE", "the session was cut"]

  /** Takes the stream over, and answers with headers. */
  constructor(stream: Http2.ServerHttp2Stream, { address, around, certificate, first, secure }: Facts) {
    this.stream = stream
    this.around = around
    this.transport = secure ? "grpcs" : "grpc"
    this.remoteAddress = address
    this.certificate = certificate
    this.early = first
    stream.pause()
    stream.on("data", (chunk: Uint8Array) => this.receive(chunk))
    stream.on("end", () => this.over(ended))
    stream.on("aborted", () => this.gone())
    stream.on("close", () => this.gone())
    // It is followed by a close.
    stream.on("error", () => {})
    stream.on("wantTrailers", () => {
      if (stream.destroyed || stream.closed) return
      const [name, message] = this.status
      stream.sendTrailers({ "grpc-status": `${Code[name]}`, "grpc-message": percentEncoded(message) })
    })
    stream.respond(
      {
        ":status": 200,
        "content-type": contentTypes[around],
        ...(around === "connect" ? { "connect-accept-encoding": "identity" } : { "grpc-accept-encoding": "identity" }),
      },
      { waitForTrailers: around === "grpc" },
    )
  }

  makeReader(maxBytes: number): BodyReader {
    return new EnvelopeReader(maxBytes)
  }

  read(take: (bytes: Uint8Array) => boolean): Effect.Effect<void, ConnectionEnded> {
    return Effect.callback((resume) => {
      const { early } = this
      this.early = undefined
      if (early !== undefined && !take(early)) return resume(Effect.void)
      if (this.end !== undefined) return resume(this.end)
      this.reader = { take, resume }
      this.stream.resume()
      return this.forget
    })
  }

  /** Who read does not any more. What is being handled is handled to its end first, as in a fiber. */
  private readonly forget = Effect.suspend(() => {
    this.reader = undefined
    return this.taking ? Effect.yieldNow : Effect.void
  })

  send(batch: ReadonlyArray<Uint8Array>): boolean {
    const { stream } = this
    // Who reads finds out by itself.
    if (this.closed) return false
    const [only] = batch
    return stream.write(batch.length === 1 ? only! : Buffer.concat(batch))
  }

  get drained(): Effect.Effect<void, ConnectionEnded> {
    return Effect.callback((resume) => {
      const { stream } = this
      if (stream.destroyed || stream.writableEnded) return resume(broken)
      if (!stream.writableNeedDrain) return resume(Effect.void)
      const onDrain = () => settle(Effect.void)
      const onClose = () => settle(broken)
      const forget = () => {
        stream.off("drain", onDrain)
        stream.off("close", onClose)
      }
      const settle = (outcome: Effect.Effect<void, ConnectionEnded>) => {
        forget()
        resume(outcome)
      }
      stream.on("drain", onDrain)
      stream.on("close", onClose)
      return Effect.sync(forget)
    })
  }

  /** A client of gRPC answers this by itself: whoever wrote it need not know of a `Ping`. */
  ping(): void {
    ask(this.stream.session, this.alive)
  }

  private readonly alive = (): void => {
    if (this.reader !== undefined) this.receive(signOfLife)
  }

  ending({ message, reason }: Disconnect): void {
    if (this.expired) return
    this.status = [ofDisconnect[reason], reason === "Goodbye" ? "" : message]
  }

  backlog(): number {
    return this.stream.writableLength
  }

  close(reason: Disconnect): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.ending(reason)
      this.closed = true
      const { stream } = this
      if (stream.destroyed) return resume(Effect.void)
      const last = this.lastMessage()
      if (last !== undefined) stream.write(last)
      stream.end(() => resume(Effect.void))
      // What the peer still says is dropped. Whoever does not end its side behind the trailers is ended by the door.
      stream.resume()
    })
  }

  get abort(): Effect.Effect<void> {
    return Effect.sync(() => {
      const { stream } = this
      this.closed = true
      if (stream.destroyed || stream.writableFinished || this.expired) return
      const [name] = this.status
      stream.close(name === "RESOURCE_EXHAUSTED" ? enhanceYourCalm : cancelled)
    })
  }

  /** Where trailers are a message. */
  private lastMessage(): Uint8Array | undefined {
    const [name, message] = this.status
    if (this.around === "grpc") return undefined
    if (this.around === "grpc-web") {
      const lines = `grpc-status: ${Code[name]}\r\ngrpc-message: ${percentEncoded(message)}\r\n`
      return enveloped(Buffer.from(lines), trailersOfWeb)
    }
    const error = name === "OK" ? {} : { error: { code: inConnect(name), message } }
    return enveloped(Buffer.from(JSON.stringify(error)), endOfConnect)
  }

  /** The peer does not wait any longer, and the session is over for it. */
  expire(): void {
    this.status = ["DEADLINE_EXCEEDED", "the deadline has passed"]
    this.closed = true
    this.expired = true
    const last = this.lastMessage()
    if (last !== undefined) this.stream.write(last)
    this.stream.end()
    this.over(broken)
  }

  private gone(): void {
    this.closed = true
    this.over(broken)
  }

  private receive(chunk: Uint8Array): void {
    const { reader } = this
    if (reader === undefined) {
      this.early = this.early === undefined ? chunk : Buffer.concat([this.early, chunk])
      this.stream.pause()
      return
    }
    let outcome: Effect.Effect<void> = Effect.void
    this.taking = true
    try {
      if (reader.take(chunk)) return
    } catch (defect) {
      outcome = Effect.die(defect)
    } finally {
      this.taking = false
    }
    this.reader = undefined
    reader.resume(outcome)
  }

  /** The first reason counts. */
  private over(how: Effect.Effect<never, ConnectionEnded>): void {
    this.end ??= how
    const { reader } = this
    this.reader = undefined
    reader?.resume(this.end)
  }
}
