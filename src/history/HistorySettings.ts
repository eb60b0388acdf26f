import * as Context from "effect/Context"
import * as Duration from "effect/Duration"

/**
 * Edits, deletions and reactions kept of a channel besides its messages, deleted messages among them. Only beyond that they
 * push out messages.
 */
export const maxChanges = 100_000

export interface HistorySettings {
  /** Entries older than this are removed. */
  readonly maxAge: Duration.Duration
  /** Messages kept of a channel, the latest, with what is between them. Deleted ones do not count. */
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
