import * as Effect from "effect/Effect"
import type * as Net from "node:net"
import { type Connection, ConnectionEnded } from "../../session/Connection.ts"
import { plainAddress } from "../internal/address.ts"

/** A batch up to this many bytes is copied into one piece: cheaper than handing the pieces over. */
const copyUpTo = 16 * 1024

interface Reader {
  readonly take: (bytes: Uint8Array) => boolean
  readonly resume: (outcome: Effect.Effect<void, ConnectionEnded>) => void
}

const ended = Effect.fail(new ConnectionEnded({ clean: true }))
const broken = Effect.fail(new ConnectionEnded({ clean: false }))

/**
 * A connection over a TCP socket, from and to the socket itself: there are thousands that say nothing, and what need
 * not wait should not cost an effect. The socket is read while somebody reads here, and stands still otherwise.
 */
export class TcpConnection implements Connection {
  readonly transport = "tcp"
  readonly remoteAddress: string
  private readonly raw: Net.Socket
  private reader: Reader | undefined
  /** Something that was read is being handled, right here. */
  private taking = false
  /** What came while nobody read; then the socket is paused, so there is no more than one. */
  private early: Uint8Array | undefined
  /** Asked for at every read: the socket itself would have to look it up. */
  private paused = true
  private end: Effect.Effect<never, ConnectionEnded> | undefined

  /** Takes the socket over; it must not have been read from. */
  constructor(raw: Net.Socket) {
    this.raw = raw
    this.remoteAddress = plainAddress(raw.remoteAddress ?? "unknown")
    raw.pause()
    raw.on("data", (chunk) => this.receive(chunk))
    raw.on("end", () => this.over(ended))
    raw.on("close", () => this.over(broken))
    // It is followed by a close.
    raw.on("error", ignore)
    if (raw.destroyed) this.end = broken
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
        this.raw.resume()
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
    const { raw } = this
    // A write after the end would be an error event; the reader finds out by itself.
    if (raw.destroyed || raw.writableEnded) return false
    if (batch.length === 1) return raw.write(batch[0]!)
    let length = 0
    for (const bytes of batch) length += bytes.byteLength
    if (length <= copyUpTo) return raw.write(Buffer.concat(batch, length))
    raw.cork()
    for (const bytes of batch) raw.write(bytes)
    raw.uncork()
    return !raw.writableNeedDrain
  }

  get drained(): Effect.Effect<void, ConnectionEnded> {
    return drained(this.raw)
  }

  backlog(): number {
    return this.raw.writableLength
  }

  /**
   * The rest of what the peer sends is read and dropped until it ends its side too: closing on unread bytes would reset
   * the connection, and the peer might lose our last words. Meanwhile, because a peer may listen only when it has said
   * everything.
   */
  get close(): Effect.Effect<void> {
    if (this.raw.readableEnded) return finished(this.raw)
    const dropped = Effect.ignore(this.read(() => true))
    return Effect.all([finished(this.raw), dropped], { concurrency: 2, discard: true })
  }

  get abort(): Effect.Effect<void> {
    const { raw } = this
    return Effect.sync(() => {
      if (raw.destroyed) return
      if (raw.readableEnded && raw.writableFinished) raw.destroy()
      else raw.resetAndDestroy()
    })
  }

  private receive(chunk: Uint8Array): void {
    const { reader } = this
    if (reader === undefined) {
      this.early = chunk
      this.paused = true
      this.raw.pause()
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
const finished = (raw: Net.Socket): Effect.Effect<void> =>
  Effect.callback((resume) => {
    raw.end(() => resume(Effect.void))
  })

const drained = (raw: Net.Socket): Effect.Effect<void, ConnectionEnded> =>
  Effect.callback((resume) => {
    if (raw.destroyed || raw.writableEnded) return resume(broken)
    if (!raw.writableNeedDrain) return resume(Effect.void)
    const settle = (outcome: Effect.Effect<void, ConnectionEnded>) => () => {
      forget()
      resume(outcome)
    }
    const onDrain = settle(Effect.void)
    const onClose = settle(broken)
    const forget = () => {
      raw.off("drain", onDrain)
      raw.off("close", onClose)
    }
    raw.on("drain", onDrain)
    raw.on("close", onClose)
    return Effect.sync(forget)
  })
