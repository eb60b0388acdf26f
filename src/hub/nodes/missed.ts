import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Entry } from "../../domain/Entry.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { History } from "../../history/History.ts"
import type { HistoryError } from "../../history/HistoryError.ts"

const pageSize = 1000
/** Before history is asked again that could not be read. */
const pause = Duration.millis(640)

interface Reading {
  /** The last place that was told. */
  readonly behind: () => Seq
  readonly upTo: Seq
  /** Whether anybody still wants to know. */
  readonly goesOn: () => boolean
  readonly tell: (entries: ReadonlyArray<Entry>) => void
  /** Told instead where it is not kept any more: members have to look at what there is. */
  readonly vanish: () => void
}

/** Reads what a node did not hear of a channel, page by page, until all of it was told or nobody wants it any more. */
export const readMissed = (
  history: History["Service"],
  id: ChannelId,
  { behind, goesOn, tell, upTo, vanish }: Reading,
): Effect.Effect<void> => {
  const read = (after: Seq): Effect.Effect<void, HistoryError> =>
    Effect.flatMap(history.page(id, { after, upTo, limit: pageSize }), ({ entries, first }) => {
      if (!goesOn()) return Effect.void
      const last = entries.at(-1)?.seq
      if (first > after + 1 || last === undefined) return Effect.sync(vanish)
      tell(entries)
      return last < upTo ? read(last) : Effect.void
    })
  const reading = Effect.suspend(() => read(behind()))
  return Effect.ignore(Effect.retry(reading, { schedule: Schedule.spaced(pause), while: goesOn }))
}
