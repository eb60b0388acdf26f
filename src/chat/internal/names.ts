/** What a user calls channels that are known by their ids. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { nameOf, partyIn } from "../../domain/Direct.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { hasNamed, type Scope } from "../../domain/Scope.ts"
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

/**
 * The names of those of these channels that the user may read; without those where nobody is left on the other side,
 * and those that are not in the scope, where there is one. */
export const readableNames = (
  chat: ChatShape,
  user: UserId,
  ids: ReadonlyArray<ChannelId>,
  scope?: Scope,
): Effect.Effect<ReadonlyMap<ChannelId, ChannelName>, RequestError> =>
  Effect.gen(function* () {
    const now = chat.clock.currentTimeMillisUnsafe()
    const found = yield* readable("tell which channels a user may read", chat.channels.readable(user, ids, now))
    const names = new Map<ChannelId, ChannelName>()
    for (const { id, name, renamedAt } of found) {
      const own = yield* called(chat, user, id, name)
      const isShown = own !== undefined && (scope === undefined || hasNamed(scope, { name: own, renamedAt }))
      if (isShown) names.set(id, own)
    }
    return names
  })
