/**
 * A session's bounded queue to the wire, between the actors that have something to tell it and its
 * link.
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

/** What an outbox is between. Neither may throw. */
export interface OutboxEnds {
  /** Hands bytes to the link, all in one write. False: it took them, and has no room for more. */
  readonly send: (batch: ReadonlyArray<Uint8Array>) => boolean
  /** Called once, when it has overflowed. */
  readonly onOverflow: () => void
}

type Waiting = Effect.Effect<void, Cause.Done>

/** Less full than this, there is room for a large answer. */
const roomy = 0.25

const ended: Waiting = Effect.fail(Cause.Done())

/** Short frames share memory with others: what may have to wait for long keeps no more of it than is counted. */
const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength * 2 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes

/** What an empty lane is; never added to. */
const none: Array<Uint8Array> = []

export class Outbox {
  private readonly bounds: OutboxBounds
  private readonly ends: OutboxEnds
  private control = none
  private chat = none
  private presence = none
  private typing = none
  /** Queued and not yet sent. */
  private waitingFrames = 0
  private waitingBytes = 0
  /** Sent to a link that has no room: it still occupies memory, so it counts. */
  private leavingFrames = 0
  private leavingBytes = 0
  private sending = false
  /** The link has no room. */
  private stuck = false
  private waiter: ((outcome: Waiting) => void) | undefined
  private forRoom: (() => void) | undefined
  private state: "open" | "ending" | "closed" = "open"
  /** Frames left out because the session reads too slowly. */
  shed = 0

  constructor(bounds: OutboxBounds, ends: OutboxEnds) {
    this.bounds = bounds
    this.ends = ends
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
    // A single batch may be larger than the bound when nothing else waits: it has to leave somehow.
    const held = this.waitingFrames + this.leavingFrames
    const fits =
      held === 0 || (held + frames <= this.bounds.frames && this.bytes + bytes.byteLength <= this.bounds.bytes)
    if (
      (lane === "typing" && (!fits || this.pressure >= this.bounds.shedTyping)) ||
      (lane === "presence" && (!fits || this.pressure >= this.bounds.shedPresence))
    ) {
      this.shed += frames
      return false
    }
    if (!fits) {
      this.shed += this.waitingFrames + frames
      this.close()
      this.ends.onOverflow()
      return false
    }
    // Nearly always it is the only one. An array of one is small: what an empty one grows to by a push is four times
    // as large, and garbage a moment later.
    const kept = this.stuck ? alone(bytes) : bytes
    if (this[lane].length === 0) this[lane] = [kept]
    else this[lane].push(kept)
    this.waitingFrames += frames
    this.waitingBytes += bytes.byteLength
    return true
  }

  /**
   * Sends everything that is queued, if the link has room. Called once at the end of a turn: all
   * that was queued in the turn leaves in one write. It is sent right here, without waking a fiber:
   * a wake-up costs as much as the write.
   */
  flush(): void {
    // Whoever gets an answer may act at once, and so come back to here: what that brings leaves behind.
    if (this.sending) return
    while (!this.stuck && this.waitingFrames > 0) {
      this.leavingFrames = this.waitingFrames
      this.leavingBytes = this.waitingBytes
      this.waitingFrames = 0
      this.waitingBytes = 0
      this.sending = true
      this.stuck = !this.ends.send(this.takeLanes())
      this.sending = false
      if (this.stuck) return this.wake()
      this.leavingFrames = 0
      this.leavingBytes = 0
    }
  }

  /**
   * Waits until the link has no room, or somebody rouses who waits; fails with `Done` when the outbox has ended and all
   * has left. One waits at a time: whoever comes later waits in place of who was interrupted.
   */
  get full(): Waiting {
    return Effect.callback<void, Cause.Done>((resume) => {
      this.waiter = resume
      this.wake()
    })
  }

  /** Wakes who waits at `full`, whether there is room or not. */
  rouse(): void {
    const resume = this.waiter
    this.waiter = undefined
    resume?.(Effect.void)
  }

  /**
   * Waits until there is room for a large answer, so that whoever asks for many at once gets them as fast as it reads
   * and is not cut off for them. One waits at a time; done at the end, too.
   */
  get room(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.pressure >= roomy) this.flush()
      return this.pressure < roomy || this.state !== "open" ? Effect.void : Effect.andThen(this.changed, this.room)
    })
  }

  private get changed(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      this.forRoom = () => resume(Effect.void)
      return Effect.sync(() => void (this.forRoom = undefined))
    })
  }

  /** The link has room again: what has gathered is sent. */
  resume(): void {
    this.stuck = false
    this.leavingFrames = 0
    this.leavingBytes = 0
    this.flush()
    this.wakeForRoom()
  }

  /** Takes nothing more; what is queued still leaves. */
  end(): void {
    if (this.state !== "open") return
    this.state = "ending"
    this.flush()
    this.wake()
    this.wakeForRoom()
  }

  /** Takes nothing more and drops what is queued. */
  close(): void {
    this.state = "closed"
    this.control = this.chat = this.presence = this.typing = none
    this.waitingFrames = 0
    this.waitingBytes = 0
    this.wake()
    this.wakeForRoom()
  }

  private wakeForRoom(): void {
    const resume = this.forRoom
    this.forRoom = undefined
    resume?.()
  }

  /** Tells who waits at `full`, if there is something to tell. */
  private wake(): void {
    const over = this.state !== "open" && this.waitingFrames === 0
    if (this.waiter === undefined || (!this.stuck && !over)) return
    const resume = this.waiter
    this.waiter = undefined
    resume(this.stuck ? Effect.void : ended)
  }

  private takeLanes(): ReadonlyArray<Uint8Array> {
    const { chat, control, presence, typing } = this
    // Nearly always there is only chat.
    if (control.length === 0 && presence.length === 0 && typing.length === 0) {
      this.chat = none
      return chat
    }
    this.control = none
    this.chat = none
    this.presence = none
    this.typing = none
    return [...control, ...chat, ...presence, ...typing]
  }
}
