import { Dice } from "../Dice.ts"
import type { VirtualTime } from "./VirtualTime.ts"

/** What a network is like between one machine and the server. */
export interface CableOptions {
  /** One way, at least. */
  readonly lag: number
  /** Up to so many more, anew for each piece. */
  readonly jitter: number
  /** So many milliseconds are one of these; 1 where it is not given. A network of one machine is faster than a millisecond. */
  readonly grain?: number | undefined
  /** Bytes that each direction holds before its writer has to wait. */
  readonly capacity: number
}

/** The way between one machine and the server, with whatever happens to it. All its chance comes from its seed. */
export class Cable {
  readonly time: VirtualTime
  readonly dice: Dice
  readonly options: CableOptions
  /** What comes through stands still on the machine's side: its program does not read. */
  private stalls = 0
  private interruptions = 0
  private waiting: Array<() => void> = []
  private readonly readers = new Set<() => void>()

  constructor(time: VirtualTime, seed: number, options: CableOptions) {
    this.time = time
    this.dice = new Dice(seed)
    this.options = options
  }

  get isStalled(): boolean {
    return this.stalls > 0
  }

  get lag(): number {
    const { grain = 1, jitter, lag } = this.options
    return (lag + this.dice.below(jitter + 1)) * grain
  }

  /** Brings something over, at a moment; while the cable is interrupted it waits: TCP sends it again and again. */
  bring(moment: number, arrive: () => void): void {
    this.time.at(moment, () => {
      if (this.interruptions > 0) this.waiting.push(arrive)
      else arrive()
    })
  }

  /** For so long nothing arrives at either end, and neither is told; then what was sent arrives. */
  interrupt(millis: number): void {
    this.interruptions++
    this.time.after(millis, () => {
      if (--this.interruptions > 0) return
      const { waiting } = this
      this.waiting = []
      for (const arrive of waiting) arrive()
    })
  }

  /** For so long the machine's program reads nothing. */
  stall(millis: number): void {
    this.stalls++
    this.time.after(millis, () => {
      if (--this.stalls > 0) return
      for (const read of this.readers) read()
    })
  }

  /** Called whenever the machine reads again. */
  whenReading(read: () => void): () => void {
    this.readers.add(read)
    return () => this.readers.delete(read)
  }
}
