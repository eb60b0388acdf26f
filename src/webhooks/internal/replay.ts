import * as Effect from "effect/Effect"
import * as Seq from "../../domain/Seq.ts"
import type { HistoryError } from "../../history/HistoryError.ts"
import type { HistoryShape } from "../../history/HistoryShape.ts"
import type { DeadLetter, OutgoingWebhook } from "../Webhook.ts"
import { deliveryOf, type Placed } from "./payload.ts"

const missed = /\.missed\.(\d+)-(\d+)$/

/** What a dead letter was about, as it is now; undefined where history has not got it any more. */
export const eventOf = (
  history: HistoryShape,
  webhook: OutgoingWebhook,
  { delivery, seq, type }: DeadLetter,
): Effect.Effect<Placed | undefined, HistoryError> => {
  if (type === "Missed") {
    const [, from, to] = missed.exec(delivery) ?? []
    return Effect.succeed({ type, from: Seq.Seq.make(Number(from)), to: Seq.Seq.make(Number(to)) })
  }
  return Effect.map(history.page(webhook.channel, { after: Seq.before(seq), upTo: seq, limit: 1 }), ({ entries }) =>
    // Of a history that has begun anew it is another.
    entries.find((entry) => deliveryOf(webhook, entry) === delivery),
  )
}
