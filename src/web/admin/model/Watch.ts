/** Reads the metrics every two seconds, as long as somebody looks, and keeps what ten minutes of them were. */
import { type Signal, signal } from "@preact/signals"
import type { Environment } from "../../chat/model/Environment.ts"
import type { Metrics, Service } from "./answers.ts"
import { type Figures, figuresOf } from "./figures.ts"

const every = 2000

/** Moments that are kept. */
const kept = 300

/** Figures that are older than this do not go on: what lies between is nobody's. */
const gap = 3 * every

export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Undefined where nothing was read: a line is broken there. */
  readonly figures: Figures | undefined
}

/** Whether somebody may look at the page, and when that changes. */
export interface Sight {
  readonly isVisible: () => boolean
  readonly onChange: (run: () => void) => void
}

/** What it needs of the API. */
export interface Asks {
  readonly ask: <A>(path: string) => Promise<A>
}

export class Watch {
  readonly service: Signal<Service | undefined> = signal(undefined)
  readonly moments: Signal<ReadonlyArray<Moment>> = signal([])
  /** The last time it was asked it did not answer. */
  readonly isLost = signal(false)
  private readonly api: Asks
  private readonly env: Pick<Environment, "later" | "now">
  private readonly sight: Sight
  private readonly onRefused: (error: unknown) => void
  private last: { readonly metrics: Metrics; readonly at: number } | undefined
  private cancel = () => {}
  private runs = false

  constructor(api: Asks, env: Pick<Environment, "later" | "now">, sight: Sight, onRefused: (error: unknown) => void) {
    this.api = api
    this.env = env
    this.sight = sight
    this.onRefused = onRefused
    sight.onChange(() => this.look())
  }

  start(): void {
    this.runs = true
    this.look()
  }

  stop(): void {
    this.runs = false
    this.cancel()
  }

  private look(): void {
    this.cancel()
    if (this.runs && this.sight.isVisible()) void this.read()
  }

  private async read(): Promise<void> {
    this.cancel()
    let called = false
    // One at a time: whoever looks away and back again begins anew.
    this.cancel = () => void (called = true)
    try {
      const [metrics, service] = await Promise.all([
        this.api.ask<Metrics>("/service/metrics"),
        this.api.ask<Service>("/service"),
      ])
      if (called) return
      this.isLost.value = false
      this.service.value = service
      this.take(metrics)
    } catch (error) {
      if (called) return
      this.isLost.value = true
      this.onRefused(error)
    }
    if (!called && this.runs) this.cancel = this.env.later(every, () => void this.read())
  }

  private take(metrics: Metrics): void {
    const at = this.env.now()
    const { last } = this
    this.last = { metrics, at }
    if (last === undefined) return
    const isBroken = at - last.at > gap
    const moment: Moment = { at, figures: isBroken ? undefined : figuresOf(metrics, last.metrics) }
    this.moments.value = [...this.moments.value, moment].slice(-kept)
  }
}
