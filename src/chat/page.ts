import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import { maxInteger, maxPage } from "../domain/Limits.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import { RequestError } from "../domain/RequestError.ts"
import { Seq } from "../domain/Seq.ts"
import type { Page as HistoryPage, PageRange } from "../history/HistoryShape.ts"
import * as bounded from "./internal/bounded.ts"
import { whole } from "./internal/checks.ts"
import { anywhere, readable } from "./internal/inChannel.ts"
import { operation, reading } from "./Operation.ts"

/** Entries from one of four ends, the latest without any; only one may be given. */
export interface Page {
  readonly channel: ChannelName
  /** The entries behind this place; 0 for all from the oldest on. */
  readonly after?: Seq | undefined
  /** The entries before this place, the latest of them. */
  readonly before?: Seq | undefined
  /** From this moment on, in milliseconds since 1970. */
  readonly since?: number | undefined
  /** Up to this moment, the latest of them. */
  readonly until?: number | undefined
  /** At most this many, 1 to 300, which is the default. */
  readonly limit?: number | undefined
}

const latest = Seq.make(maxInteger)

const wrongIn = ({ after, before, limit, since, until }: Page): RequestError | undefined =>
  [after, before, since, until].filter((end) => end !== undefined).length > 1
    ? new RequestError({ reason: "InvalidFrame", detail: "Only one of after, before, since and until may be given" })
    : (whole("since", since) ?? whole("until", until) ?? whole("limit", limit, { from: 1, to: maxPage }))

const rangeOf = ({ after, before, limit = maxPage, since, until }: Page): PageRange => {
  if (after !== undefined) return { after, limit }
  if (since !== undefined) return { since, limit }
  if (until !== undefined) return { until, limit }
  return { before: before ?? latest, limit }
}

/**
 * A page of a channel's history, for whoever may read there: what its members have been told, and nothing they have
 * not. It is read beside the channel, which goes on meanwhile. A page also ends at 32 Ki characters of content.
 */
export const page = operation(
  "page",
  "reading",
  [...reading, "InvalidFrame"],
  (chat, caller, request: Page): Effect.Effect<HistoryPage, RequestError> => {
    const error = wrongIn(request)
    if (error !== undefined) return Effect.fail(error)
    const range = rangeOf(request)
    return anywhere(chat, caller, request.channel, (link) =>
      Effect.flatMap(
        link.ask<"Location">((request) => ({ type: "Locate", by: caller.by, request, right: "read" })),
        ({ id, seq }) => {
          const key = `${id} ${seq} ${JSON.stringify(range)}`
          const recent = chat.pages.get(key, Monotonic.millis(chat.clock))
          if (recent !== undefined) return Effect.succeed(recent)
          return Effect.map(readable("read history", chat.history.page(id, { ...range, upTo: seq })), (found) => {
            const page = bounded.page(found, range)
            chat.pages.set(key, page, Monotonic.millis(chat.clock))
            return page
          })
        },
      ),
    )
  },
)
