import type { Party, TransferNotice } from "../Party.ts"

/** Whoever takes a file: is given one notice after the other, as fast as it reads. */
export class Taker {
  readonly party: Party
  /** Since when it has taken nothing, though something waits for it. */
  stuckSince: number | undefined
  private readonly now: () => number
  private readonly onRoom: () => void
  private readonly flush: () => void
  /** What it has no room for: of the sender no more is read meanwhile, so these are a chunk and how it ends. */
  private waiting: Array<TransferNotice> = []
  private onLeft: (() => void) | undefined

  /** `onRoom` is run whenever nothing waits for it any more; `flush` has leave what it was given meanwhile. */
  constructor(
    party: Party,
    options: { readonly now: () => number; readonly onRoom: () => void; readonly flush: () => void },
  ) {
    this.party = party
    this.now = options.now
    this.onRoom = options.onRoom
    this.flush = options.flush
  }

  /** Whether something waits for room. */
  get isBehind(): boolean {
    return this.waiting.length > 0
  }

  give(notice: TransferNotice): void {
    if (this.waiting.length === 0 && this.party.give(notice)) return
    this.waiting.push(notice)
    if (this.waiting.length === 1) this.wait()
  }

  /** Runs this once when all that it was given has left. */
  whenLeft(run: () => void): void {
    this.onLeft = run
    if (!this.isBehind) this.wait()
  }

  private wait(): void {
    this.stuckSince = this.now()
    this.party.whenLeft(() => this.goOn())
  }

  private goOn(): void {
    this.stuckSince = undefined
    const hadRoom = !this.isBehind
    while (this.waiting.length > 0 && this.party.give(this.waiting[0]!)) this.waiting.shift()
    // Nobody else does so: this is not the turn of anybody who tells something.
    if (!hadRoom) this.flush()
    if (this.waiting.length > 0) return this.wait()
    if (!hadRoom) {
      if (this.onLeft !== undefined) this.wait()
      return this.onRoom()
    }
    const run = this.onLeft
    this.onLeft = undefined
    run?.()
  }
}
