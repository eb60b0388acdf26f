import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { FileId } from "../../../domain/FileId.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import { chunk, window } from "./bounds.ts"

const invalid = (field: string, detail: string) => new RequestError({ reason: "InvalidFrame", field, detail })

/** A file that comes in a session: what has come and is not safe yet waits here, no more than the window. */
export class Upload {
  readonly id: FileId
  readonly size: number
  /** Behind the last byte that has come. */
  at: number
  /** Up to here it is safe. */
  safe: number
  /** Takes in what comes, until all has. */
  fiber: Fiber.Fiber<void> | undefined
  private readonly queue: Queue.Queue<Uint8Array, RequestError | Cause.Done>

  private constructor(
    file: { readonly id: FileId; readonly size: number; readonly received: number },
    queue: Queue.Queue<Uint8Array, RequestError | Cause.Done>,
  ) {
    this.id = file.id
    this.size = file.size
    this.at = file.received
    this.safe = file.received
    this.queue = queue
    this.endIfWhole()
  }

  static make(file: { readonly id: FileId; readonly size: number; readonly received: number }): Effect.Effect<Upload> {
    // What is in it is bounded by the window.
    return Effect.map(Queue.unbounded<Uint8Array, RequestError | Cause.Done>(), (queue) => new Upload(file, queue))
  }

  get bytes(): Stream.Stream<Uint8Array, RequestError> {
    return Stream.fromQueue(this.queue)
  }

  /** Bytes that its sender may have sent in good faith, and that have not come. */
  get expected(): number {
    return Math.min(this.size, this.safe + window) - this.at
  }

  /** Takes a chunk; says what is wrong with it, where something is. */
  take(offset: number, bytes: Uint8Array): RequestError | undefined {
    const { length } = bytes
    if (length > chunk) return invalid("data", `a chunk has at most ${chunk} bytes`)
    if (offset !== this.at) {
      return new RequestError({
        reason: "WrongOffset",
        field: "offset",
        detail: `Byte ${this.at} would have been next`,
      })
    }
    if (offset + length > this.size) {
      return new RequestError({
        reason: "FileTooLarge",
        detail: `There are more bytes than the ${this.size} announced`,
      })
    }
    if (offset + length > this.safe + window) {
      return invalid("offset", `at most ${window} bytes may be sent beyond what was acknowledged`)
    }
    this.at += length
    Queue.offerUnsafe(this.queue, bytes)
    this.endIfWhole()
    return undefined
  }

  /** No more comes for now: what has come is kept. */
  pause(): void {
    Queue.endUnsafe(this.queue)
  }

  /** Nothing more is taken. */
  fail(error: RequestError): void {
    Queue.failCauseUnsafe(this.queue, Cause.fail(error))
  }

  private endIfWhole(): void {
    if (this.at === this.size) Queue.endUnsafe(this.queue)
  }
}
