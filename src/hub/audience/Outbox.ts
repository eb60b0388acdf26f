/**
 * A session's bounded queue to the wire, between the actors that have something to tell it and its
 * link.
 *
 * What is queued leaves by lanes: answers before chat, chat before presence, presence before
 * typing. When a session reads slower than it is told, what is ephemeral is left out first; chat
 * and answers never are: at the bound the outbox overflows and the session ends as a slow consumer.
 *
 * Below all of these is the lane of files. It has a small bound of its own and takes no room from the others: whoever
 * sends a file offers a piece again when there is room, and so is as fast as the session reads.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { Outboxes } from "./Outboxes.ts"

export type Lane = "control" | "chat" | "presence" | "typing" | "files"

export interface OutboxBounds {
  readonly bytes: number
  readonly frames: number
  /** Share of either bound from which on typing is left out. */
  readonly shedTyping: number
  /** Share of either bound from which on presence is left out, to be told as a whole later. */
  readonly shedPresence: number
  /** Bytes of files that may wait, beside the others; a single piece may be larger. */
  readonly files: number
}

export const defaultBounds: OutboxBounds = {
  bytes: 1024 * 1024,
  frames: 1024,
  shedTyping: 0.5,
  shedPresence: 0.75,
  files: 128 * 1024,
}

/** What an outbox is between. None may throw. */
export interface OutboxEnds<Piece> {
  /** Hands pieces of so many frames and bytes to the link, all in one write. False: it took them, and has no room for more. */
  send(batch: ReadonlyArray<Piece>, frames: number, bytes: number): boolean
  /** A piece as it can be kept for long: one that shares memory with others would keep those, too. */
  keep(piece: Piece): Piece
  /** Called once, when it has overflowed. */
  readonly onOverflow: () => void
}

type Waiting = Effect.Effect<void, Cause.Done>

/** Less full than this, there is room for a large answer. */
const roomy = 0.25

const nothing = (): void => {}

interface FilePiece<Piece> {
  readonly piece: Piece
  readonly bytes: number
}

const ended: Waiting = Effect.fail(Cause.Done())

/** Bytes that keep no more memory than they occupy. */
export const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength * 2 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes

/** What an empty lane is; never added to. */
const none: Array<never> = []

export class Outbox<Piece> {
  private readonly bounds: OutboxBounds
  private readonly ends: OutboxEnds<Piece>
  private readonly outboxes: Outboxes
  /** Whether the outboxes know that something is queued here. */
  private listed = false
  private control: Array<Piece> = none
  private chat: Array<Piece> = none
  private presence: Array<Piece> = none
  private typing: Array<Piece> = none
  private files: Array<FilePiece<Piece>> = none
  private fileBytes = 0
  /** Those who wait for room for files. */
  private forFiles: Set<() => void> | undefined
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
  /** Those who wait for room; as many as the session lets wait for large answers. */
  private forRoom: Set<() => void> | undefined
  private state: "open" | "ending" | "closed" = "open"

  constructor(bounds: OutboxBounds, ends: OutboxEnds<Piece>, outboxes: Outboxes = new Outboxes()) {
    this.bounds = bounds
    this.ends = ends
    this.outboxes = outboxes
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
    return this.waitingBytes + this.leavingBytes + this.fileBytes
  }

  /** How many whole frames that is. */
  get frames(): number {
    return this.waitingFrames + this.leavingFrames + this.files.length
  }

  /** What waits in each lane. */
  get lanes(): Readonly<Record<Lane, ReadonlyArray<Piece>>> {
    const { chat, control, presence, typing } = this
    return { control, chat, presence, typing, files: this.files.map(({ piece }) => piece) }
  }

  /** Bytes that a link without room has already taken. */
  get leaving(): number {
    return this.leavingBytes
  }

  /**
   * Queues a piece of so many bytes that holds `frames` whole frames. It leaves with the next flush, the outboxes' or
   * its own. False when it was left out, or the outbox is closed. A piece of a file is one frame.
   */
  offer(lane: Lane, piece: Piece, bytes: number, frames = 1): boolean {
    if (this.state !== "open") return false
    if (lane === "files") return this.offerFile(piece, bytes)
    // A single batch may be larger than the bound when nothing else waits: it has to leave somehow.
    const held = this.waitingFrames + this.leavingFrames
    const fits =
      held === 0 ||
      (held + frames <= this.bounds.frames && this.waitingBytes + this.leavingBytes + bytes <= this.bounds.bytes)
    if (
      (lane === "typing" && (!fits || this.pressure >= this.bounds.shedTyping)) ||
      (lane === "presence" && (!fits || this.pressure >= this.bounds.shedPresence))
    ) {
      if (lane === "typing") this.outboxes.meter.shedTyping += frames
      else this.outboxes.meter.shedPresence += frames
      return false
    }
    if (!fits) {
      this.close()
      this.ends.onOverflow()
      return false
    }
    // Nearly always it is the only one. An array of one is small: what an empty one grows to by a push is four times
    // as large, and garbage a moment later.
    const kept = this.stuck ? this.ends.keep(piece) : piece
    if (this[lane].length === 0) this[lane] = [kept]
    else this[lane].push(kept)
    this.waitingFrames += frames
    this.waitingBytes += bytes
    this.list()
    return true
  }

