import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import { RequestError } from "../domain/RequestError.ts"
import { accountIn } from "./internal/inChannel.ts"
import { operation, reading } from "./Operation.ts"

export interface Join {
  readonly channel: ChannelName
  /** Given to the session's `onJoined`, so that it knows which request that answers. */
  readonly tag?: number | undefined
}

/** Enters a channel, with the caller's session, which is told how the channel stands and what happens there from then on. */
export const join = operation(
  "visits",
  [...reading, "AlreadyMember", "ChannelExists", "TooManyMemberships", "NotAuthenticated"],
  (chat, { memberships }, { channel, tag }: Join): Effect.Effect<void, RequestError> =>
    memberships === undefined
      ? Effect.fail(new RequestError({ reason: "NotAuthenticated", detail: "Only a session can be in a channel" }))
      : Effect.flatMap(accountIn(chat, channel), (account) => memberships.join(channel, account, tag)),
)
