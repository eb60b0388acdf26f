import * as Effect from "effect/Effect"
import type { Later } from "../../../hub/audience/Later.ts"

/**
 * One after the other: between two chunks of files everything is handled that came meanwhile, however many send. A chunk
 * takes a millisecond or two to read, and what is said is not to wait for twenty of them. Bounded by those who send.
 */
export class Turns {
  private readonly later: Later
  private waiting: Array<() => void> = []

  constructor(later: Later) {
    this.later = later
  }

  /** Done when it is this one's turn. */
  readonly next: Effect.Effect<void> = Effect.callback((resume) => {
    const turn = () => resume(Effect.void)
    this.waiting.push(turn)
    if (this.waiting.length === 1) this.go()
    return Effect.sync(() => {
      // The first has its turn coming, whether it is there or not.
      const at = this.waiting.indexOf(turn)
      if (at > 0) this.waiting.splice(at, 1)
    })
  })

  private go(): void {
    this.later(0, () => {
      const turn = this.waiting.shift()
      turn?.()
      if (this.waiting.length > 0) this.go()
    })
  }
}
