import * as Effect from "effect/Effect"
import { ConnectionEnded } from "../../session/Connection.ts"
import type { Cable } from "./Cable.ts"

type Outcome<A> = Effect.Effect<A, ConnectionEnded>
type Resume<A> = (outcome: Outcome<A>) => void

const broken: Outcome<never> = Effect.fail(new ConnectionEnded({ clean: false }))
const ended: Outcome<never> = Effect.fail(new ConnectionEnded({ clean: true }))

/** Hears of what comes out of a network. */
export type Tap = (bytes: Uint8Array) => void

/** One direction of a link: bytes in their order, each piece some time after it was sent. One reader, one writer. */
export class Way {
  private readonly cable: Cable
  private readonly tap: Tap
  /** Whether the reader reads just now. */
  private readonly reads: () => boolean
  private readonly pieces: Array<Uint8Array> = []
  /** Bytes sent and not read. */
  private size = 0
  /** When the last of what was sent arrives, and what is on its way. */
  private lastAt = 0
  private underWay = 0
  private endSent = false
  private endArrived = false
  private severed = false
  private readerState: "open" | "broken" | "gone" = "open"
  private writerBroken = false
  private reader: Resume<Uint8Array> | undefined
  private writer: Resume<void> | undefined
  /** Called when bytes arrive where nobody is any more. */
  onStray: () => void = () => {}

  constructor(cable: Cable, reads: () => boolean, tap: Tap) {
    this.cable = cable
    this.reads = reads
    this.tap = tap
  }

  /** Everything was read, and the writer has said that there is no more. */
  get over(): boolean {
    return this.endArrived && this.pieces.length === 0
  }

  get isEnded(): boolean {
    return this.endSent
  }

  /** Bytes the network has no room for. */
  get backlog(): number {
    return Math.max(0, this.size - this.cable.options.capacity)
  }

  /** One write; false when the writer should wait for `drained`. */
  write(batch: ReadonlyArray<Uint8Array>): boolean {
    if (this.endSent || this.writerBroken) return false
    const bytes = Buffer.concat(batch)
    this.size += bytes.byteLength
    const { dice } = this.cable
    const cut = bytes.byteLength > 1 && dice.once(8) ? 1 + dice.below(bytes.byteLength - 1) : 0
    if (cut > 0) this.send(bytes.subarray(0, cut))
    this.send(bytes.subarray(cut))
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
    if (this.endSent || this.writerBroken) return
    this.endSent = true
    this.bring(() => {
      this.endArrived = true
      this.serve()
    })
  }

  /** From here on nothing arrives, and nobody is told. */
  sever(): void {
    this.severed = true
  }

  /** Ends it for the reader at once; what was not read is lost. */
  breakReader(): void {
    if (this.readerState === "open") this.readerState = "broken"
    this.pieces.length = 0
    this.serve()
  }

  /** Ends it for the writer at once. */
  breakWriter(): void {
    this.writerBroken = true
    this.serve()
  }

  /** The reader's process is no more. */
  forgetReader(): void {
    this.readerState = "gone"
    this.reader = undefined
    this.pieces.length = 0
  }

  /** The writer's process is no more. */
  forgetWriter(): void {
    this.writerBroken = true
    this.writer = undefined
  }

  /** Resumes whoever has something to hear. */
  serve(): void {
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

  /** Behind everything that was sent. */
  bring(arrive: () => void): void {
    const { cable } = this
    this.lastAt = Math.max(this.lastAt, cable.time.now + cable.lag)
    cable.bring(this.lastAt, () => {
      if (!this.severed) arrive()
    })
  }

  private send(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    this.underWay++
    this.bring(() => {
      this.underWay--
      if (this.readerState !== "open") return this.onStray()
      this.tap(bytes)
      this.pieces.push(bytes)
      this.serve()
    })
  }

  private take(): Outcome<Uint8Array> | undefined {
    if (this.readerState === "broken") return broken
    if (!this.reads()) return undefined
    const piece = this.pieces.shift()
    if (piece === undefined) return this.endArrived ? ended : undefined
    this.size -= piece.byteLength
    return Effect.succeed(piece)
  }
}
