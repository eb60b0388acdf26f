import * as Effect from "effect/Effect"
import { ConnectionEnded } from "../../session/Connection.ts"

type Outcome<A> = Effect.Effect<A, ConnectionEnded>
type Resume<A> = (outcome: Outcome<A>) => void

const broken: Outcome<never> = Effect.fail(new ConnectionEnded({ clean: false }))
const ended: Outcome<never> = Effect.fail(new ConnectionEnded({ clean: true }))

/** One direction of a link in memory: bytes in their order, until the other end takes them. One reader, one writer. */
export class Pipe {
  private readonly capacity: number
  private readonly split: (bytes: Uint8Array) => Iterable<Uint8Array>
  private readonly chunks: Array<Uint8Array> = []
  private size = 0
  private finished = false
  /** Nothing arrives any more, and nobody is told. */
  private severed = false
  private readerBroken = false
  private writerBroken = false
  private reader: Resume<Uint8Array> | undefined
  private writer: Resume<void> | undefined

  /** Holds `capacity` bytes; more than that wait with the writer. */
  constructor(capacity: number, split: (bytes: Uint8Array) => Iterable<Uint8Array>) {
    this.capacity = capacity
    this.split = split
  }

  /** Everything was read, and the writer has said that there is no more. */
  get over(): boolean {
    return this.finished && this.chunks.length === 0 && !this.severed
  }

  /** The writer has said that there is no more, and nothing waits with it: the rest arrives by itself. */
  get delivered(): boolean {
    return this.finished && this.backlog === 0 && !this.severed
  }

  /** Bytes nobody has read. */
  get unread(): number {
    return this.size
  }

  /** Bytes the pipe has no room for. */
  get backlog(): number {
    return Math.max(0, this.size - this.capacity)
  }

  /** One write; false when the writer should wait until nothing waits with it any more, `drained`. */
  write(batch: ReadonlyArray<Uint8Array>): boolean {
    if (this.finished || this.writerBroken) return false
    for (const chunk of this.split(Buffer.concat(batch))) {
      if (chunk.byteLength === 0) continue
      this.chunks.push(chunk)
      this.size += chunk.byteLength
    }
    this.serve()
    return this.backlog === 0
  }

  readonly drained: Outcome<void> = Effect.callback((resume) => {
    this.writer = resume
    this.serve()
    return Effect.sync(() => {
      if (this.writer === resume) this.writer = undefined
    })
  })

  readonly read: Outcome<Uint8Array> = Effect.callback((resume) => {
    this.reader = resume
    this.serve()
    return Effect.sync(() => {
      if (this.reader === resume) this.reader = undefined
    })
  })

  /** The writer has no more to say. */
  finish(): void {
    this.finished = true
    this.serve()
  }

  sever(): void {
    this.severed = true
  }

  /** Ends it for the reader; what was not read is lost. */
  breakReader(): void {
    this.readerBroken = true
    this.chunks.length = 0
    this.serve()
  }

  /** Ends it for the writer. */
  breakWriter(): void {
    this.writerBroken = true
    this.serve()
  }

  /** Resumes whoever has something to hear. */
  private serve(): void {
    const { reader } = this
    const outcome = reader === undefined ? undefined : this.take()
    if (reader !== undefined && outcome !== undefined) {
      this.reader = undefined
      reader(outcome)
    }
    const { writer } = this
    if (writer !== undefined && (this.writerBroken || this.backlog === 0)) {
      this.writer = undefined
      writer(this.writerBroken ? broken : Effect.void)
    }
  }

  private take(): Outcome<Uint8Array> | undefined {
    if (this.readerBroken) return broken
    if (this.severed) return undefined
    const chunk = this.chunks.shift()
    if (chunk === undefined) return this.finished ? ended : undefined
    this.size -= chunk.byteLength
    return Effect.succeed(chunk)
  }
}
