import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { FileId } from "../../../domain/FileId.ts"
import { FrameMemory } from "../../../protocol/FrameMemory.ts"
import { window } from "./bounds.ts"
import type { Checking } from "./Checking.ts"

/** A file that is read in a session. */
export class Download {
  readonly id: FileId
  readonly size: number
  /** Whether its reader still may. */
  readonly still: Checking
  /** Behind the last byte that was sent. */
  at: number
  /** Up to here the reader has it. */
  acknowledged: number
  /** Where its chunks are written: the same for all, as long as the network takes each at once. */
  memory = new FrameMemory()
  /** Sends it, until the reader has all. */
  fiber: Fiber.Fiber<void> | undefined
  private wake: (() => void) | undefined

  constructor({ id, size }: { readonly id: FileId; readonly size: number }, offset: number, still: Checking) {
    this.id = id
    this.size = size
    this.still = still
    this.at = offset
    this.acknowledged = offset
  }

  acknowledge(offset: number): void {
    this.acknowledged = offset
    this.wake?.()
  }

  /** Whether so many bytes more are within the window. */
  hasRoom(bytes: number): boolean {
    return this.at + bytes <= this.acknowledged + window
  }

  /** Waits until they are. */
  room(bytes: number): Effect.Effect<void> {
    return this.reached(this.at + bytes - window)
  }

  /** Waits until the reader has all up to here. */
  reached(offset: number): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.acknowledged >= offset ? Effect.void : Effect.andThen(this.changed, this.reached(offset)),
    )
  }

  private get changed(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      this.wake = () => resume(Effect.void)
      return Effect.sync(() => void (this.wake = undefined))
    })
  }
}
