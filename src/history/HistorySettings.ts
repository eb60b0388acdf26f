import * as Context from "effect/Context"
import * as Duration from "effect/Duration"

export interface HistorySettings {
  /** Entries older than this are removed. */
  readonly maxAge: Duration.Duration
  /** Entries kept of a channel, the latest. */
  readonly maxEntries: number
  /** An id sent again within this time is not stored again. */
  readonly rememberIds: Duration.Duration
  /** How often what is too old or too much is removed. */
  readonly pruneEvery: Duration.Duration
}

export const defaults: HistorySettings = {
  maxAge: Duration.days(7),
  maxEntries: 10_000,
  rememberIds: Duration.minutes(10),
  pruneEvery: Duration.minutes(1),
}

/** How much is kept. A reference: without a layer it has the defaults. */
export const HistorySettings = Context.Reference<HistorySettings>("natter/history/HistorySettings", {
  defaultValue: () => defaults,
})
