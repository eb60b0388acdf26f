import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { nameOf, partyIn } from "../../domain/Direct.ts"
import type { UserId } from "../../domain/User.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import type { Session } from "../Session.ts"

const pageSize = 100

/** What the user calls a channel; undefined where there is nobody left on the other side. */
const called = (
  session: Session,
  user: UserId,
  { id, name }: { readonly id: ChannelId; readonly name: ChannelName },
): Effect.Effect<ChannelName | undefined, RequestError> => {
  const other = partyIn(id, user)
  if (other === undefined) return Effect.succeed(name)
  return session.with.accounts.get(other).pipe(
    Effect.map((found) => (Option.isNone(found) ? undefined : nameOf(found.value))),
    Effect.mapError(() => new RequestError({ reason: "Unavailable" })),
  )
}

/** What is new in the channels that count for the user and that it may read: direct conversations among them. */
export const listUnread = forUser<ClientFrameOf<"ListUnread">>((session, { after, ref }, { user }) =>
  Effect.gen(function* () {
    const { hub } = session.with
    const from = after === undefined || after === "" ? undefined : ChannelId.make(after)
    const markers = yield* hub.markers(user.id, { after: from, limit: pageSize })
    const readable = yield* hub.readable(
      user.id,
      markers.map(({ channel }) => channel),
    )
    const names = new Map(readable.map((one) => [one.id, one]))
    const channels = yield* Effect.forEach(markers, ({ channel: id, last, read, unread }) => {
      const found = names.get(id)
      if (found === undefined) return Effect.succeed([])
      return Effect.map(called(session, user.id, found), (channel) =>
        channel === undefined ? [] : [{ channel, read, last, unread }],
      )
    })
    const next = markers.length < pageSize ? undefined : markers.at(-1)!.channel
    session.tell2({
      type: "Unread",
      ...(ref === undefined ? {} : { ref }),
      channels: channels.flat(),
      ...(next === undefined ? {} : { next }),
    })
  }),
)