  private offerFile(piece: Piece, bytes: number): boolean {
    if (this.fileBytes > 0 && this.fileBytes + bytes > this.bounds.files) return false
    const kept = { piece: this.stuck ? this.ends.keep(piece) : piece, bytes }
    if (this.files.length === 0) this.files = [kept]
    else this.files.push(kept)
    this.fileBytes += bytes
    this.list()
    return true
  }

  /**
   * Runs this once when the lane of files has run empty, which may be right now, or at the end of the outbox; what it
   * returns takes that back. Never where the end has come already. As many may wait as there are files on their way.
   */
  whenFilesLeft(run: () => void): () => void {
    if (this.state !== "open") return nothing
    if (this.files.length === 0) {
      run()
      return nothing
    }
    const waiting = (this.forFiles ??= new Set())
    waiting.add(run)
    return () => void waiting.delete(run)
  }

  private list(): void {
    if (this.listed) return
    this.listed = true
    this.outboxes.add(this)
  }

  /** The outboxes' turn to send has come. */
  leave(): void {
    this.listed = false
    this.flush()
  }

  /**
   * Sends everything that is queued, if the link has room. It is sent right here, without waking a
   * fiber: a wake-up costs as much as the write.
   */
  flush(): void {
    // Whoever gets an answer may act at once, and so come back to here: what that brings leaves behind.
    if (this.sending) return
    while (!this.stuck && (this.waitingFrames > 0 || this.files.length > 0)) {
      // A piece of a file by itself: what is said meanwhile goes before the next.
      const batch = this.waitingFrames > 0 ? this.takeLanes() : this.takeFile()
      this.sending = true
      this.stuck = !this.ends.send(batch, this.leavingFrames, this.leavingBytes)
      this.sending = false
      if (this.stuck) break
      this.leavingFrames = 0
      this.leavingBytes = 0
    }
    if (this.stuck) this.wake()
    if (this.files.length === 0) this.filesLeft()
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
   * and is not cut off for them. Of several who wait some may find none, and wait on; done at the end, too.
   */
  get room(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.pressure >= roomy) this.flush()
      return this.pressure < roomy || this.state !== "open" ? Effect.void : Effect.andThen(this.changed, this.room)
    })
  }

  private get changed(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const wake = () => resume(Effect.void)
      const waiting = (this.forRoom ??= new Set())
      waiting.add(wake)
      return Effect.sync(() => void waiting.delete(wake))
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
    // Nobody waits for the end of a file to say goodbye.
    this.dropFiles()
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
    this.dropFiles()
    this.wake()
    this.wakeForRoom()
    this.filesLeft()
  }

  private dropFiles(): void {
    this.files = none
    this.fileBytes = 0
  }

  private filesLeft(): void {
    const waiting = this.forFiles
    if (waiting === undefined) return
    this.forFiles = undefined
    for (const run of waiting) run()
  }

  private wakeForRoom(): void {
    const waiting = this.forRoom
    if (waiting === undefined) return
    this.forRoom = undefined
    for (const wake of waiting) wake()
  }

  /** Tells who waits at `full`, if there is something to tell. */
  private wake(): void {
    const over = this.state !== "open" && this.waitingFrames === 0
    if (this.waiter === undefined || (!this.stuck && !over)) return
    const resume = this.waiter
    this.waiter = undefined
    resume(this.stuck ? Effect.void : ended)
  }

  private takeLanes(): ReadonlyArray<Piece> {
    this.leavingFrames = this.waitingFrames
    this.leavingBytes = this.waitingBytes
    this.waitingFrames = 0
    this.waitingBytes = 0
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

  private takeFile(): ReadonlyArray<Piece> {
    const { bytes, piece } = this.files.shift()!
    this.fileBytes -= bytes
    this.leavingFrames = 1
    this.leavingBytes = bytes
    return [piece]
  }
}
