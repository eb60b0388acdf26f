/** What loads of other people's servers can be told. */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Result } from "../../../scenario/Result.ts"

export interface LoadOptions {
  /** How long the measured part lasts. */
  readonly lasts: Duration.Duration
  /** It ends before, when so many were sent. */
  readonly count: number
  /** So many a second, whether or not they are answered; without it, as many as are answered. */
  readonly perSecond: Option.Option<number>
  /** What 99 of 100 answers must take at most. */
  readonly p99: Option.Option<Duration.Duration>
  /** Whether an error breaks a promise. */
  readonly noErrors: boolean
  /** Given what was measured till then, when the load is interrupted. */
  readonly stopped?: ((result: Result) => Effect.Effect<void>) | undefined
}

/** The server that is put under load, and how. */
export interface LoadTarget {
  readonly kind: "http" | "ws"
  readonly name: string
  readonly about: string
  readonly target: string
  readonly connections: number
}
