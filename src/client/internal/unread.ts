/** What is unread when the client signs in. */
import * as Effect from "effect/Effect"
import { isDirect } from "../../domain/Direct.ts"
import { maxInteger } from "../../domain/Limits.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { ClientSession } from "../Session.ts"
import type { Reply } from "../Requests.ts"
import type { Positions } from "./Positions.ts"
import { retryRefused } from "./retry.ts"

export type UnreadChannel = ServerFrameOf<"Unread">["channels"][number]

/** Behind every entry there can be. */
const latest = maxInteger as Seq

/** The channels of all pages. */
export const allUnread = <E>(
  page: (after?: string) => Reply<"Unread", E>,
  after?: string,
): Effect.Effect<ReadonlyArray<UnreadChannel>, RequestError | E> =>
  Effect.flatMap(page(after), ({ channels, next }) =>
    next === undefined
      ? Effect.succeed(channels)
      : Effect.map(allUnread(page, next), (others) => [...channels, ...others]),
  )

/** The same, and none where the server does not say. */
export const unreadIn = (session: ClientSession): Effect.Effect<ReadonlyArray<UnreadChannel>, Disconnect> =>
  Effect.catchTag(
    allUnread((after) => retryRefused(session.unread(after))),
    "RequestError",
    () => Effect.succeed([]),
  )

/** Direct conversations that the client joins by itself: as many as other users can bring a session into. */
const maxDirects = 32

/** Tries to join one of them, where the server does not say when the next try may help. */
const maxRefusals = 4

/**
 * Joins the direct conversations that have unread messages, each from its read marker on. `begin` is called with the
 * read markers as soon as they are known, since other users may have brought the client into some of these meanwhile.
 */
export const joinUnreadDirects = (
  session: ClientSession,
  positions: Positions,
  begin: (read: ReadonlyMap<string, Seq>) => void,
): Effect.Effect<void, Disconnect> =>
  Effect.gen(function* () {
    const channels = yield* unreadIn(session)
    begin(new Map(channels.map(({ channel, read, unread }) => [channel, unread > 0 ? read : latest])))
    const directs = channels.filter(
      ({ channel, unread }) => unread > 0 && isDirect(channel) && !positions.isIn(channel),
    )
    // All are noted before the first is joined: another user may bring the client into the last one before its turn.
    const noted = directs.slice(0, maxDirects).map(({ channel, read }) => ({
      channel,
      forget: positions.knows(channel) ? () => {} : positions.want(channel, { after: read }),
    }))
    yield* Effect.forEach(
      noted,
      ({ channel, forget }) =>
        Effect.catchTag(retryRefused(session.join(channel), { times: maxRefusals }), "RequestError", (error) =>
          Effect.sync(() => forget(error)),
        ),
      { concurrency: "unbounded", discard: true },
    ).pipe(Effect.onError(() => Effect.sync(() => noted.forEach(({ forget }) => forget()))))
  })
