/** What a channel says of a store that fails: nobody waits for an answer who would be told; whoever asks next is. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ChannelStoreError } from "../../../channels/ChannelStoreError.ts"
import type { ChannelName } from "../../../domain/ChannelName.ts"
import { unavailable } from "../../../domain/StoreTrouble.ts"
import { Tally } from "../../../domain/Tally.ts"
import type { HistoryError } from "../../../history/HistoryError.ts"
import type { ChannelState } from "./ChannelState.ts"

export const make = (name: ChannelName, state: ChannelState, clock: Clock.Clock) => {
  /** A disk that is full is full for everything that is said: one line in a while says so. */
  const failures = new Tally(clock)
  let failing = false
  return {
    failed: (what: string) => (error: HistoryError | ChannelStoreError) =>
      Effect.suspend(() => {
        state.trouble = error.trouble
        failing = true
        const times = failures.count()
        if (times === undefined) return Effect.void
        const why = error.trouble === undefined ? "" : `: ${unavailable(error.trouble).message}`
        const often = times === 1 ? "" : ` (${times} times)`
        return Effect.logError(`channel ${name} could not ${what}${often}${why}`, error)
      }),
    over: Effect.suspend(() => {
      if (!failing) return Effect.void
      failing = false
      return Effect.logInfo(`channel ${name} stores again`)
    }),
  }
}
