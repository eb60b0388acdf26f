/** A history that tells webhooks of what it has stored. Where nobody watches a channel it costs a look at a set. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { History } from "../history/History.ts"
import type { Batch, HistoryShape } from "../history/HistoryShape.ts"
import { Webhooks } from "./Webhooks.ts"
import type { WebhooksShape } from "./WebhooksShape.ts"

const lastOf = ({ entries }: Batch) => entries.at(-1)?.seq

const notifying = (history: HistoryShape, webhooks: WebhooksShape): HistoryShape => {
  const { appendUnsafe } = history
  return {
    ...history,
    append: (channel, batch) => {
      const appending = history.append(channel, batch)
      if (!webhooks.watches(channel)) return appending
      return Effect.tap(appending, () => Effect.sync(() => webhooks.stored(channel, lastOf(batch))))
    },
    appendUnsafe:
      appendUnsafe &&
      ((channel, batch) => {
        const appended = appendUnsafe(channel, batch)
        if (webhooks.watches(channel) && Exit.isSuccess(appended)) webhooks.stored(channel, lastOf(batch))
        return appended
      }),
    remove: (channel) => Effect.tap(history.remove(channel), () => webhooks.removeChannel(channel)),
  }
}

export const layer: Layer.Layer<History, never, History> = Layer.effect(
  History,
  Effect.gen(function* () {
    const history = yield* History
    const webhooks = yield* Webhooks
    return webhooks === undefined ? history : History.of(notifying(history, webhooks))
  }),
)
