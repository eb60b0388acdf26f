import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import { maxInteger, maxPage } from "../domain/Limits.ts"
import { RequestError } from "../domain/RequestError.ts"
import { Seq } from "../domain/Seq.ts"
import type { Page as HistoryPage, PageRange } from "../history/History.ts"
import * as bounded from "./internal/bounded.ts"
import { anywhere, readable } from "./internal/inChannel.ts"
import { naming, operation, rights } from "./Operation.ts"

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
  /** At most this many, up to 300, which is the default. */
  readonly limit?: number | undefined
}

const latest = Seq.make(maxInteger)

/** Undefined where it was said twice. */
const rangeOf = ({ after, before, limit = maxPage, since, until }: Page): PageRange | undefined => {
  if ([after, before, since, until].filter((end) => end !== undefined).length > 1) return undefined
  const atMost = { limit: Math.max(1, Math.min(limit, maxPage)) }
  if (after !== undefined) return { after, ...atMost }
  if (since !== undefined) return { since, ...atMost }
  if (until !== undefined) return { until, ...atMost }
  return { before: before ?? latest, ...atMost }
}

/**
 * A page of a channel's history, for whoever may read there: what its members have been told, and nothing they have
 * not. It is read beside the channel, which goes on meanwhile. A page also ends at 32 Ki characters of content.
 */
export const page = operation(
  [...rights, ...naming, "InvalidFrame"],
  (chat, caller, request: Page): Effect.Effect<HistoryPage, RequestError> => {
    const range = rangeOf(request)
    if (range === undefined) {
      return Effect.fail(
        new RequestError({ reason: "InvalidFrame", detail: "Only one of after, before, since and until may be given" }),
      )
    }
    return anywhere(chat, caller, request.channel, (link) =>
      Effect.flatMap(
        link.ask<"Location">((request) => ({ type: "Locate", by: caller.by, request, right: "read" })),
        ({ id, seq }) =>
          Effect.map(readable("read history", chat.history.page(id, { ...range, upTo: seq })), (page) =>
            bounded.page(page, range),
          ),
      ),
    )
  },
)
