/** A history that has it looked for files that nobody refers to any more, once messages were taken away. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { History } from "../history/History.ts"
import type { Batch, HistoryShape } from "../history/HistoryShape.ts"
import { Files } from "./Files.ts"
import type { FilesShape } from "./FilesShape.ts"

const takesAway = ({ entries }: Batch): boolean => entries.some(({ type }) => type === "Deleted")

const settling = (history: HistoryShape, { sweepSoon }: FilesShape): HistoryShape => {
  const { appendUnsafe } = history
  return {
    ...history,
    append: (channel, batch) => {
      const appending = history.append(channel, batch)
      return takesAway(batch) ? Effect.tap(appending, () => Effect.sync(() => sweepSoon(channel))) : appending
    },
    appendUnsafe:
      appendUnsafe &&
      ((channel, batch) => {
        const appended = appendUnsafe(channel, batch)
        if (Exit.isSuccess(appended) && takesAway(batch)) sweepSoon(channel)
        return appended
      }),
    remove: (channel) => Effect.tap(history.remove(channel), () => Effect.sync(() => sweepSoon(channel))),
  }
}

export const layer: Layer.Layer<History, never, History> = Layer.effect(
  History,
  Effect.gen(function* () {
    const history = yield* History
    const files = yield* Files
    return files === undefined ? history : History.of(settling(history, files))
  }),
)
