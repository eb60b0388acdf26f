/** How a channel stores what has its place. Some is to be noted before its first entry. */
import * as Effect from "effect/Effect"
import type { Durability } from "../../../domain/Durability.ts"
import type { UserId } from "../../../domain/User.ts"
import type { History } from "../../../history/History.ts"
import type { HistoryError } from "../../../history/HistoryError.ts"
import type { Batch } from "../../../history/HistoryShape.ts"
import type { ChannelState } from "./ChannelState.ts"

interface Options {
  readonly state: ChannelState
  readonly history: History["Service"]
  /** Of a direct conversation between accounts, whose it is. */
  readonly parties: ReadonlyArray<UserId>
  /** Notes that the channel is used. */
  readonly use: Effect.Effect<void, HistoryError>
}

export const make = ({ history, parties, state, use }: Options) => {
  /** A direct conversation counts for its parties from the first entry on; done once. */
  let touched = parties.length === 0
  const touch = Effect.suspend(() =>
    touched ? Effect.void : Effect.map(history.touch(state.id, parties), () => void (touched = true)),
  )
  /** Whether something has to be noted before the first entry. */
  const isFirst = (): boolean => !touched || state.access.isUnused
  return {
    /** At once, where history can and nothing is to be noted before; undefined otherwise. */
    atOnce: (batch: Batch) => (isFirst() ? undefined : history.appendUnsafe?.(state.id, batch)),
    append: (batch: Batch): Effect.Effect<Durability, HistoryError> =>
      isFirst()
        ? touch.pipe(Effect.andThen(use), Effect.andThen(Effect.suspend(() => history.append(state.id, batch))))
        : history.append(state.id, batch),
  }
}
