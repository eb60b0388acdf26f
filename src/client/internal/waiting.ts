/** What waits for one since one was there last. */
import * as Effect from "effect/Effect"
import { isDirect } from "../../domain/Direct.ts"
import type { Disconnect } from "../../protocol/Disconnect.ts"
import type { RequestError } from "../../protocol/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Connection } from "../Connection.ts"
import type { Reply } from "../Requests.ts"
import { persistently } from "./persistently.ts"
import type { Positions } from "./Positions.ts"

export type UnreadChannel = ServerFrameOf<"Unread">["channels"][number]

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

/** Enters the direct conversations in which somebody waits for an answer, each from where one has read. */
export const enterWaiting = (connection: Connection, positions: Positions): Effect.Effect<void, Disconnect> =>
  Effect.gen(function* () {
    const unread = yield* allUnread((after) => persistently(connection.unread(after)))
    const waiting = unread.filter(({ channel, unread }) => unread > 0 && isDirect(channel) && !positions.isIn(channel))
    for (const { channel, read } of waiting.slice(0, maxEntered)) {
      const forget = positions.knows(channel) ? () => {} : positions.want(channel, read)
      yield* Effect.catchTag(persistently(connection.join(channel), 4), "RequestError", () => Effect.sync(forget))
    }
  }).pipe(Effect.catchTag("RequestError", () => Effect.void))
