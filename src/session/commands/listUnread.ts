import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { nameOf, partyIn } from "../../domain/Direct.ts"
import type { UserId } from "../../domain/User.ts"
import { RequestError } from "../../protocol/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import type { Session } from "../Session.ts"

const pageSize = 100

/** What the user calls a channel; undefined where there is nobody left on the other side. */
const named = (session: Session, user: UserId, id: ChannelId): Effect.Effect<ChannelName | undefined, RequestError> => {
  const other = partyIn(id, user)
  if (other === undefined) return Effect.succeed(id as string as ChannelName)
  return session.with.accounts.get(other).pipe(
    Effect.map((found) => (Option.isNone(found) ? undefined : nameOf(found.value))),
    Effect.mapError(() => new RequestError({ reason: "Unavailable" })),
  )
}

/** What is new in the channels that count for the user: those it has read in, and its direct conversations. */
export const listUnread = forUser<ClientFrameOf<"ListUnread">>((session, { after, ref }, { user }) =>
  Effect.gen(function* () {
    const from = after === undefined || after === "" ? undefined : ChannelId.make(after)
    const markers = yield* session.with.hub.markers(user.id, { after: from, limit: pageSize })
    const channels = yield* Effect.forEach(markers, ({ channel: id, last, read, unread }) =>
      Effect.map(named(session, user.id, id), (channel) =>
        channel === undefined ? [] : [{ channel, read, last, unread }],
      ),
    )
    const next = markers.length < pageSize ? undefined : markers.at(-1)!.channel
    session.tell2({
      type: "Unread",
      ...(ref === undefined ? {} : { ref }),
      channels: channels.flat(),
      ...(next === undefined ? {} : { next }),
    })
  }),
)
