import * as Effect from "effect/Effect"
import { ChannelId } from "../domain/ChannelId.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { maxCursorLength } from "../domain/Limits.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Seq } from "../domain/Seq.ts"
import { invalid, short } from "./internal/checks.ts"
import { readable } from "./internal/inChannel.ts"
import { readableNames } from "./internal/names.ts"
import { operation } from "./Operation.ts"

export interface ListUnread {
  /** Continue behind the `next` of the page before. */
  readonly after?: string | undefined
}

export interface UnreadPage {
  readonly channels: ReadonlyArray<{
    readonly channel: ChannelName
    /** Up to here it was read. */
    readonly read: Seq
    /** The last entry's place. */
    readonly last: Seq
    /** Messages behind `read` that others said. */
    readonly unread: number
  }>
  /** Where the next page starts; undefined on the last. */
  readonly next: string | undefined
}

const pageSize = 100

/** What is new in the channels that count for the user and that it may read: direct conversations among them. */
export const listUnread = operation(
  "listUnread",
  "reading",
  ["InvalidFrame"],
  (chat, { by, scope }, { after }: ListUnread): Effect.Effect<UnreadPage, RequestError> => {
    const { id: user } = by.user
    const error = short("after", after, maxCursorLength)
    if (error !== undefined) return Effect.fail(error)
    const isFirst = after === undefined || after === ""
    const place = isFirst ? undefined : chat.cursors.open("unread", user, after)
    if (!isFirst && place === undefined) return Effect.fail(invalid("after", "not a `next`"))
    const from = place === undefined ? undefined : ChannelId.make(place)
    return Effect.gen(function* () {
      const markers = yield* chat.counting.withPermit(
        readable("count what is unread", chat.history.markers(user, { after: from, limit: pageSize })),
      )
      const names = yield* readableNames(
        chat,
        user,
        markers.map(({ channel }) => channel),
        scope,
      )
      return {
        channels: markers.flatMap(({ channel: id, last, read, unread }) => {
          const channel = names.get(id)
          return channel === undefined ? [] : { channel, read, last, unread }
        }),
        next: markers.length < pageSize ? undefined : chat.cursors.seal("unread", user, markers.at(-1)!.channel),
      }
    })
  },
)
