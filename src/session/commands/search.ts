import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ChannelId } from "../../domain/ChannelId.ts"
import { Seq } from "../../domain/Seq.ts"
import type { Cursor } from "../../history/History.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import * as Past from "../Past.ts"

const defaultLimit = 20

/** Where a page ended, as the client carries it. */
const CursorText = Schema.fromJsonString(Schema.Tuple([Schema.Int, ChannelId, Seq]))
const decode = Schema.decodeUnknownOption(CursorText)
const encode = Schema.encodeSync(CursorText)

const cursor = (text: string): Option.Option<Cursor> =>
  Option.map(decode(text), ([timestamp, channel, seq]) => ({ timestamp, channel, seq }))

/** Messages with some words, in the channels that the session is in: those it may read. */
export const search = forUser<ClientFrameOf<"Search">>((session, frame, { memberships }) => {
  const { before, channel, limit = defaultLimit, ref, text } = frame
  if (text.trim() === "") return Effect.fail(new RequestError({ reason: "InvalidSearch", field: "text" }))
  const from = before === undefined ? undefined : Option.getOrUndefined(cursor(before))
  if (before !== undefined && from === undefined) {
    return Effect.fail(new RequestError({ reason: "InvalidFrame", field: "before", detail: "before: not a `next`" }))
  }
  const found = memberships.search({ text, limit, before: from }, channel)
  return Effect.map(Effect.andThen(session.outbox.room, found), ({ hits, next }) =>
    session.tell2({
      type: "SearchResult",
      ...(ref === undefined ? {} : { ref }),
      hits: hits.map((hit) => ({ channel: hit.channel, message: Past.message(hit.message) })),
      ...(next === undefined ? {} : { next: encode([next.timestamp, next.channel, next.seq]) }),
    }),
  )
})
