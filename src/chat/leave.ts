import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { notMember } from "../hub/audience/Memberships.ts"
import { operation } from "./Operation.ts"

/** Leaves a channel, with the caller's session: nothing of it is told behind this. */
export const leave = operation(
  "leave",
  "visits",
  ["NotMember"],
  (_, { memberships }, { channel }: { readonly channel: ChannelName }): Effect.Effect<void, RequestError> =>
    memberships?.leave(channel) ?? Effect.fail(notMember()),
)
