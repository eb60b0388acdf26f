import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { FileId } from "../../../domain/FileId.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import type { Windows } from "../../../files/Windows.ts"
import { tooMuch, wrongOffset } from "../../../files/refusals.ts"
import { block, chunk } from "./bounds.ts"
import type { Checking } from "./Checking.ts"

const invalid = (field: string, detail: string) => new RequestError({ reason: "InvalidFrame", field, detail })

interface Expected {
  readonly id: FileId
  readonly size: number
  /** Bytes that are safe already. */
  readonly received: number
}

interface Room {
  /** Bytes that were taken of the windows. */
  readonly window: number
  readonly windows: Windows
}

/**
 * A file that comes in a session. What has come and is not safe yet waits here in a ring of as many bytes as the window has:
 * the sender may not send more, so nothing is written over before it is safe. Whoever stores it takes it from the ring in
 * blocks, without a copy and without being woken for each chunk.
 */
export class Upload {
  readonly id: FileId
  readonly size: number
  /** Bytes that may come beyond what is safe. */
  readonly window: number
  /** Whether its sender still may. */
  readonly still: Checking
  /** Behind the last byte that has come. */
  at: number
  /** Up to here it is safe. */
  safe: number
  /** Takes in what comes, until all has. */
  fiber: Fiber.Fiber<void> | undefined
  /** Which byte is at the beginning of the ring. */
  private from: number
  private ring: Uint8Array | undefined
  private readonly windows: Windows
  /** Bytes that are given on together. */
  private readonly block: number
  /** Up to here it was given on. */
  private given: number
  private end: Effect.Effect<never, RequestError | Cause.Done> | undefined
  private wake: (() => void) | undefined

  constructor({ id, received, size }: Expected, { window, windows }: Room, still: Checking) {
    this.id = id
    this.size = size
    this.window = window
    this.windows = windows
    this.still = still
    this.block = Math.min(block, window / 2)
    this.at = this.safe = this.given = this.from = received
    this.endIfWhole()
  }

  /** What comes, once. */
  get bytes(): Stream.Stream<Uint8Array, RequestError> {
    return Stream.fromPull(Effect.succeed(this.pull))
  }

  /** Bytes that its sender may have sent in good faith, and that have not come. */
  get expected(): number {
    return Math.min(this.size, this.safe + this.window) - this.at
  }

  /** Takes a chunk; says what is wrong with it, where something is. */
  take(offset: number, bytes: Uint8Array): RequestError | undefined {
    const { length } = bytes
    if (length > chunk) return invalid("data", `a chunk has at most ${chunk} bytes`)
    if (offset !== this.at) return wrongOffset(this.at)
    if (offset + length > this.size) return tooMuch(this.size)
    if (offset + length > this.safe + this.window) {
      return invalid("offset", `at most ${this.window} bytes may be sent beyond what was acknowledged`)
    }
    this.keep(bytes)
    this.endIfWhole()
    if (this.at - this.given >= this.block) this.wake?.()
    return undefined
  }

  /** Once nobody stores any more of it, and nothing is taken: its window is another's. */
  release(): void {
    this.windows.give(this.window, this.ring)
    this.ring = undefined
  }

  /** No more comes for now: what has come is kept. */
  pause(): void {
    this.endWith(Cause.done())
  }

  /** Nothing more is taken. */
  fail(error: RequestError): void {
    this.endWith(Effect.fail(error))
  }

  private keep(bytes: Uint8Array): void {
    const ring = (this.ring ??= this.windows.memory(Math.min(this.window, this.size - this.from)))
    // Where nothing waits it begins anew: a slow sender needs but its first bytes, which stay in the processor's cache.
    if (this.safe === this.at) this.from = this.at
    const place = (this.at - this.from) % this.window
    const first = Math.min(bytes.length, this.window - place)
    ring.set(first === bytes.length ? bytes : bytes.subarray(0, first), place)
    if (first < bytes.length) ring.set(bytes.subarray(first), 0)
    this.at += bytes.length
  }

  /** As many whole blocks as have come and lie side by side; at the end the rest. */
  private readonly pull: Effect.Effect<readonly [Uint8Array], RequestError | Cause.Done> = Effect.suspend(() => {
    const come = this.at - this.given
    if (come >= this.block || (come > 0 && this.end !== undefined)) {
      const place = (this.given - this.from) % this.window
      const blocks = come < this.block ? come : come - (come % this.block)
      const length = Math.min(blocks, this.window - place)
      this.given += length
      return Effect.succeed([this.ring!.subarray(place, place + length)] as const)
    }
    return this.end ?? Effect.andThen(this.more, this.pull)
  })

  private readonly more: Effect.Effect<void> = Effect.callback<void>((resume) => {
    this.wake = () => {
      this.wake = undefined
      resume(Effect.void)
    }
    return Effect.sync(() => void (this.wake = undefined))
  })

  private endWith(end: Effect.Effect<never, RequestError | Cause.Done>): void {
    this.end ??= end
    this.wake?.()
  }

  private endIfWhole(): void {
    if (this.at === this.size) this.pause()
  }
}
