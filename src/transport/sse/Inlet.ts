/** The way in: what was posted, one post after the other, to whoever reads the session. */
import * as Effect from "effect/Effect"
import type { Disconnect } from "../../domain/Disconnect.ts"
import { ConnectionEnded } from "../../session/Connection.ts"
import { linesOf } from "./Lines.ts"

/** What became of a post: its lines were handled, some are missing in front of it, or the session has ended. */
export type Outcome = "Handled" | { readonly expected: number } | Disconnect

export interface Post<Result = Outcome> {
  readonly body: Uint8Array
  /** The number of its first line, from the beginning of the session on; undefined: the next. */
  readonly seq: number | undefined
  /** Called once. */
  readonly answer: (outcome: Result) => void
}

interface Reader {
  readonly take: (bytes: Uint8Array) => boolean
  readonly resume: (outcome: Effect.Effect<void, ConnectionEnded>) => void
}

const nothing = new Uint8Array(0)

export class Inlet {
  /** Lines that were handed over since the session began. */
  private taken = 0
  private reader: Reader | undefined
  /** Something is being handled, right here. */
  private taking = false
  /** Handed over, and not handled yet. */
  private current: Post | undefined
  /** Bounded by how many may be posted at a time. */
  private readonly waiting: Array<Post> = []
  private over: Effect.Effect<never, ConnectionEnded> | undefined
  private reason: Disconnect | undefined

  read(take: (bytes: Uint8Array) => boolean): Effect.Effect<void, ConnectionEnded> {
    return Effect.callback((resume) => {
      // Whoever reads on has handled what it read.
      this.handled()
      this.reader = { take, resume }
      this.next()
      return this.forget
    })
  }

  /** Who read does not any more. What is being handled is handled to its end first, as in a fiber. */
  private readonly forget = Effect.suspend(() => {
    this.reader = undefined
    return this.taking ? Effect.yieldNow : Effect.void
  })

  /** Takes a post, to be handled in its turn. */
  push(post: Post): void {
    if (this.reason !== undefined) return post.answer(this.reason)
    this.waiting.push(post)
    this.next()
  }

  /** The peer has been heard of. */
  stir(): void {
    if (this.reader !== undefined && !this.taking) this.give(nothing)
  }

  /** There is nobody any more who could post; the first time counts. What was posted before is still read. */
  end(clean: boolean): void {
    this.over ??= Effect.fail(new ConnectionEnded({ clean }))
    this.next()
  }

  /** The session has ended: nothing more is read. */
  close(reason: Disconnect): void {
    if (this.reason !== undefined) return
    this.reason = reason
    // Who says goodbye ends its session with what it posts, and nothing went wrong.
    this.current?.answer(reason.reason === "Goodbye" ? "Handled" : reason)
    this.current = undefined
    for (const post of this.waiting.splice(0)) post.answer(reason)
  }

  private handled(): void {
    const { current } = this
    this.current = undefined
    current?.answer("Handled")
  }

  private next(): void {
    while (this.reader !== undefined && !this.taking) {
      const post = this.waiting.shift()
      if (post === undefined) return this.finish()
      const piece = this.newOf(post)
      if (piece === undefined) continue
      this.current = post
      if (this.give(piece)) this.handled()
    }
  }

  /** What was not taken yet of a post, which may be one that was posted before and not heard to be answered. */
  private newOf({ answer, body, seq = this.taken }: Post): Uint8Array | undefined {
    if (seq > this.taken) {
      answer({ expected: this.taken })
      return undefined
    }
    let number = seq
    let start = body.byteLength
    for (const [at] of linesOf(body)) {
      if (number === this.taken) start = Math.min(start, at)
      if (number++ >= this.taken) this.taken = number
    }
    if (start < body.byteLength) return body.subarray(start)
    answer("Handled")
    return undefined
  }

  private finish(): void {
    const { over, reader } = this
    if (over === undefined) return
    this.reader = undefined
    reader?.resume(over)
  }

  /** Whether it was handled at once. */
  private give(piece: Uint8Array): boolean {
    const { reader } = this
    let outcome: Effect.Effect<void> = Effect.void
    this.taking = true
    try {
      if (reader!.take(piece)) return true
    } catch (defect) {
      outcome = Effect.die(defect)
    } finally {
      this.taking = false
    }
    this.reader = undefined
    reader!.resume(outcome)
    return false
  }
}
