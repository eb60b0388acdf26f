/** What a user calls channels that are known by their ids. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { nameOf, partyIn } from "../../domain/Direct.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { UserId } from "../../domain/User.ts"
import type { ChatShape } from "../Chat.ts"
import { readable } from "./inChannel.ts"

const called = (
  chat: ChatShape,
  user: UserId,
  id: ChannelId,
  name: ChannelName,
): Effect.Effect<ChannelName | undefined, RequestError> => {
  const other = partyIn(id, user)
  if (other === undefined) return Effect.succeed(name)
  return Effect.map(chat.people.get(other), (found) => Option.getOrUndefined(Option.map(found, nameOf)))
}

/** The names of those of these channels that the user may read; without those where nobody is left on the other side. */
export const readableNames = (
  chat: ChatShape,
  user: UserId,
  ids: ReadonlyArray<ChannelId>,
): Effect.Effect<ReadonlyMap<ChannelId, ChannelName>, RequestError> =>
  Effect.gen(function* () {
    const now = chat.clock.currentTimeMillisUnsafe()
    const found = yield* readable("tell which channels a user may read", chat.channels.readable(user, ids, now))
    const names = new Map<ChannelId, ChannelName>()
    for (const { id, name } of found) {
      const own = yield* called(chat, user, id, name)
      if (own !== undefined) names.set(id, own)
    }
    return names
  })
