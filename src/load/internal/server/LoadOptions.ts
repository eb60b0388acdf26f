/** What is put under load, and how; the same for HTTP and WebSocket. */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Result } from "../../../scenario/Result.ts"

export interface LoadOptions {
  /** How long the measured part lasts. */
  readonly lasts: Duration.Duration
  /** Ends it early, when so many requests were sent. */
  readonly count: number
  /** So many requests a second, whether or not they are answered; without it, as many as are answered. */
  readonly perSecond: Option.Option<number>
  /** A request that has no answer after this time is given up. */
  readonly timeout: Duration.Duration
  /** What 99 of 100 answers must take at most. */
  readonly p99: Option.Option<Duration.Duration>
  /** The share of what was due that may fail or never come, at most. */
  readonly errorRate: Option.Option<number>
  /** What must be answered a second at least, without an error. */
  readonly throughput: Option.Option<number>
  /** Whether any error makes the load fail. */
  readonly noErrors: boolean
  /** Called when the load is interrupted, with what was measured until then. */
  readonly stopped?: ((result: Result) => Effect.Effect<void>) | undefined
}

/** The server, as results and reports name it. */
export interface LoadTarget {
  readonly kind: "http" | "ws"
  readonly name: string
  readonly about: string
  readonly target: string
  readonly connections: number
}
