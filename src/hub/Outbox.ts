/**
 * A session's bounded queue to the wire, between the actors that have something to tell it and the
 * one fiber that writes.
 *
 * What is queued leaves by lanes: answers before chat, chat before presence, presence before
 * typing. When a session reads slower than it is told, what is ephemeral is left out first; chat
 * and answers never are: at the bound the outbox overflows and the session ends as a slow consumer.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

export type Lane = "control" | "chat" | "presence" | "typing"

export interface OutboxBounds {
  readonly bytes: number
  readonly frames: number
  /** Share of either bound from which on typing is left out. */
  readonly shedTyping: number
  /** Share of either bound from which on presence is left out, to be told as a whole later. */
  readonly shedPresence: number
}

export const defaultBounds: OutboxBounds = {
  bytes: 1024 * 1024,
  frames: 1024,
  shedTyping: 0.5,
  shedPresence: 0.75,
}

type Batch = ReadonlyArray<Uint8Array>
type Taken = Effect.Effect<Batch, Cause.Done>

const ended: Taken = Effect.fail(Cause.Done())

export class Outbox {
  private readonly bounds: OutboxBounds
  private readonly onOverflow: () => void
  private control: Array<Uint8Array> = []
  private chat: Array<Uint8Array> = []
  private presence: Array<Uint8Array> = []
  private typing: Array<Uint8Array> = []
  /** Queued and not yet taken. */
  private waitingFrames = 0
  private waitingBytes = 0
  /** Taken, and not yet handed to the network: it still occupies memory, so it counts. */
  private leavingFrames = 0
  private leavingBytes = 0
  private waiter: ((taken: Taken) => void) | undefined
  private state: "open" | "ending" | "closed" = "open"
  /** Frames left out because the session reads too slowly. */
  shed = 0

  constructor(bounds: OutboxBounds, onOverflow: () => void) {
    this.bounds = bounds
    this.onOverflow = onOverflow
  }

  /** How full it is: 0 empty, 1 at a bound. */
  get pressure(): number {
    return Math.max(
      (this.waitingBytes + this.leavingBytes) / this.bounds.bytes,
      (this.waitingFrames + this.leavingFrames) / this.bounds.frames,
    )
  }

  /** Bytes held in memory for this session. */
  get bytes(): number {
    return this.waitingBytes + this.leavingBytes
  }

  /**
   * Queues bytes that hold `frames` whole frames. They leave with the next `flush`. False when they
   * were left out, or the outbox is closed.
   */
  offer(lane: Lane, bytes: Uint8Array, frames = 1): boolean {
    if (this.state !== "open") return false
    if (
      (lane === "typing" && this.pressure >= this.bounds.shedTyping) ||
      (lane === "presence" && this.pressure >= this.bounds.shedPresence)
    ) {
      this.shed += frames
      return false
    }
    // A single batch may be larger than the bound when nothing else waits: it has to leave somehow.
    const held = this.waitingFrames + this.leavingFrames
    if (
      held > 0 &&
      (held + frames > this.bounds.frames || this.bytes + bytes.byteLength > this.bounds.bytes)
    ) {
      this.shed += this.waitingFrames + frames
      this.close()
      this.onOverflow()
      return false
    }
    this[lane].push(bytes)
    this.waitingFrames += frames
    this.waitingBytes += bytes.byteLength
    return true
  }

  /**
   * Wakes the writer, which takes everything. Called once at the end of a turn: all that was queued
   * in the turn leaves in one write. The writer runs at once, inside this call: a wake-up through
   * the scheduler would cost more than the write.
   */
  flush(): void {
    if (this.waiter === undefined || this.waitingFrames === 0) return
    const resume = this.waiter
    this.waiter = undefined
    resume(Effect.succeed(this.drain()))
  }

  /** Everything queued, as soon as there is something; fails with `Done` when it has ended. One taker at a time. */
  readonly take: Taken = Effect.callback<Batch, Cause.Done>((resume) => {
    this.leavingFrames = 0
    this.leavingBytes = 0
    if (this.waitingFrames > 0) return resume(Effect.succeed(this.drain()))
    if (this.state !== "open") return resume(ended)
    this.waiter = resume
    return Effect.sync(() => {
      if (this.waiter === resume) this.waiter = undefined
    })
  })

  /** Takes nothing more; what is queued may still leave. */
  end(): void {
    if (this.state !== "open") return
    this.state = "ending"
    this.wakeToEnd()
  }

  /** Takes nothing more and drops what is queued. */
  close(): void {
    this.state = "closed"
    this.control = this.chat = this.presence = this.typing = []
    this.waitingFrames = 0
    this.waitingBytes = 0
    this.wakeToEnd()
  }

  private wakeToEnd(): void {
    if (this.waitingFrames > 0) return this.flush()
    const resume = this.waiter
    this.waiter = undefined
    resume?.(ended)
  }

  private drain(): Batch {
    const { chat, control, presence, typing } = this
    const batch =
      control.length === 0 && presence.length === 0 && typing.length === 0
        ? chat
        : [...control, ...chat, ...presence, ...typing]
    this.chat = []
    if (control.length > 0) this.control = []
    if (presence.length > 0) this.presence = []
    if (typing.length > 0) this.typing = []
    this.leavingFrames = this.waitingFrames
    this.leavingBytes = this.waitingBytes
    this.waitingFrames = 0
    this.waitingBytes = 0
    return batch
  }
}
