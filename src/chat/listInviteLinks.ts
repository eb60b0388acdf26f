import type * as Effect from "effect/Effect"
import type { InviteLink } from "../channels/ChannelRecord.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { inviteLinks } from "./internal/inviteLinks.ts"
import { administering, operation } from "./Operation.ts"

/** The invitations by which somebody may come into a channel, without their codes; for who may make them. */
export const listInviteLinks = operation(
  "listInviteLinks",
  "reading",
  [...administering, "ChannelArchived"],
  (
    chat,
    caller,
    { channel }: { readonly channel: ChannelName },
  ): Effect.Effect<ReadonlyArray<InviteLink>, RequestError> => inviteLinks(chat, caller, channel),
)
