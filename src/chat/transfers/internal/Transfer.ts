import type { SessionId } from "../../../domain/SessionId.ts"
import type { TransferId } from "../../../domain/TransferId.ts"
import type { Party } from "../Party.ts"
import type { Taker } from "./Taker.ts"

/** A file as it is offered. */
export interface OfferedFile {
  readonly name: string
  readonly size: number
}

/** One file that is offered, and then goes from its sender to those who take it. */
export class Transfer {
  readonly id: TransferId
  readonly sender: Party
  readonly file: OfferedFile
  readonly beganAt: number
  /** `offered` until the first chunk has come, `ending` when the last has. */
  phase: "offered" | "flowing" | "ending" | "over" = "offered"
  /** Those who were shown the offer and may still answer. */
  readonly asked = new Set<SessionId>()
  readonly takers = new Map<SessionId, Taker>()
  /** How many of the takers have got all of it. */
  delivered = 0
  /** When the sender was last heard of. */
  heardAt: number
  /** Lets the sender go on, while it is held back. */
  goOn: (() => void) | undefined
  private chunks = 0
  private bytes = 0

  constructor(id: TransferId, sender: Party, file: OfferedFile, now: number) {
    this.id = id
    this.sender = sender
    this.file = file
    this.beganAt = now
    this.heardAt = now
  }

  /** Whether the sender knows that it is to send: somebody has taken the offer. */
  get isRunning(): boolean {
    return this.phase === "flowing" || (this.phase === "offered" && this.takers.size > 0)
  }

  /** Takes note of a chunk. What is wrong with it, where something is. */
  add(chunk: number, bytes: number): string | undefined {
    if (chunk < this.chunks) return `Chunk ${chunk} of ${this.file.name} came again`
    if (chunk > this.chunks) return `Chunk ${chunk} of ${this.file.name} came where ${this.chunks} was to come`
    if (this.bytes + bytes > this.file.size) {
      return `${this.file.name} has more than the ${bytesOf(this.file.size)} that were announced`
    }
    this.chunks++
    this.bytes += bytes
    return undefined
  }

  /** What is missing at the end, where something is. */
  get missing(): string | undefined {
    const { name, size } = this.file
    return this.bytes === size ? undefined : `${name} ended behind ${this.bytes} of its ${bytesOf(size)}`
  }

  get isHeldBack(): boolean {
    for (const taker of this.takers.values()) if (taker.isBehind) return true
    return false
  }
}

const bytesOf = (bytes: number): string => (bytes === 1 ? "1 byte" : `${bytes} bytes`)
