import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ChannelId } from "../domain/ChannelId.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Message } from "../domain/Entry.ts"
import { maxCursorLength, maxHits, maxSearchLength } from "../domain/Limits.ts"
import { RequestError } from "../domain/RequestError.ts"
import { parse } from "../domain/SearchText.ts"
import { hasChannel } from "../domain/Scope.ts"
import { Seq } from "../domain/Seq.ts"
import type { Cursor } from "../history/HistoryShape.ts"
import { isAnything } from "../history/Sought.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"
import * as bounded from "./internal/bounded.ts"
import { invalid, short, whole } from "./internal/checks.ts"
import { anywhere, readable } from "./internal/inChannel.ts"
import { readableNames } from "./internal/names.ts"
import { operation, reading } from "./Operation.ts"

export interface Search {
  /** Words, all of which a message has, phrases in quotes, and filters: `SearchText`. */
  readonly text: string
  /** Only there. */
  readonly channel?: ChannelName | undefined
  /** Continue behind the `next` of the page before. */
  readonly before?: string | undefined
  /** At most this many, 1 to 50. Default: 20. */
  readonly limit?: number | undefined
}

export interface SearchResult {
  /** The newest first. */
  readonly hits: ReadonlyArray<{ readonly channel: ChannelName; readonly message: Message }>
  /** Where the next page starts; undefined on the last. */
  readonly next: string | undefined
}

const defaultLimit = 20
/** Channels that count for a user which are searched, where none is named. */
const maxCounted = 1000

/** Where a page ended, before it is sealed. */
const CursorText = Schema.fromJsonString(Schema.Tuple([Schema.Int, ChannelId, Seq]))
const decodeCursor = Schema.decodeUnknownOption(CursorText)
const encodeCursor = Schema.encodeSync(CursorText)

const cursorIn = (place: string | undefined): Cursor | undefined =>
  Option.getOrUndefined(Option.map(decodeCursor(place), ([timestamp, channel, seq]) => ({ timestamp, channel, seq })))

type Channels = ReadonlyMap<ChannelId, ChannelName>

/** The channel that was named, if the caller may read it. */
const named = (chat: ChatShape, caller: Caller, name: ChannelName): Effect.Effect<Channels, RequestError> =>
  anywhere(chat, caller, name, (link) =>
    Effect.map(
      link.ask<"Location">((request) => ({ type: "Locate", by: caller.by, request, right: "read" })),
      ({ id }) => new Map([[id, name]]),
    ),
  )

/** What the caller's session is in, under the names it has there: those of guests, for one, nobody else knows. */
const own = ({ memberships, scope }: Caller): Channels => {
  const names = new Map<ChannelId, ChannelName>()
  for (const { link, name } of memberships?.all ?? []) {
    const isIn = scope === undefined || hasChannel(scope, name)
    if (link.id !== undefined && isIn) names.set(link.id, name)
  }
  return names
}

/** The channels that count for the user, or that one of the user's sessions is in, as far as the user may read them. */
const all = (chat: ChatShape, caller: Caller): Effect.Effect<Channels, RequestError> =>
  Effect.gen(function* () {
    const { id: user } = caller.by.user
    const links = yield* chat.directory.channelsOf(user)
    const markers = yield* chat.counting.withPermit(
      readable("find the channels of a user", chat.history.markers(user, { limit: maxCounted })),
    )
    // Whoever may not read a channel is put out of it: what the session is in, it may read.
    const entered = own(caller)
    const others = [...links.flatMap(({ id }) => id ?? []), ...markers.map(({ channel }) => channel)]
    const names = yield* readableNames(chat, user, [...new Set(others.filter((id) => !entered.has(id)))], caller.scope)
    return new Map([...names, ...entered])
  })

const nothing =
  "There is nothing to search for: write a word, the beginning of one or an emoji, or a filter, like from:ann or has:link"

/** It finds nothing, or does not say what. */
const senseless = (detail: string): RequestError => new RequestError({ reason: "InvalidSearch", field: "text", detail })

/** Messages with some words, in one channel or in all that concern the user: those that it may read. */
export const search = operation(
  "search",
  "searches",
  [...reading, "InvalidSearch", "InvalidFrame"],
  (chat, caller, request: Search): Effect.Effect<SearchResult, RequestError> => {
    const { before, limit = defaultLimit, text } = request
    const error =
      short("text", text, maxSearchLength) ??
      short("before", before, maxCursorLength) ??
      whole("limit", limit, { from: 1, to: maxHits })
    if (error !== undefined) return Effect.fail(error)
    const sought = parse(text)
    if ("malformed" in sought) return Effect.fail(senseless(sought.malformed))
    const channel = request.channel ?? sought.channel
    if (sought.channel !== undefined && sought.channel !== channel) {
      return Effect.fail(senseless(`"in:" names another channel than the one to search in`))
    }
    const { file, from, link, phrases, since, until, words } = sought
    const query = { text: words, phrases, from, since, until, file, link, limit }
    if (!isAnything(query)) return Effect.fail(senseless(nothing))
    const { cursors } = chat
    const user = caller.by.user.id
    const place = before === undefined ? undefined : cursorIn(cursors.open("search", user, before))
    if (before !== undefined && place === undefined) {
      return Effect.fail(invalid("before", "not a `next`"))
    }
    return Effect.gen(function* () {
      const channels = yield* channel === undefined ? all(chat, caller) : named(chat, caller, channel)
      const found = yield* chat.searching.withPermit(
        readable("search", chat.history.search({ ...query, channels: [...channels.keys()], before: place })),
      )
      const { hits, next } = bounded.hits(found)
      return {
        hits: hits.flatMap(({ channel: id, message }) => {
          const name = channels.get(id)
          return name === undefined ? [] : { channel: name, message }
        }),
        next:
          next === undefined
            ? undefined
            : cursors.seal("search", user, encodeCursor([next.timestamp, next.channel, next.seq])),
      }
    })
  },
  // A channel that a filter names is asked for like any other.
  ({ channel, text }) => {
    const sought = parse(text.slice(0, maxSearchLength))
    return [channel ?? [], ("channel" in sought ? sought.channel : undefined) ?? []].flat()
  },
)
