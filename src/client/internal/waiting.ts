/** What waits for one since one was there last. */
import * as Effect from "effect/Effect"
import { isDirect } from "../../domain/Direct.ts"
import { maxInteger } from "../../domain/Limits.ts"
import { Seq } from "../../domain/Seq.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Connection } from "../Connection.ts"
import type { Reply } from "../Requests.ts"
import { persistently } from "./persistently.ts"
import type { Positions } from "./Positions.ts"

export type UnreadChannel = ServerFrameOf<"Unread">["channels"][number]

const latest = Seq.make(maxInteger)

/** All pages. */
export const allUnread = <E>(
  page: (after?: string) => Reply<"Unread", E>,
  after?: string,
): Effect.Effect<ReadonlyArray<UnreadChannel>, RequestError | E> =>
  Effect.flatMap(page(after), ({ channels, next }) =>
    next === undefined
      ? Effect.succeed(channels)
      : Effect.map(allUnread(page, next), (others) => [...channels, ...others]),
  )

/** Direct conversations that are entered by themselves, as many as others can bring one into. */
const maxEntered = 32

/**
 * Enters the direct conversations in which somebody waits for an answer, each from where one has read. `begin` hears how
 * far that is, as soon as it is known: others may have brought one into some of them meanwhile.
 */
export const enterWaiting = (
  connection: Connection,
  positions: Positions,
  begin: (read: ReadonlyMap<string, Seq>) => void,
): Effect.Effect<void, Disconnect> =>
  Effect.gen(function* () {
    const unread = yield* Effect.catchTag(
      allUnread((after) => persistently(connection.unread(after))),
      "RequestError",
      () => Effect.succeed([]),
    )
    begin(new Map(unread.map(({ channel, read, unread }) => [channel, unread > 0 ? read : latest])))
    const waiting = unread.filter(({ channel, unread }) => unread > 0 && isDirect(channel) && !positions.isIn(channel))
    // Before the first of them: others may bring one into the last.
    const wanted = waiting.slice(0, maxEntered).map(({ channel, read }) => ({
      channel,
      forget: positions.knows(channel) ? () => {} : positions.want(channel, read),
    }))
    yield* Effect.forEach(
      wanted,
      ({ channel, forget }) =>
        Effect.catchTag(persistently(connection.join(channel), 4), "RequestError", (error) =>
          Effect.sync(() => forget(error)),
        ),
      { discard: true },
    ).pipe(Effect.onError(() => Effect.sync(() => wanted.forEach(({ forget }) => forget()))))
  })
