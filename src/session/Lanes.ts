/**
 * What a session has asked for and has to wait for: one lane for each channel. In a lane one thing is done behind the other,
 * as it came; a channel that stands still, since its node is out of reach, holds up nothing of the others.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Disconnect } from "../domain/Disconnect.ts"
import type { FileId } from "../domain/FileId.ts"

/** Whose lanes they are. */
interface Asker {
  readonly end: (because: Disconnect) => void
  /** Something that had to wait is done. `later`: the turn in which it was read is over. */
  readonly onDone: (later: boolean) => void
}

/** What else there is to know of a request. */
interface More {
  /** Another lane that it is in as well. */
  readonly also?: string | undefined
  /** A file that it opens. */
  readonly opens?: FileId | undefined
}

/** What may wait of one session, before nothing more of it is read: twice as many requests as it can be in channels. */
const most = { requests: 256, bytes: 256 * 1024 }

export class Lanes {
  private readonly asker: Asker
  /** Done when the last that is in a lane is. */
  private readonly lanes = new Map<string, Deferred.Deferred<void>>()
  /** In which lane a file waits to be opened: as many as requests may wait, at most. */
  private readonly files = new Map<FileId, string>()
  private requests = 0
  private bytes = 0
  /** Done when the next request is; undefined while nobody waits for that. */
  private changed: Deferred.Deferred<void> | undefined

  constructor(asker: Asker) {
    this.asker = asker
  }

  get none(): boolean {
    return this.requests === 0
  }

  has(lane: string): boolean {
    return this.lanes.has(lane)
  }

  /** The lane in which this file waits to be opened: what is of that file, and names no channel, has to come behind it. */
  laneOfFile(file: FileId): string | undefined {
    return this.files.get(file)
  }

  /**
   * Does it in the background, behind whatever is in its lane. It is a child of the fiber that runs this, the one that
   * reads, and ends with it. So does what the work has forked, which goes on when the lane is free: a file on its way.
   * Done when the next frame may be read: at once, as long as not too much waits.
   */
  add(
    lane: string,
    bytes: number,
    work: Effect.Effect<void, Disconnect>,
    { also, opens }: More = {},
  ): Effect.Effect<void> {
    return Effect.suspend(() => {
      const before = this.lanes.get(lane)
      const beside = also === undefined ? undefined : this.lanes.get(also)
      if (opens !== undefined) this.files.set(opens, lane)
      const done = Deferred.makeUnsafe<void>()
      this.lanes.set(lane, done)
      if (also !== undefined) this.lanes.set(also, done)
      this.requests++
      this.bytes += bytes
      let begins = true
      const end = (exit: Exit.Exit<void>) => {
        this.requests--
        this.bytes -= bytes
        // Whoever reads has ended: what is behind this ends, too, and is not to begin before it does.
        if (Exit.isFailure(exit)) return
        this.leave(lane, done)
        if (also !== undefined) this.leave(also, done)
        this.asker.onDone(!begins)
        Deferred.doneUnsafe(done, Exit.void)
        const { changed } = this
        this.changed = undefined
        if (changed !== undefined) Deferred.doneUnsafe(changed, Exit.void)
      }
      const inFront = beside === undefined ? work : Effect.andThen(Deferred.await(beside), work)
      const task = (before === undefined ? inFront : Effect.andThen(Deferred.await(before), inFront)).pipe(
        Effect.catchCause((cause) => this.failed(cause)),
        Effect.onExit((exit) => Effect.sync(() => end(exit))),
        Effect.awaitAllChildren,
      )
      return Effect.flatMap(Effect.forkChild(task, { startImmediately: true }), () => {
        begins = false
        return this.until(() => this.requests < most.requests && this.bytes < most.bytes)
      })
    })
  }

  /** Waits until all is done. */
  readonly idle: Effect.Effect<void> = this.until(() => this.none)

  private until(holds: () => boolean): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (holds()) return Effect.void
      this.changed ??= Deferred.makeUnsafe()
      return Effect.andThen(Deferred.await(this.changed), this.until(holds))
    })
  }

  private leave(freed: string, done: Deferred.Deferred<void>): void {
    if (this.lanes.get(freed) !== done) return
    this.lanes.delete(freed)
    for (const [file, lane] of this.files) if (lane === freed) this.files.delete(file)
  }

  /** Ends the session as it would end if this was done by whoever reads. */
  private failed(cause: Cause.Cause<Disconnect>): Effect.Effect<void> {
    if (Cause.hasInterruptsOnly(cause)) return Effect.void
    const error = Cause.squash(cause)
    if (error instanceof Disconnect) return Effect.sync(() => this.asker.end(error))
    this.asker.end(new Disconnect({ reason: "Internal" }))
    return Effect.logError("a session failed", cause)
  }
}
