/** The counters and latencies of a load of another server. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Histogram } from "../../../scenario/Histogram.ts"
import { measuredPart } from "../../../scenario/Result.ts"

/** When a request was due, and when it was sent, in milliseconds since the load began. */
export interface Timing {
  readonly due: number
  readonly sentAt: number
}

/** How many different reasons are counted apart; further ones are counted together as "other". */
const reasonsKept = 100

export class LoadRecord {
  /** Connections that are open. */
  connected = 0
  /** When the measured part began, in milliseconds; undefined while connections are still being opened. */
  measuredFrom: number | undefined
  sent = 0
  answered = 0
  /** Of what was answered, what was answered with an error. */
  refused = 0
  /** What waited for its answer when the load was stopped: nobody knows what would have come of it. */
  waiting = 0
  failed = 0
  bytesSent = 0
  bytesReceived = 0
  readonly latencies = new Map<string, Histogram>()
  readonly counters = new Map<string, number>()
  readonly errors = new Map<string, number>()
  readonly marks: Array<{ readonly at: number; readonly label: string }> = []
  private readonly clock: Clock.Clock
  private readonly origin: bigint
  private recent = new Histogram()

  /** For so many milliseconds an answer is waited for. */
  private readonly limit: number
  /** When a request was sent last. */
  sentAt = 0
  /** When an answer came last, and up to when nothing is known to have been answered. */
  answeredAt = 0
  private stoodStillUntil = 0
  /** Milliseconds of the measured part in which requests were lost and nothing was answered. */
  stoodStill = 0

  constructor(clock: Clock.Clock, limit: number) {
    this.clock = clock
    this.limit = limit
    this.origin = clock.monotonicTimeNanosUnsafe()
  }

  /** Milliseconds since the load began. */
  now(): number {
    return Number(this.clock.monotonicTimeNanosUnsafe() - this.origin) / 1e6
  }

  /** Waits until about then. */
  until(moment: number): Effect.Effect<void> {
    const early = Math.floor(moment - this.now())
    return early > 0 ? Effect.sleep(early) : Effect.void
  }

  begin(): void {
    this.measuredFrom = this.now()
    this.mark(measuredPart.begins)
  }

  mark(label: string): void {
    this.marks.push({ at: this.now() / 1000, label })
  }

  count(name: string, by = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by)
  }

  error(reason: string, times = 1): void {
    if (times === 0) return
    const kept = this.errors.has(reason) || this.errors.size < reasonsKept ? reason : "other"
    this.errors.set(kept, (this.errors.get(kept) ?? 0) + times)
    this.failed += times
  }

  latency(name: string, milliseconds: number): void {
    this.histogram(name).record(milliseconds)
  }

  private histogram(name: string): Histogram {
    let histogram = this.latencies.get(name)
    if (histogram === undefined) this.latencies.set(name, (histogram = new Histogram()))
    return histogram
  }

  /** Records an answer that arrives now, to a request that was due and was sent at these times. */
  answer({ due, sentAt }: Timing): void {
    const now = this.now()
    // Timers are as exact as a millisecond, so it may have gone out a little before it was due.
    const response = now - Math.min(due, sentAt)
    this.answered++
    this.answeredAt = now
    this.latency("response", response)
    this.latency("service", now - sentAt)
    this.recent.record(response)
  }

  /** Counts a request that is sent now. */
  send(): void {
    this.sent++
    this.sentAt = this.now()
  }

  /** An answer that is an error: it came, and is as good as none. */
  refuse(reason: string): void {
    this.refused++
    this.error(reason)
  }

  /**
   * Records that a request that was due then got no answer, for this reason. Nobody knows how long it would have taken,
   * only that it is as long as answers are waited for, at least. So for a connection that could not be opened.
   */
  lose(due: number, reason: string, name: "response" | "handshake" = "response"): void {
    const now = this.now()
    this.error(reason)
    this.histogram(name).lose(Math.max(this.limit, now - due))
    this.inVain(due)
  }

  /** Something was tried since then, and nothing came of it. Where nothing was answered meanwhile, the server stood still. */
  private inVain(since: number): void {
    if (this.answeredAt > since) return
    const now = this.now()
    const from = Math.max(this.answeredAt, this.stoodStillUntil, this.measuredFrom ?? now)
    this.stoodStill += Math.max(0, now - from)
    this.stoodStillUntil = now
  }

  /**
   * The load was stopped while requests that were due then waited for their answers or for their turn: they have taken
   * this long already.
   */
  stopped(dues: Iterable<number>): void {
    for (const due of dues) {
      this.latency("response", this.now() - due)
      this.waiting++
    }
  }

  /** The latencies of the answers since this was asked last, in milliseconds; `undefined` where there were none. */
  takeRecent(): { readonly p50: number; readonly p99: number } | undefined {
    const { recent } = this
    if (recent.count === 0) return undefined
    this.recent = new Histogram()
    return { p50: recent.percentile(0.5), p99: recent.percentile(0.99) }
  }
}
