import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type { Rate } from "../../domain/TokenBucket.ts"

/** Bounds on files that go from one session to others while both are there. How large one may be say `FileSettings`. */
export interface TransferSettings {
  /** Files that one session may offer or be sending at once. */
  readonly sending: number
  /** Files that one session may be taking at once. */
  readonly taking: number
  /** Offers that one session may answer; of older ones it is not asked any more. */
  readonly shown: number
  /** Offers and transfers there may be, of all sessions. */
  readonly total: number
  /** An offer that nobody takes in this time does not stand any more. */
  readonly answerWithin: Duration.Duration
  /** Silence of the sender that ends a transfer. */
  readonly idle: Duration.Duration
  /** Who takes nothing for this long takes nothing any more. */
  readonly stalled: Duration.Duration
  /** The longest that a transfer may take. */
  readonly lasts: Duration.Duration
  /** Chunks of one session: those beyond it are read later. */
  readonly chunks: Rate
}

export const defaults: TransferSettings = {
  sending: 4,
  taking: 8,
  shown: 16,
  total: 1000,
  answerWithin: Duration.minutes(1),
  idle: Duration.seconds(30),
  stalled: Duration.seconds(8),
  lasts: Duration.hours(6),
  chunks: { burst: 100, perSecond: 500 },
}

/** A reference: without a layer it has the defaults. */
export const TransferSettings = Context.Reference<TransferSettings>("natter/chat/TransferSettings", {
  defaultValue: () => defaults,
})
