// Those who come, stay for a moment, go, and come again.
import { fail, open, progress, rates, seconds, stopwatch, within } from "./Conversation.ts"
import type { Peer } from "./Peer.ts"
import type { SessionPlan } from "./Plan.ts"

/** Ports of those who went are taken for a minute: so many addresses have enough of them. */
const addresses = 250

/** Seconds in which a first one has to be through. */
const firstWithin = 10

/** What a visitor does between connecting and hanging up; `visit` counts the visits of all. */
export type Stay = (peer: Peer, visitor: number, visit: number) => Promise<void>

/** So many who visit the server again and again, each waiting until the server has hung up, too. */
export class Visitors {
  /** Visits that are over. */
  visits = 0
  private readonly plan: SessionPlan
  private readonly stay: Stay
  private readonly all: ReadonlyArray<Promise<void>>
  private begun = 0
  private visiting = true
  /** Called when a visit is over. */
  private over: (() => void) | undefined

  constructor(plan: SessionPlan, count: number, stay: Stay) {
    this.plan = plan
    this.stay = stay
    this.all = Array.from({ length: count }, (_, visitor) => this.comeAgain(visitor))
  }

  /** What their visits cost for so many seconds. */
  async measure(duration: number) {
    progress("measuring")
    const [before, taken] = [this.visits, stopwatch(this.plan)]
    await seconds(duration)
    // Where much else runs, nobody may be through in a short time: it takes as long as the first one does.
    if (this.visits === before)
      await within(firstWithin, "nobody was through", new Promise<void>((over) => (this.over = over)))
    return rates(this.visits - before, taken())
  }

  /** Those who are here finish their visit, and nobody comes again. */
  async end(): Promise<void> {
    this.visiting = false
    await Promise.all(this.all)
  }

  private async comeAgain(visitor: number): Promise<void> {
    while (this.visiting) {
      const visit = this.begun++
      let leaving = false
      let closed: () => void
      const gone = new Promise<void>((resolve) => (closed = resolve))
      const peer = open(this.plan, {
        number: (visit % addresses) * 20_000,
        onClose: (_, reason) => (leaving ? closed() : fail(`a visitor was lost: ${reason}`)),
      })
      await this.stay(peer, visitor, visit)
      leaving = true
      peer.end()
      await gone
      this.visits++
      this.over?.()
    }
  }
}
