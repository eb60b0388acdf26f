import * as Effect from "effect/Effect"
import { maxInteger, maxPage } from "../../domain/Limits.ts"
import { Seq } from "../../domain/Seq.ts"
import type { PageRange } from "../../history/History.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import * as Past from "../Past.ts"

const latest = Seq.make(maxInteger)

/** From where and which way; undefined where that was said twice. */
const rangeOf = (frame: ClientFrameOf<"History">): PageRange | undefined => {
  const { after, before, limit = maxPage, since, until } = frame
  if ([after, before, since, until].filter((end) => end !== undefined).length > 1) return undefined
  if (after !== undefined) return { after, limit }
  if (since !== undefined) return { since, limit }
  if (until !== undefined) return { until, limit }
  return { before: before ?? latest, limit }
}

/** A page of a channel's history: what the members have been told, and nothing they have not. */
export const history = forUser<ClientFrameOf<"History">>((session, frame, { memberships }) => {
  const { channel, ref } = frame
  const range = rangeOf(frame)
  if (range === undefined) {
    return Effect.fail(
      new RequestError({ reason: "InvalidFrame", detail: "Only one of after, before, since and until may be given" }),
    )
  }
  return Effect.map(Effect.andThen(session.outbox.room, memberships.page(channel, range)), ({ entries, first, more }) =>
    session.tell2({
      type: "HistoryPage",
      ...(ref === undefined ? {} : { ref }),
      channel,
      entries: entries.map(Past.entry),
      first,
      more,
    }),
  )
})
