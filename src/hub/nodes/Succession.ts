import * as Effect from "effect/Effect"

/** What has to wait is done one behind the other. */
export class Succession {
  private readonly run: (effect: Effect.Effect<void>) => void
  /** The first is being done. */
  private readonly waiting: Array<Effect.Effect<void>> = []

  constructor(run: (effect: Effect.Effect<void>) => void) {
    this.run = run
  }

  get none(): boolean {
    return this.waiting.length === 0
  }

  add(effect: Effect.Effect<void>): void {
    this.waiting.push(effect)
    if (this.waiting.length === 1) this.run(this.rest)
  }

  private readonly rest: Effect.Effect<void> = Effect.suspend(() => {
    const [next] = this.waiting
    if (next === undefined) return Effect.void
    return Effect.flatMap(next, () => {
      this.waiting.shift()
      return this.rest
    })
  })
}
