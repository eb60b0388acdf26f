import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { isDirect } from "../domain/Direct.ts"
import type { HistoryId } from "../domain/HistoryId.ts"
import { RequestError } from "../domain/RequestError.ts"
import { attempts, type Memberships } from "../hub/audience/Memberships.ts"
import type { Scope } from "../domain/Scope.ts"
import type { ChatShape } from "./Chat.ts"
import { accountIn, readable } from "./internal/inChannel.ts"
import { outOfScope } from "./internal/scoped.ts"
import { operation, reading } from "./Operation.ts"

export interface Join {
  readonly channel: ChannelName
  /**
   * Comes back: into the channel that was told by this id, whatever its name is by now. Nothing is made, and no other
   * channel entered that has its name, unless its history is gone as well.
   */
  readonly id?: ChannelId | undefined
  /** The history that it had. Where the service has another by now and knows no such channel, it goes by the name. */
  readonly history?: HistoryId | undefined
  /** Given to the session's `onJoined`, so that it knows which request that answers. */
  readonly tag?: number | undefined
}

/** Into a channel that is known: first by the name that it had, which it nearly always has still. */
const comeBack = (
  chat: ChatShape,
  memberships: Memberships,
  scope: Scope | undefined,
  { channel, history, id, tag }: Join & { readonly id: ChannelId },
): Effect.Effect<void, RequestError> => {
  const attempt = (name: ChannelName, n: number): Effect.Effect<void, RequestError> =>
    Effect.catchIf(
      memberships.join(name, { id, tag }),
      ({ reason }) => reason === "NoSuchChannel" || reason === "TooManyChannels",
      (refusal) =>
        Effect.flatMap(readable("find a channel by its id", chat.channels.get(id)), (found) => {
          const now = Option.getOrUndefined(found)?.name
          // The service began anew, or goes on from a copy: what the id named is no more, for nobody.
          if (now === undefined && history !== undefined && !chat.history.isOurs(history)) {
            return memberships.join(name, { tag })
          }
          if (now === undefined || now === name || n === attempts) return Effect.fail(refusal)
          // It was asked for by another name: a scope is one of names.
          const outside = scope === undefined ? undefined : outOfScope(scope, "join", [now])
          return outside === undefined ? attempt(now, n + 1) : Effect.fail(outside)
        }),
    )
  return attempt(channel, 1)
}

/** Enters a channel, with the caller's session, which is told how the channel stands and what happens there from then on. */
export const join = operation(
  "join",
  "visits",
  [...reading, "AlreadyMember", "ChannelExists", "TooManyMemberships", "ChannelQuota", "NotAuthenticated"],
  (chat, { memberships, scope }, { channel, history, id, tag }: Join): Effect.Effect<void, RequestError> => {
    if (memberships === undefined) {
      return Effect.fail(new RequestError({ reason: "NotAuthenticated", detail: "Only a session can be in a channel" }))
    }
    if (id !== undefined && !isDirect(channel)) return comeBack(chat, memberships, scope, { channel, history, id, tag })
    return Effect.flatMap(accountIn(chat, channel), (account) => memberships.join(channel, { account, id, tag }))
  },
)
