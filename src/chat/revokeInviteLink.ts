import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { administer } from "./internal/administer.ts"
import { administering, operation } from "./Operation.ts"

export interface RevokeInviteLink {
  readonly channel: ChannelName
  /** The invitation's. */
  readonly id: string
}

/** Nobody comes in by it any more; who has, stays. */
export const revokeInviteLink = operation(
  "revokeInviteLink",
  "administration",
  [...administering, "ChannelArchived", "NoSuchInvitation"],
  (chat, caller, { channel, id }: RevokeInviteLink): Effect.Effect<void, RequestError> =>
    administer(chat, caller, channel, { type: "RevokeInviteLink", id }),
)
