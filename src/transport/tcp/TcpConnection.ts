import * as Effect from "effect/Effect"
import type * as Net from "node:net"
import { type Connection, ConnectionEnded } from "../../session/Connection.ts"
import { plainAddress } from "../internal/address.ts"

/** A batch up to this many bytes is copied into one piece: cheaper than handing the pieces over. */
const copyUpTo = 16 * 1024

type Resume<A> = (outcome: Effect.Effect<A, ConnectionEnded>) => void

const ended = Effect.fail(new ConnectionEnded({ clean: true }))
const broken = Effect.fail(new ConnectionEnded({ clean: false }))

/**
 * A connection over a TCP socket, from and to the socket itself: there are thousands that say nothing, and what need
 * not wait should not cost an effect. The socket is read while somebody pulls, and stands still otherwise.
 */
export class TcpConnection implements Connection {
  readonly transport = "tcp"
  readonly remoteAddress: string
  private readonly raw: Net.Socket
  private reader: Resume<Uint8Array> | undefined
  /** What came while nobody pulled; then the socket is paused, so there is no more than one. */
  private early: Uint8Array | undefined
  /** Asked for at every pull: the socket itself would have to look it up. */
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

  readonly pull: Effect.Effect<Uint8Array, ConnectionEnded> = Effect.callback((resume) => {
    const { early } = this
    if (early !== undefined) {
      this.early = undefined
      return resume(Effect.succeed(early))
    }
    if (this.end !== undefined) return resume(this.end)
    this.reader = resume
    if (this.paused) {
      this.paused = false
      this.raw.resume()
    }
    return this.forget
  })

  /** Who pulled does not wait any more. */
  private readonly forget = Effect.sync(() => void (this.reader = undefined))

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
    const dropped = Effect.ignore(Effect.forever(this.pull, { disableYield: true }))
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
    const resume = this.reader
    if (resume === undefined) {
      this.early = chunk
      this.paused = true
      this.raw.pause()
      return
    }
    this.reader = undefined
    resume(Effect.succeed(chunk))
  }

  /** The first reason counts. */
  private over(how: Effect.Effect<never, ConnectionEnded>): void {
    this.end ??= how
    const resume = this.reader
    this.reader = undefined
    resume?.(this.end)
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
