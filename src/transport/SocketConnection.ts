import * as Effect from "effect/Effect"
import type * as Net from "node:net"
import type { Disconnect } from "../domain/Disconnect.ts"
import { Deframer, lengthPrefixed } from "../protocol/Framing.ts"
import { type Connection, ConnectionEnded } from "../session/Connection.ts"
import { plainAddress } from "./internal/address.ts"
import { reset } from "./internal/reset.ts"

/** A batch up to this many bytes is copied into one piece: cheaper than handing the pieces over. */
const copyUpTo = 16 * 1024
/** Where such a batch is joined. */
let joined = Buffer.allocUnsafeSlow(copyUpTo)

interface Reader {
  readonly take: (bytes: Uint8Array) => boolean
  readonly resume: (outcome: Effect.Effect<void, ConnectionEnded>) => void
}

const ended = Effect.fail(new ConnectionEnded({ clean: true }))
const broken = Effect.fail(new ConnectionEnded({ clean: false }))

/** What is known of a socket beside itself. */
export interface SocketFacts {
  /** With TLS the socket below, which can be reset; otherwise the socket itself. */
  readonly carrier?: Net.Socket | undefined
  /** Whoever is behind it, where that is not the other end of the socket. */
  readonly remoteAddress?: string | undefined
  readonly certificate?: Connection["certificate"]
  /** What was read of it already. */
  readonly first?: Uint8Array | undefined
}

/**
 * A connection over a socket, a plain one or one with TLS, from and to the socket itself: there are thousands that say
 * nothing, and what need not wait should not cost an effect. The socket is read while somebody reads here, and stands still
 * otherwise.
 */
export class SocketConnection implements Connection {
  readonly transport: string
  readonly framing = lengthPrefixed
  readonly remoteAddress: string
  readonly certificate: Connection["certificate"]
  readonly copies: boolean
  private readonly socket: Net.Socket
  /** What carries the bytes in the end, and can be reset: with TLS the socket below, otherwise the socket itself. */
  private readonly carrier: Net.Socket
  private reader: Reader | undefined
  /** Something that was read is being handled, right here. */
  private taking = false
  /** What came while nobody read; then the socket is paused, so there is no more than one. */
  private early: Uint8Array | undefined
  /** Asked for at every read: the socket itself would have to look it up. */
  private paused = true
  private end: Effect.Effect<never, ConnectionEnded> | undefined
  /** Nothing can be written any more. Kept here, for every write: the socket would have to look in several places. */
  private closed = false
  private aborted = false

  /** Takes the socket over. */
  constructor(transport: string, socket: Net.Socket, facts: SocketFacts = {}) {
    const {
      carrier = socket,
      certificate,
      first,
      remoteAddress = plainAddress(socket.remoteAddress ?? "unknown"),
    } = facts
    this.transport = transport
    this.socket = socket
    this.carrier = carrier
    this.remoteAddress = remoteAddress
    this.certificate = certificate
    // One that encrypts may look at what it was given later.
    this.copies = !("encrypted" in socket)
    this.early = first
    socket.pause()
    socket.on("data", (chunk) => this.receive(chunk))
    socket.on("end", () => this.over(ended))
    socket.on("close", () => {
      this.closed = true
      this.over(broken)
    })
    // It is followed by a close.
    socket.on("error", ignore)
    if (carrier !== socket) carrier.on("error", ignore)
    if (!socket.destroyed) return
    this.closed = true
    this.end = broken
  }

  makeReader(maxBytes: number): Deframer {
    return new Deframer(maxBytes)
  }

  read(take: (bytes: Uint8Array) => boolean): Effect.Effect<void, ConnectionEnded> {
    return Effect.callback((resume) => {
      const { early } = this
      this.early = undefined
      if (early !== undefined && !take(early)) return resume(Effect.void)
      if (this.end !== undefined) return resume(this.end)
      this.reader = { take, resume }
      if (this.paused) {
        this.paused = false
        this.socket.resume()
      }
      return this.forget
    })
  }

  /** Who read does not any more. What is being handled is handled to its end first, as in a fiber. */
  private readonly forget = Effect.suspend(() => {
    this.reader = undefined
    return this.taking ? Effect.yieldNow : Effect.void
  })

  send(batch: ReadonlyArray<Uint8Array>): boolean {
    const { socket } = this
    // Who reads finds out by itself.
    if (this.closed) return false
    if (batch.length === 1) return socket.write(batch[0]!)
    let length = 0
    for (const bytes of batch) length += bytes.byteLength
    if (length <= copyUpTo) return this.writeJoined(batch, length)
    socket.cork()
    for (const bytes of batch) socket.write(bytes)
    socket.uncork()
    return !socket.writableNeedDrain
  }

  /**
   * Joins the pieces in memory that all sockets share. Nearly always the operating system takes them at once, and the
   * memory is free again; where the socket keeps them it keeps the memory, too, and there is another.
   */
  private writeJoined(batch: ReadonlyArray<Uint8Array>, length: number): boolean {
    const { socket } = this
    if (!this.copies) return socket.write(Buffer.concat(batch, length))
    let at = 0
    for (const bytes of batch) {
      joined.set(bytes, at)
      at += bytes.byteLength
    }
    const hasRoom = socket.write(joined.subarray(0, length))
    if (socket.writableLength > 0) joined = Buffer.allocUnsafeSlow(copyUpTo)
    return hasRoom
  }

  get drained(): Effect.Effect<void, ConnectionEnded> {
    return drained(this.socket)
  }

  backlog(): number {
    return this.socket.writableLength
  }

  /**
   * The rest of what the peer sends is read and dropped until it ends its side too: closing on unread bytes would reset
   * the connection, and the peer might lose our last words. Meanwhile, because a peer may listen only when it has said
   * everything. A socket has no words for the reason: the last frame has said it.
   */
  close(_reason: Disconnect): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.closed = true
      if (this.socket.readableEnded) return finished(this.socket)
      const dropped = Effect.ignore(this.read(() => true))
      return Effect.all([finished(this.socket), dropped], { concurrency: 2, discard: true })
    })
  }

  get abort(): Effect.Effect<void> {
    return Effect.sync(() => {
      const { aborted, carrier, socket } = this
      this.closed = true
      if (aborted || socket.destroyed) return
      this.aborted = true
      if (socket.readableEnded && socket.writableFinished) socket.destroy()
      // A TLS socket follows the one below it by itself. To destroy both at once crashes Node (24.21).
      else reset(carrier)
    })
  }

  private receive(chunk: Uint8Array): void {
    const { reader } = this
    if (reader === undefined) {
      this.early = chunk
      this.paused = true
      this.socket.pause()
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

const ignore = (): void => {}

/** Ends our side; done when everything has left, or cannot any more. */
const finished = (socket: Net.Socket): Effect.Effect<void> =>
  Effect.callback((resume) => {
    socket.end(() => resume(Effect.void))
  })

const drained = (socket: Net.Socket): Effect.Effect<void, ConnectionEnded> =>
  Effect.callback((resume) => {
    if (socket.destroyed || socket.writableEnded) return resume(broken)
    if (!socket.writableNeedDrain) return resume(Effect.void)
    const settle = (outcome: Effect.Effect<void, ConnectionEnded>) => () => {
      forget()
      resume(outcome)
    }
    const onDrain = settle(Effect.void)
    const onClose = settle(broken)
    const forget = () => {
      socket.off("drain", onDrain)
      socket.off("close", onClose)
    }
    socket.on("drain", onDrain)
    socket.on("close", onClose)
    return Effect.sync(forget)
  })
